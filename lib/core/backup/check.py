"""Reading a backup through, before anything is touched: that it is whole, and that it can be restored here."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator
from pathlib import Path

from lib.core.backup.entries import Entry, measured, read_entries
from lib.core.backup.instance_key import known_key
from lib.core.backup.manifest import DATABASE, INSTANCE_KEY, MANIFEST, Manifest, key_mark, read_manifest
from lib.core.backup.sealed_stream import BackupBroken, OpeningReader
from lib.core.errors import BadInput, Misconfigured
from lib.core.settings import ROOT, Settings

Entries = Iterator[tuple[str, Iterator[bytes]]]


@contextlib.contextmanager
def opened(backup: Path, passphrase: str) -> Generator[Entries]:
    """The entries of a backup.

    Raises BadInput where it cannot be read or the passphrase is another; BackupBroken comes at the entry that it hits.
    """
    try:
        file = backup.open("rb")
    except OSError as error:
        raise BadInput(f"{backup} cannot be read ({error.strerror}).", fix="Give the path of a backup.") from None
    with file:
        yield read_entries(OpeningReader(file, passphrase))


def read_through(backup: Path, passphrase: str) -> tuple[Manifest, str | None]:
    """Read a backup to its end, and return its account and the instance key, where that is in it.

    Raises BackupBroken when anything in it is not what its account says, and like `opened`.
    """
    found: list[Entry] = []
    manifest, key = None, None
    with opened(backup, passphrase) as entries:
        for name, contents in entries:
            if manifest is not None:
                raise BackupBroken("The backup goes on after its end.")
            if name == MANIFEST:
                manifest = read_manifest(b"".join(contents))
            elif name == INSTANCE_KEY:
                pieces = list(contents)
                key = b"".join(pieces).decode()
                found.append(measured(name, pieces))
            else:
                found.append(measured(name, contents))
    if manifest is None or tuple(found) != manifest.entries or DATABASE not in {entry.name for entry in found}:
        raise BackupBroken("The backup does not hold what its own account says.")
    return manifest, key


def refuse_newer(manifest: Manifest, server_version: int) -> None:
    """Raise Misconfigured for a backup of a version of Daysheet or PostgreSQL that is newer than this one."""
    known = {path.stem for path in (ROOT / "sql" / "migrations").glob("*.sql")}
    if unknown := [name for name in manifest.migrations if name not in known]:
        raise Misconfigured(
            f"The backup is of a newer version of Daysheet: it has {unknown[-1]}.",
            fix="Restore it with that version or a later one; nothing was touched.",
        )
    if manifest.postgres // 10000 > server_version // 10000:
        raise Misconfigured(
            f"The backup is of PostgreSQL {manifest.postgres // 10000}, this server is {server_version // 10000}.",
            fix="Restore it into a server of that version or a later one; nothing was touched.",
        )


def key_to_restore(manifest: Manifest, key: str | None, settings: Settings) -> str | None:
    """The instance key that has to be put into the home; None where the right one is there already.

    Raises Misconfigured when neither this instance nor the backup has the key that the database was set up with.
    """
    known = known_key(settings)
    if known is not None and key_mark(known) == manifest.key_mark:
        return None
    if key is not None and settings.secret_key is None:
        return key
    if key is not None:
        fix = "Leave DAYSHEET_SECRET_KEY out, and the one in the backup is put into the home; or set the right one."
    else:
        fix = "Set DAYSHEET_SECRET_KEY to the one it had; the backup was made without --with-key."
    raise Misconfigured("The database in the backup was set up with another key of the instance.", fix=fix)

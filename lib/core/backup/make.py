"""Making a backup: one moment of the database and the files of the home, sealed, while everybody goes on working."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from lib.core import audit
from lib.core.actor import Actor
from lib.core.backup import book, home_files
from lib.core.backup.disk import FULL, NoRoom, keep_names
from lib.core.backup.entries import Entry, write_entry
from lib.core.backup.manifest import DATABASE, HOME, INSTANCE_KEY, MANIFEST, Manifest, key_mark
from lib.core.backup.programs import dump
from lib.core.backup.sealed_stream import SealingWriter
from lib.core.database import Database, owner_url
from lib.core.errors import BadInput, Conflict, Misconfigured
from lib.core.secrets import secret_key
from lib.core.settings import Settings

_NAME = "daysheet-{:%Y%m%dT%H%M%SZ}.backup"
_PATTERN = "daysheet-*Z.backup"
#: What an interrupted backup leaves; nothing takes it for one.
_UNDONE = ".undone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """A backup that was made."""

    path: Path
    bytes: int
    manifest: Manifest


def back_up(
    database: Database, settings: Settings, actor: Actor, to: Path, *, now: datetime, with_key: bool = False
) -> Backup:
    """Make a backup as the file `to`, or in the folder `to` under a name made from `now` (aware UTC).

    The file appears whole or not at all. `with_key` puts the instance key into it, without which nothing that is
    encrypted can be read after a restore. Raises Misconfigured without a passphrase, Conflict where the file exists,
    NoRoom, and BadInput for a place that cannot be written.
    """
    path = to / _NAME.format(now) if to.is_dir() else to
    if path.exists():
        raise Conflict(f"{path} exists already.", fix="Choose another name; a backup is never written over.")
    said = passphrase(settings)
    with _appearing(path) as file:
        sealed = SealingWriter(file, said)
        manifest = _write(settings, sealed, with_key)
        sealed.finish()
    with database.session(actor) as session:
        audit.record(
            session,
            "office:backup:make:done",
            f"backup:{manifest.made_at:%Y-%m-%dT%H:%M:%SZ}",
            rows=manifest.rows,
            files=manifest.files,
            with_key=with_key,
        )
    return Backup(path=path, bytes=path.stat().st_size, manifest=manifest)


def forget_old_backups(folder: Path, *, days: int, now: datetime) -> int:
    """Delete backups in a folder that are older than that, but never the newest, and return how many went.

    `now` is aware UTC; only names that `back_up` gives are looked at.
    """
    kept = sorted(folder.glob(_PATTERN))
    oldest = _NAME.format(now - timedelta(days=days))
    old = [path for path in kept[:-1] if path.name < oldest]
    # What a killed backup left; one of today may still be under way.
    yesterday = _NAME.format(now - timedelta(days=1))
    old += [path for path in folder.glob(_PATTERN + _UNDONE) if path.name < yesterday]
    for path in old:
        path.unlink()
    return len(old)


def passphrase(settings: Settings) -> str:
    """The passphrase of backups; raises Misconfigured without one."""
    if settings.backup_passphrase is None:
        raise Misconfigured(
            "Backups have no passphrase.",
            fix="Set DAYSHEET_BACKUP_PASSPHRASE, and keep it where you will find it when this machine is gone.",
        )
    return settings.backup_passphrase.get_secret_value()


def _write(settings: Settings, sealed: SealingWriter, with_key: bool) -> Manifest:
    url, home = owner_url(settings), settings.home
    entries = list(_files(home, sealed, home_files.AUDIT))
    with book.snapshot_of(url) as moment:
        archive = dump(settings, url, snapshot=moment.name, least=moment.postgres)
        entries.append(write_entry(sealed, DATABASE, archive))
        tables = book.count_rows(moment.raw)
        named = book.named_files(moment.raw)
        for folder in home_files.KEPT:
            entries += _files(home, sealed, folder)
        if with_key:
            entries.append(write_entry(sealed, INSTANCE_KEY, [secret_key(settings).encode()]))
        manifest = Manifest(
            made_at=moment.at,
            migrations=book.applied_migrations(moment.raw),
            postgres=moment.postgres,
            owner=moment.owner,
            roles=book.needed_roles(moment.raw),
            tables=tables,
            audit=book.audit_head(moment.raw),
            key_mark=key_mark(secret_key(settings)),
            entries=tuple(entries),
            absent=len(named - {entry.name.removeprefix(HOME) for entry in entries}),
        )
    write_entry(sealed, MANIFEST, [manifest.model_dump_json().encode()])
    return manifest


def _files(home: Path, sealed: SealingWriter, folder: str) -> Iterator[Entry]:
    for path in home_files.files_of(home, folder):
        try:
            file = (home / path).open("rb")
        except FileNotFoundError:
            # Retention, or the next version of a result, took it away meanwhile; what is missed is counted later.
            continue
        with file:
            yield write_entry(sealed, HOME + path, home_files.pieces(file))


@contextlib.contextmanager
def _appearing(path: Path) -> Generator[IO[bytes]]:
    """A private file that bears its name only when it is whole and on the disk."""
    undone = path.with_name(path.name + _UNDONE)
    try:
        handle = os.open(undone, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BadInput(f"{path} cannot be written ({error.strerror}).", fix="Choose another place.") from None
    try:
        with open(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        undone.replace(path)
        keep_names(path.parent)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoRoom(path.parent) from None
    finally:
        undone.unlink(missing_ok=True)

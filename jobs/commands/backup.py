"""Backup and restore of the whole instance; docs/operate.md tells when and how."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from jobs.commands.telling import Json, tell
from jobs.office import open_office, operator
from jobs.up import sole_use
from lib.charges.service import WORKS as SENDING
from lib.core.backup.bring_back import Restored, bring_back
from lib.core.backup.make import back_up, passphrase
from lib.core.backup.manifest import Manifest
from lib.core.database import owner_url
from lib.core.settings import read_settings


def backup(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help="The file to write, or a folder that is there.")
    ],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the instance key into it, sealed like the rest.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write database and files into one file, sealed under DAYSHEET_BACKUP_PASSPHRASE; everybody may go on working."""
    office = open_office()
    made = back_up(office.database, office.settings, office.actor, output, now=datetime.now(UTC), with_key=with_key)
    lines = [f"{made.path} ({made.bytes / 2**20:,.1f} MiB) holds {_holds(made.manifest)}."]
    if made.manifest.absent:
        lines.append(f"{made.manifest.absent:,} files that the database names were gone before they could be copied.")
    if not with_key:
        lines.append("The instance key is not in it: keep that elsewhere, or credentials and raw reports stay sealed.")
    tell(as_json, {"file": str(made.path), "bytes": made.bytes} | _counted(made.manifest), *lines)


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    into: Annotated[
        str | None,
        typer.Option(
            "--into",
            metavar="URL",
            help="Restore into this database, as its owner, instead of this instance's; the password had better "
            "be in ~/.pgpass. Files go to DAYSHEET_HOME as ever.",
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Move aside what is there: database and files are kept, renamed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup into an empty instance; every process of Daysheet has to be stopped.

    Everything is verified before anything is touched. Exit code 1: restored, but the audit does not verify.
    """
    settings = read_settings()
    with sole_use(settings) if settings.home.exists() else contextlib.nullcontext():
        restored = bring_back(
            settings,
            into or owner_url(settings),
            operator(),
            file,
            passphrase(settings),
            now=datetime.now(UTC),
            replace=replace,
            sending_kinds=SENDING,
        )
    told = _counted(restored.manifest) | {
        "audit_whole": restored.verdict.whole,
        "held_runs": restored.held_runs,
        "roles_without_password": restored.mute_roles,
        "database_aside": restored.database_aside,
        "folder_aside": str(restored.folder_aside) if restored.folder_aside else None,
    }
    tell(as_json, told, *_lines_of(restored))
    if not restored.verdict.whole:
        raise typer.Exit(1)


def _lines_of(restored: Restored) -> list[str]:
    verdict = restored.verdict
    lines = [f"Restored: {_holds(restored.manifest)}; every count is as it was."]
    if verdict.whole:
        lines.append(f"The audit is whole: {verdict.events:,} events.")
    else:
        lines.append(f"The audit is BROKEN, as it was when the backup was made. {verdict.findings[0].said}")
    if restored.migrated:
        lines.append(f"{restored.migrated} migrations brought it to this version.")
    if restored.key_restored:
        lines.append("The instance key of the backup is in the home.")
    lines.append("Go over people and API tokens: what was taken from somebody since then is theirs again.")
    if restored.held_runs:
        lines.append(
            f"Runs {', '.join(restored.held_runs)} wait for you: look at the vendor what they sent since, then resume."
        )
    if restored.mute_roles:
        lines.append(f"These logins of others need a new password: {', '.join(restored.mute_roles)}.")
    for aside in (restored.database_aside, restored.folder_aside):
        if aside:
            lines.append(f"What was there before is kept as {aside}.")
    return lines


def _holds(manifest: Manifest) -> str:
    return (
        f"{manifest.rows:,} rows of {len(manifest.tables):,} tables and {manifest.files:,} files, "
        f"as of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
    )


def _counted(manifest: Manifest) -> dict[str, object]:
    return {
        "as_of": manifest.made_at.isoformat(),
        "rows": manifest.rows,
        "tables": manifest.tables,
        "files": manifest.files,
        "files_absent": manifest.absent,
        "audit": manifest.audit.model_dump() if manifest.audit else None,
        "with_key": manifest.with_key,
    }

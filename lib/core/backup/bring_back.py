"""Restoring: everything is checked, then built beside what is there, checked again, and only then put in its place."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lib.core import audit, intents
from lib.core.actor import Actor
from lib.core.audit.anchors import KeptHeads
from lib.core.audit.verify import Verdict, verify
from lib.core.backup import book, home_files, target
from lib.core.backup.check import key_to_restore, opened, read_through, refuse_newer
from lib.core.backup.disk import FULL, NoRoom, keep_names
from lib.core.backup.instance_key import put_key
from lib.core.backup.manifest import DATABASE, HOME, Manifest
from lib.core.backup.programs import restore
from lib.core.database import Database, connected_as_owner, named_queries, open_database
from lib.core.errors import Conflict, DaysheetError
from lib.core.migrations import migrate
from lib.core.settings import Settings

_SQL = named_queries("backup")
#: A call of a run that was under way at that moment has long ended.
_NO_CALL = 0.0
_STAGING = "restoring-"


class NotAsItWas(DaysheetError):
    """What was restored is not what the backup says of itself."""

    def __init__(self, what: str) -> None:
        super().__init__(what, fix="Do not use what is there now: see PostgreSQL's log, empty it, and restore again.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What a restore came to.

    `held_runs` are the runs that a person has to look at before they go on, `mute_roles` those that need a password.
    `database_aside` and `folder_aside` are where that is which was there before.
    """

    manifest: Manifest
    migrated: int
    verdict: Verdict
    held_runs: tuple[str, ...]
    mute_roles: tuple[str, ...]
    key_restored: bool
    database_aside: str | None
    folder_aside: Path | None


def bring_back(
    settings: Settings,
    url: str,
    actor: Actor,
    backup: Path,
    passphrase: str,
    *,
    now: datetime,
    replace: bool = False,
    sending_kinds: Collection[str] = (),
) -> Restored:
    """Restore a backup into the database of the owner's `url` and the home of `settings`; `now` is aware UTC.

    Nobody else may be at either. With `replace` what is there is moved aside, never deleted; without it anything there
    raises Conflict. Whatever is wrong with the backup is found before anything is touched: BackupBroken, BadInput,
    Misconfigured. ProgramFailed and NotAsItWas leave what was there as it was. Runs of `sending_kinds` may have gone on
    after the backup was made, so they wait for a person.
    """
    manifest, kept_key = read_through(backup, passphrase)
    version, empty = target.look(url)
    refuse_newer(manifest, version)
    key = key_to_restore(manifest, kept_key, settings)
    if not replace:
        _refuse_what_is_there(settings.home, target.name_of(url), empty=empty)
    if not empty:
        target.refuse_company(url)
    staging = _new_staging(settings.home)
    new = url if empty else target.add_beside(url, now)
    try:
        mute_roles = target.ensure_roles(new, manifest)
        _unpack(settings, new, backup, passphrase, staging, version=max(version, manifest.postgres))
        _compare(new, manifest)
        instance = target.settings_for(settings, new, key)
        migrated = migrate(instance)
        with contextlib.closing(open_database(instance)) as database:
            held = _quieten(database, actor, manifest, sending_kinds)
            verdict = verify(database, actor, anchors=KeptHeads(staging).all())
        database_aside = None if empty else target.take_place(url, beside=new, now=now)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        if not empty:
            target.drop(url, beside=new)
        raise
    if key is not None:
        put_key(settings, key, now=now)
    aside = settings.home / f"before-{now:%Y%m%dT%H%M%SZ}"
    moved = home_files.swap(settings.home, staging, aside)
    keep_names(settings.home)
    return Restored(
        manifest=manifest,
        migrated=migrated,
        verdict=verdict,
        held_runs=tuple(held),
        mute_roles=tuple(mute_roles),
        key_restored=key is not None,
        database_aside=database_aside,
        folder_aside=aside if moved else None,
    )


def _refuse_what_is_there(home: Path, database: str, *, empty: bool) -> None:
    if not empty:
        raise Conflict(f"The database {database} is not empty.", fix="Give --replace; it is kept under another name.")
    if busy := home_files.occupied(home):
        raise Conflict(f"{home} holds {', '.join(busy)} already.", fix="Give --replace; they are moved aside.")


def _new_staging(home: Path) -> Path:
    """A folder of the home for files until they are put in place; what killed restores left goes."""
    home.mkdir(parents=True, exist_ok=True)
    for left_over in home.glob(f"{_STAGING}*"):
        shutil.rmtree(left_over)
    return Path(tempfile.mkdtemp(prefix=_STAGING, dir=home))


def _unpack(settings: Settings, url: str, backup: Path, passphrase: str, staging: Path, *, version: int) -> None:
    try:
        with opened(backup, passphrase) as entries:
            for name, contents in entries:
                if name == DATABASE:
                    restore(settings, url, contents, least=version)
                elif name.startswith(HOME):
                    home_files.put(staging, name, contents)
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise NoRoom(settings.home) from None


def _compare(url: str, manifest: Manifest) -> None:
    """Hold what was restored against the backup's account of it; raises NotAsItWas where they differ."""
    with connected_as_owner(url) as raw:
        book.lift_row_security(raw)
        found, head = book.count_rows(raw), book.audit_head(raw)
        raw.rollback()
    odd = sorted(name for name in manifest.tables.keys() | found.keys() if manifest.tables.get(name) != found.get(name))
    if odd:
        raise NotAsItWas(f"The tables {', '.join(odd)} were not restored with as many rows as they had.")
    if head != manifest.audit:
        raise NotAsItWas("The audit was not restored up to the head it had.")


def _quieten(database: Database, actor: Actor, manifest: Manifest, kinds: Collection[str]) -> list[str]:
    """Stop what must not go on from a state of the past: sessions, links, tokens, and runs that write to vendors."""
    moment = f"{manifest.made_at:%Y-%m-%d %H:%M} UTC"
    said = f"Restored from a backup of {moment}. Look at the vendor what this run sent after that before you resume it."
    with database.session(actor) as session:
        _SQL.end_sessions(session.raw)
        _SQL.close_links(session.raw)
        _SQL.end_wider_access(session.raw)
        _SQL.revoke_tokens(session.raw, who=actor.label)
        held = sorted(str(row.id) for row in _SQL.hold_runs(session.raw, kinds=sorted(kinds), said=said))
        for run_id in held:
            intents.orphans_to_unknown(session, run_id, call_seconds=_NO_CALL)
            intents.cancel_planned(session, run_id)
        audit.record(
            session,
            "office:backup:restore:done",
            f"backup:{manifest.made_at:%Y-%m-%dT%H:%M:%SZ}",
            rows=manifest.rows,
            files=manifest.files,
            held_runs=held,
        )
    return held

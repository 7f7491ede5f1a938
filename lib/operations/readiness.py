"""Whether this instance can take work and visitors: every check by name, each with one plain sentence."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from lib.charges.params import KIND as CHARGES_RUN
from lib.charges.params import VENDOR as CHARGES_VENDOR
from lib.core.database import Database, Session
from lib.core.errors import DaysheetError
from lib.core.settings import ROOT, Settings
from lib.operations import store
from lib.operations.machine import Volume, machine, volume_of
from lib.operations.model import Check, Readiness, Standing
from lib.reports.params import KIND as REPORTS_RUN
from lib.reports.params import VENDOR as REPORTS_VENDOR

#: The kind of run that calls a vendor.
RUN_OF_VENDOR = {CHARGES_VENDOR: CHARGES_RUN, REPORTS_VENDOR: REPORTS_RUN}
LEAST_FREE_SHARE = 0.10
#: A run that nobody has taken for so long, while no worker is there, has nobody to take it.
LONGEST_WAIT_SECONDS = 60.0
#: With workers there, a run that waits for so long wants more of them.
_LONG_WAIT_SECONDS = 900.0
_PROBE = "ready-"


def look(settings: Settings, database: Callable[[], Database]) -> Readiness:
    """Look at everything now. Nothing is raised: what cannot be looked at has failed.

    `database` opens this process's door to the database, or raises why not.
    """
    return Readiness(
        checks=(
            *_database_checks(settings, database),
            check_disk(settings.home),
            check_files(settings.home),
            check_volume(settings, volume_of(settings.home)),
        )
    )


def _database_checks(settings: Settings, database: Callable[[], Database]) -> tuple[Check, ...]:
    try:
        with store.looking(database()) as session:
            answers = f"PostgreSQL {store.server_version(session)} answers."
            found = [Check(name="database", standing=Standing.OK, said=answers), check_migrations(session)]
            if found[-1].standing is Standing.OK:
                found += [check_queue(session, settings.stalled_seconds), check_logins(session)]
            return tuple(found)
    except DaysheetError as error:
        return (Check(name="database", standing=Standing.FAILED, said=str(error)),)


def check_migrations(session: Session) -> Check:
    """Whether the database has every migration of this version; one that has more is of a newer version, and served."""
    known = {path.stem for path in (ROOT / "sql" / "migrations").glob("*.sql")}
    missing = sorted(known - store.applied_migrations(session))
    if missing:
        said = f"The database lacks {', '.join(missing)}. Run python -m jobs migrate."
        return Check(name="migrations", standing=Standing.FAILED, said=said)
    return Check(name="migrations", standing=Standing.OK, said=f"All {len(known)} migrations are applied.")


def check_queue(session: Session, silence_seconds: float) -> Check:
    """Whether somebody takes what waits: a wait is a failure only when no worker is there."""
    queue = store.read_queue(session, silence_seconds=silence_seconds)
    waits = f"{queue.waiting} waiting, {queue.running} at work"
    if not queue.workers and queue.oldest_seconds > LONGEST_WAIT_SECONDS:
        said = f"A run has waited for {queue.oldest_seconds:.0f} s and no worker is alive. Start python -m jobs."
        return Check(name="queue", standing=Standing.FAILED, said=said)
    if not queue.workers:
        return Check(name="queue", standing=Standing.ATTENTION, said=f"No worker is alive; {waits}.")
    if queue.silent:
        said = f"{queue.silent} of the runs at work give no sign of life; {waits}."
        return Check(name="queue", standing=Standing.ATTENTION, said=said)
    if queue.oldest_seconds > _LONG_WAIT_SECONDS:
        said = f"A run has waited for {queue.oldest_seconds / 60:.0f} min, the workers are busy; {waits}."
        return Check(name="queue", standing=Standing.ATTENTION, said=said)
    return Check(name="queue", standing=Standing.OK, said=f"Workers are alive; {waits}.")


def check_logins(session: Session) -> Check:
    """Whether a vendor has refused a login; the office goes on without it, so it is no failure of the instance."""
    refused = store.read_refused_logins(session, RUN_OF_VENDOR)
    if refused:
        vendors = ", ".join(sorted({one.vendor for one in refused}))
        said = (
            f"{len(refused)} of the vendor logins {'was' if len(refused) == 1 else 'were'} refused when last used "
            f"({vendors}; client {', '.join(one.client_id for one in refused[:5])}). Save the password anew."
        )
        return Check(name="vendor logins", standing=Standing.ATTENTION, said=said)
    count = store.count_connections(session)
    said = f"None of {count} was refused when last used." if count else "No vendor is connected yet."
    return Check(name="vendor logins", standing=Standing.OK, said=said)


def check_disk(home: Path) -> Check:
    """Whether the disk of the home has a tenth of its room left."""
    now = machine(home)
    said = f"{now.disk_free_share:.0%} of the home's disk is free ({now.disk_free_bytes / 2**30:,.1f} GiB)."
    if now.disk_free_share < LEAST_FREE_SHARE:
        return Check(name="disk", standing=Standing.FAILED, said=f"Only {said} Make room.")
    return Check(name="disk", standing=Standing.OK, said=said)


def check_files(home: Path) -> Check:
    """Whether uploads and results can be written and read again."""
    try:
        folder = home / "files"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(prefix=_PROBE, dir=folder) as probe:
            probe.write(b"ready")
            probe.seek(0)
            whole = probe.read() == b"ready"
    except OSError as error:
        said = f"Files cannot be written ({error.strerror}). See that the home belongs to this user and has room."
        return Check(name="files", standing=Standing.FAILED, said=said)
    if not whole:
        return Check(name="files", standing=Standing.FAILED, said="What was written was not what is read.")
    return Check(name="files", standing=Standing.OK, said="Uploads and results can be written.")


def check_volume(settings: Settings, volume: Volume | None) -> Check:
    """Whether the home stands on the encrypted volume that the settings name; asked for in production only."""
    named = settings.encrypted_volume
    if named is None:
        if settings.production:
            return _volume(
                Standing.FAILED,
                "Set DAYSHEET_ENCRYPTED_VOLUME to where the encrypted volume is mounted that holds the home.",
            )
        return _volume(Standing.OK, "Not asked for: this is no production instance.")
    # Outside production a fault of the volume is worth a look, and no more.
    fault = Standing.FAILED if settings.production else Standing.ATTENTION
    if volume is None:
        return _volume(fault, "This system does not tell which volume the home is on.")
    if volume.mounted_at != named.resolve():
        return _volume(
            fault, "The home is not on the volume that DAYSHEET_ENCRYPTED_VOLUME names, or it is not mounted."
        )
    if volume.encrypted:
        return _volume(Standing.OK, f"The home's volume is encrypted here ({volume.file_system}).")
    if settings.encrypted_below:
        return _volume(Standing.OK, "The home is on its own volume; that it is encrypted below, you vouch for.")
    return _volume(fault, "The home's volume is not encrypted by this system. Use LUKS, or DAYSHEET_ENCRYPTED_BELOW.")


def _volume(standing: Standing, said: str) -> Check:
    return Check(name="encrypted volume", standing=standing, said=said)

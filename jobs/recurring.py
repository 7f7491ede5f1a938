"""The work of each timed kind of recurring work (lib/core/schedules/kinds.py), by the kind of its runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lib.claim_status import service as claim_status
from lib.core import queue
from lib.core.access.retention import forget_sessions
from lib.core.audit.check import check
from lib.core.audit.retention import expire
from lib.core.backup.make import back_up, forget_old_backups
from lib.core.executor import Execution, Finished, Work
from lib.core.notify.courier import forget_notices
from lib.core.run_retention import expire_run_files
from lib.core.runs import RunState
from lib.core.schedules.kinds import (
    AUDIT_CHECK,
    AUDIT_EXPIRY,
    BACKUP,
    NOTICE_RETENTION,
    OPEN_CLAIMS,
    REPORT_RETENTION,
    RUN_RETENTION,
    SESSION_RETENTION,
)
from lib.core.schedules.service import forget_times
from lib.reports.loading.retention import expire_packages

_NOTICES_KEPT = timedelta(days=90)
_SESSIONS_KEPT = timedelta(days=90)


def expire_reports(execution: Execution) -> Finished:
    """Let load packages go that no kept day shows any more."""
    expired = expire_packages(execution.database, execution.settings, execution.actor, datetime.now(UTC).date())
    said = f"{len(expired):,} packages have expired." if expired else "No package has expired."
    return Finished(result={"said": said})


def check_audit(execution: Execution) -> Finished:
    """Verify the audit; a broken one is told, and the run says the first thing that is wrong."""
    verdict = check(execution.database, execution.actor, execution.settings.home)
    said = f"The audit is whole: {verdict.events:,} events." if verdict.whole else verdict.findings[0].said
    return Finished(result={"said": said})


def expire_audit(execution: Execution) -> Finished:
    """Let audit events go that are older than the years for which they are kept."""
    years = execution.settings.audit_years
    cut = expire(execution.database, execution.actor, years=years, now=datetime.now(UTC))
    said = f"{cut.events:,} events have gone, up to number {cut.through:,}." if cut else "No event is that old."
    return Finished(result={"said": said})


def forget_old_notices(execution: Execution) -> Finished:
    """Forget notices and scheduled times that nobody asks for any more."""
    before = datetime.now(UTC) - _NOTICES_KEPT
    notices = forget_notices(execution.database, execution.actor, before)
    times = forget_times(execution.database, execution.actor, before)
    return Finished(result={"said": f"{notices:,} notices and {times:,} scheduled times are forgotten."})


def expire_run_uploads(execution: Execution) -> Finished:
    """Delete files of runs that ended long ago."""
    expired = expire_run_files(execution.database, execution.settings, execution.actor)
    return Finished(result={"said": f"The files of {len(expired):,} runs are deleted."})


def forget_old_sessions(execution: Execution) -> Finished:
    """Forget sessions that have long been over."""
    gone = forget_sessions(execution.database, execution.actor, datetime.now(UTC) - _SESSIONS_KEPT)
    return Finished(result={"said": f"{gone:,} sessions are forgotten."})


def ask_open_claims(execution: Execution) -> Finished:
    """Start a batch of the client's open claims that are old enough; it is a run of its own."""
    database, actor, client_id = execution.database, execution.actor, execution.run.client_id
    found = claim_status.open_claims(database, actor, client_id)
    if not found:
        return Finished(result={"said": "No open claim is old enough."})
    read = claim_status.read_open_claims(found)
    run_id = claim_status.start(
        database, actor, client_id=client_id, read=read, name="Open claims", payer=OPEN_CLAIMS.vendor
    )
    with queue.producer(database.url).open() as app:
        queue.enqueue(app, run_id)
    return Finished(result={"said": f"Run {run_id} asks for {len(found):,} open claims."})


def make_backup(execution: Execution) -> Finished:
    """Make a backup in the folder for them, and delete old ones there; in production it fails without a folder."""
    settings, now = execution.settings, datetime.now(UTC)
    if settings.backup_folder is None:
        said = "No backup is made: DAYSHEET_BACKUP_FOLDER is not set."
        if settings.production:
            return Finished(state=RunState.FAILED, error=said)
        return Finished(state=RunState.CANCELLED, result={"said": said})
    made = back_up(execution.database, settings, execution.actor, settings.backup_folder, now=now)
    gone = forget_old_backups(settings.backup_folder, days=settings.backup_days, now=now)
    said = f"{made.path.name} holds {made.manifest.rows:,} rows and {made.manifest.files:,} files; {gone:,} older went."
    return Finished(result={"said": said})


WORKS: dict[str, Work] = {
    AUDIT_CHECK.name: check_audit,
    AUDIT_EXPIRY.name: expire_audit,
    OPEN_CLAIMS.name: ask_open_claims,
    REPORT_RETENTION.name: expire_reports,
    RUN_RETENTION.name: expire_run_uploads,
    NOTICE_RETENTION.name: forget_old_notices,
    SESSION_RETENTION.name: forget_old_sessions,
    BACKUP.name: make_backup,
}

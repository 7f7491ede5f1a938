"""The kinds of recurring work. Each has one row in ops.schedules, or one a client, which is made by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from lib.core.access.permissions import Permission
from lib.core.schedules.rules import Rule, daily, monthly, weekly


@dataclass(frozen=True, kw_only=True, slots=True)
class RecurringKind:
    """One kind of recurring work; for a kind that is `timed`, `name` is also the kind of its runs."""

    name: str
    title: str
    #: What a run of it does, for people.
    sentence: str
    usual: Rule
    #: A client's work, for every client that is connected to this vendor; None: work of the whole office.
    vendor: str | None = None
    #: Whether a scheduled time starts a run by itself. Else its feature asks the row what is due, and starts it.
    timed: bool = True
    #: What lets a person change and start it, besides the right to edit every schedule.
    also_by: Permission | None = None


REPORT_SYNC = RecurringKind(
    name="report_sync",
    title="Report sync",
    sentence="Asks CollaborateMD for the client's reports, weekly ones on Mondays and monthly ones on the 1st, and "
    "loads them.",
    usual=daily(time(5)),
    vendor="collaboratemd",
    timed=False,
    also_by=Permission.REPORTS_SETTINGS,
)
OPEN_CLAIMS = RecurringKind(
    name="open_claims",
    title="Status of open claims",
    sentence="Asks UHC for the status of the client's claims that are still open a month after the service.",
    usual=weekly(0, time(6)),
    vendor="uhc",
    also_by=Permission.CLAIM_STATUS_ASK,
)
AUDIT_EXPIRY = RecurringKind(
    name="audit_expire",
    title="Audit retention",
    sentence="Lets go of audit events that are older than the years for which they are kept; the chain stays whole.",
    usual=monthly(1, time(3, 30)),
)
AUDIT_CHECK = RecurringKind(
    name="audit_check",
    title="Audit verification",
    sentence="Verifies the whole audit against the heads that are kept in the home, and tells when it is broken.",
    usual=daily(time(4)),
)
REPORT_RETENTION = RecurringKind(
    name="report_retention",
    title="Report retention",
    sentence="Lets go of loaded packages and raw files that no kept day shows any more.",
    usual=daily(time(2, 30)),
)
RUN_RETENTION = RecurringKind(
    name="run_retention",
    title="Run retention",
    sentence="Deletes uploads and results of runs that ended long ago; what was sent, and the audit, stay.",
    usual=monthly(1, time(2)),
)
SESSION_RETENTION = RecurringKind(
    name="session_retention",
    title="Session retention",
    sentence="Forgets sessions, links and refused sign-ins that are older than 90 days; the audit keeps who signed in.",
    usual=monthly(1, time(3, 15)),
)
BACKUP = RecurringKind(
    name="backup",
    title="Backup",
    sentence="Writes database and files into one sealed file in the folder for backups, and deletes old ones there.",
    usual=daily(time(1)),
)
NOTICE_RETENTION = RecurringKind(
    name="notice_retention",
    title="Notice retention",
    sentence="Forgets notices and scheduled times that are older than 90 days.",
    usual=monthly(1, time(3)),
)

KINDS: dict[str, RecurringKind] = {
    kind.name: kind
    for kind in (
        REPORT_SYNC,
        OPEN_CLAIMS,
        AUDIT_CHECK,
        AUDIT_EXPIRY,
        REPORT_RETENTION,
        RUN_RETENTION,
        NOTICE_RETENTION,
        SESSION_RETENTION,
        BACKUP,
    )
}

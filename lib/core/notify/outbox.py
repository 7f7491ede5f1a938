"""Telling: a notice is written in the transaction of what it tells of, and goes out from there."""

from __future__ import annotations

from lib.core.database import Session, named_queries
from lib.core.notify.events import Event
from lib.core.runs import Run

_SQL = named_queries("notifications")


def tell(
    session: Session, event: Event, said: str, *, subject: str, client_id: str | None = None, link: str = "/runs"
) -> None:
    """Write a notice in the session's transaction; the side process sends it to every channel that wants the event.

    `said` is a sentence without a patient, a file's name, a credential or a vendor's words. `subject` makes two
    notices the same: a channel hears of the same once in a while only. `link` is a path of the web application.
    """
    _SQL.tell(session.raw, event=str(event), said=said, subject=subject, client_id=client_id, link=link)


def tell_failed_run(session: Session, run: Run, *, login_refused: bool) -> None:
    """Tell that a run has failed, and whether that was because a vendor refused the login of its connection."""
    kind = run.kind.replace("_", " ")
    of = "of the whole office" if run.office_wide else f"for {run.client_name}"
    if login_refused:
        event, said = Event.VENDOR_LOGIN_REFUSED, f"The vendor refused the login of run {run.id} ({kind}) {of}."
    else:
        event, said = Event.RUN_FAILED, f"Run {run.id} ({kind}) {of} has failed."
    tell(
        session,
        event,
        said,
        subject=f"{run.kind} {run.client_id}",
        client_id=run.client_id or None,
        link=f"/runs?run={run.id}",
    )

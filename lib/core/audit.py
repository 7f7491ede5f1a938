"""The audit: who did what to which record, when, from where, with what outcome. Appended to, never changed."""

from __future__ import annotations

from lib.core.database import Session, as_json, named_queries

_SQL = named_queries("audit")


def record(session: Session, action: str, what: str, *, client_id: str | None = None, **detail: object) -> None:
    """Append an event in the session's own transaction, so that the act and its record stand or fall together.

    `action` is area:record:action:outcome, `what` is the record's kind and id. No patient data in `detail`.
    """
    _SQL.record(
        session.raw,
        actor=session.actor.label,
        origin=session.actor.origin,
        client_id=client_id,
        action=action,
        record=what,
        detail=as_json(detail),
    )

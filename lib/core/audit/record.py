"""Recording: an event is written in the transaction of the act itself, with its mac."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from lib.core.audit.events import Event, Recorded, compact, mac_of, plain
from lib.core.database import Session, named_queries
from lib.core.keys import data_key

_SQL = named_queries("audit")


def record(session: Session, action: str, what: str, *, client_id: str | None = None, **detail: object) -> None:
    """Append an event in the session's own transaction, so that the act and its record stand or fall together.

    `action` is area:record:action:outcome and stands in lib.core.audit.actions; `what` is the record's kind and id.
    No patient data in `detail`, whose values are kept as text, whole numbers, true, false and lists of them.
    """
    record_many(session, [Event(action=action, record=what, client_id=client_id, detail=detail)])


def hidden(session: Session, text: str) -> str:
    """A keyed digest of what must not be in the audit: equal for equal texts, and no more than that."""
    key = data_key(session, "audit")
    return hmac.digest(key.secret, b"daysheet audit hidden 1\n" + text.encode(), "sha256").hex()[:24]


def record_many(session: Session, events: Iterable[Event]) -> None:
    """Append several events at once, like `record`."""
    key = data_key(session, "audit")
    # This process's clock, for the mac has to be over what is written; the seal has a time of its own.
    now = datetime.now(UTC)
    made = [
        Recorded(
            id="",
            at=now,
            actor=session.actor.label,
            origin=session.actor.origin,
            client_id=None if event.client_id is None else str(event.client_id),
            action=event.action,
            record=event.record,
            detail=plain(event.detail),
            uid=str(uuid.uuid4()),
            key_version=key.version,
        )
        for event in events
    ]
    if not made:
        return
    _SQL.record(
        session.raw,
        at=now,
        actor=session.actor.label,
        origin=session.actor.origin,
        client_ids=[event.client_id for event in made],
        actions=[event.action for event in made],
        records=[event.record for event in made],
        details=[compact(event.detail) for event in made],
        uids=[event.uid for event in made],
        macs=[mac_of(key.secret, event.canonical()) for event in made],
        key_version=key.version,
    )

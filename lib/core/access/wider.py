"""Wider access in an emergency: an administrator sees every client for an hour, with a reason, recorded and told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.access.sessions import SignedIn
from lib.core.actor import Actor
from lib.core.database import Database, named_queries
from lib.core.errors import BadInput
from lib.core.notify.events import Event
from lib.core.notify.outbox import tell

_SQL = named_queries("people")
_SHORTEST, _LONGEST = 10, 500


@dataclass(frozen=True, kw_only=True, slots=True)
class WiderAccess:
    """One such hour."""

    login: str
    reason: str
    began_at: datetime
    ends_at: datetime


def begin(database: Database, person: SignedIn, reason: str) -> None:
    """Take wider access for an hour: every client, patients shown; needs people.edit. Raises BadInput."""
    gate.must(database, person.actor, Permission.PEOPLE_EDIT)
    reason = " ".join(reason.split())
    if not _SHORTEST <= len(reason) <= _LONGEST:
        raise BadInput(f"Wider access needs a reason of {_SHORTEST} to {_LONGEST} letters.")
    with database.session(person.actor) as session:
        _SQL.begin_wider(session.raw, user_id=person.user_id, reason=reason)
        # The reason is free text; by its digest it shows whether the one that is kept was changed.
        kept = audit.hidden(session, reason)
        audit.record(session, "access:wider_access:begin:done", f"user:{person.user_id}", reason=kept)
        tell(
            session,
            Event.WIDER_ACCESS,
            f"{person.login} has taken wider access for an hour. The People page has the reason.",
            # Every time is told of, however soon it follows another.
            subject=f"user:{person.user_id} {person.asked_at.isoformat()}",
            link="/people",
        )


def end(database: Database, person: SignedIn) -> None:
    """Give wider access back before its hour is over."""
    with database.session(person.actor) as session:
        _SQL.end_wider(session.raw, user_id=person.user_id)
        audit.record(session, "access:wider_access:end:done", f"user:{person.user_id}")


def of_late(database: Database, actor: Actor) -> list[WiderAccess]:
    """The last hundred, latest first; needs people.edit."""
    gate.must(database, actor, Permission.PEOPLE_EDIT)
    with database.session(actor) as session:
        return [
            WiderAccess(login=row.login, reason=row.reason, began_at=row.began_at, ends_at=row.ends_at)
            for row in _SQL.wider(session.raw)
        ]

"""How the chain stands: its head, what waits for a seal, when it was last verified, and how many heads are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.audit.anchors import KeptHeads
from lib.core.audit.events import Recorded, recorded_from
from lib.core.audit.seals import Head, first_number, head_of
from lib.core.database import Database, Session, named_queries

_SQL = named_queries("audit")
_WHOLE = "audit:chain:verify:done"


@dataclass(frozen=True, kw_only=True, slots=True)
class LastCheck:
    """The last verification; `number` is what it went up to, `at` aware UTC."""

    at: datetime
    number: int
    anchors: int
    whole: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The chain as it stands; without any seal, `head` is None and `first` 0."""

    first: int
    head: Head | None
    waiting: int
    waiting_since: datetime | None
    last_check: LastCheck | None
    #: When a head was last written out to be kept elsewhere; None: never.
    anchored_at: datetime | None
    #: Heads that the home keeps.
    kept: int


def standing(database: Database, actor: Actor, home: Path) -> Standing | None:
    """How the chain stands; needs audit.read. None for an actor of some clients, for it goes through all of them.

    Raises BadInput where the heads in the home cannot be read.
    """
    gate.must(database, actor, Permission.AUDIT_READ)
    if actor.clients is not None:
        return None
    with database.session(actor) as session:
        waiting = _SQL.count_waiting(session.raw)
        checked = _latest(session, "audit:chain:verify:")
        anchored = _latest(session, "audit:chain:anchor:")
        return Standing(
            first=first_number(session) or 0,
            head=head_of(session),
            waiting=waiting.events,
            waiting_since=waiting.since,
            last_check=_check(checked) if checked else None,
            anchored_at=anchored.at if anchored else None,
            kept=len(KeptHeads(home).all()),
        )


def _latest(session: Session, beginning: str) -> Recorded | None:
    nothing = dict.fromkeys(("before", "actor", "outcome", "record", "client_id", "since", "until"))
    rows = list(_SQL.found(session.raw, action=beginning, most=1, **nothing))
    return recorded_from(rows[0]) if rows else None


def _check(event: Recorded) -> LastCheck:
    number = event.record.partition(":")[2]
    anchors = event.detail.get("anchors", 0)
    return LastCheck(
        at=event.at,
        number=int(number) if number.isdecimal() else 0,
        anchors=anchors if isinstance(anchors, int) else 0,
        whole=event.action == _WHOLE,
    )

"""Letting old events go: the chain is cut behind them, and the cut is an event of the chain that goes on.

It holds the digest of the last seal that went, under the mac of every event: so what is left can still be verified
from its first number on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lib.core.actor import Actor
from lib.core.audit.record import record
from lib.core.audit.seals import CUT
from lib.core.audit.verify import verify
from lib.core.database import Database, named_queries
from lib.core.errors import BadInput, Conflict

_SQL = named_queries("audit")
LEAST_YEARS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """Up to which number events were let go, and how many they were."""

    through: int
    events: int


def expire(database: Database, actor: Actor, *, years: int, now: datetime) -> Cut | None:
    """Let the events go that were sealed more than `years` ago; None when there is none. `now` is aware UTC.

    The database itself lets none go that is younger than six years. Raises BadInput for fewer years, Conflict when
    the events that would go do not verify: they are evidence then, and stay.
    """
    if years < LEAST_YEARS:
        raise BadInput(f"Audit events are kept for at least {LEAST_YEARS} years.")
    with database.session(actor) as session:
        # The 29th of February of a year that has none is taken as the 28th, a day later than need be.
        limit = now.replace(year=now.year - years, day=min(now.day, 28))
        last = _SQL.last_sealed_before(session.raw, time=limit)
    if last is None:
        return None
    verdict = verify(database, actor, through=last.number)
    if not verdict.whole:
        raise Conflict(
            f"Old audit events stay, because they do not verify. {verdict.findings[0].said}",
            fix="Find out who did that; python -m jobs audit verify shows all of it.",
        )
    with database.session(actor) as session:
        ends = verdict.changeover_ends
        record(
            session,
            CUT,
            f"chain:{last.number}",
            through=last.number,
            digest=bytes(last.digest).hex(),
            changeover_ends=ends.isoformat() if ends else "",
        )
        return Cut(through=last.number, events=_SQL.expire(session.raw, through=last.number))

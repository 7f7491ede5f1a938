"""The chain as JSON lines, which anybody who has the audit key can verify without the database.

docs/audit.md has the form and how to check it.
"""

from __future__ import annotations

from typing import IO, Any

from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.audit.events import compact, recorded_from, written_time
from lib.core.audit.record import record
from lib.core.audit.seals import MOST
from lib.core.database import Database, named_queries
from lib.core.errors import BadInput

_SQL = named_queries("audit")


def export_chain(database: Database, actor: Actor, to: IO[str]) -> int:
    """Write every sealed event with its seal, a line each, oldest first, and return how many they were.

    Needs audit.read. The export is recorded. Raises BadInput for an actor that does not see every client.
    """
    gate.must(database, actor, Permission.AUDIT_READ)
    if actor.clients is not None:
        raise BadInput("The audit is exported as a whole only.", fix="Let somebody do it who sees every client.")
    with database.session(actor) as session:
        _SQL.hold_off_expiry(session.raw)
        lines, after = 0, 0
        while page := list(_SQL.sealed(session.raw, after=after, most=MOST)):
            to.writelines(_line(row) for row in page)
            lines, after = lines + len(page), page[-1].number
        record(session, "audit:chain:export:done", f"chain:{after}", events=lines)
    return lines


def _line(row: Any) -> str:
    told: dict[str, Any] = {
        "digest": bytes(row.digest).hex(),
        "event_id": str(row.event_id),
        "key": row.seal_key_version,
        "number": row.number,
        "sealed_at": written_time(row.sealed_at),
    }
    if row.id is not None:
        event = recorded_from(row)
        told |= {"event": event.told(), "mac": event.mac.hex() if event.mac else None}
    return compact(told) + "\n"

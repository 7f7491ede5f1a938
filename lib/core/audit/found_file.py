"""What a search has found as a file, for people; the chain itself is exported by lib.core.audit.export."""

from __future__ import annotations

import csv
from typing import IO

from lib.core.actor import Actor
from lib.core.audit.actions import said_of
from lib.core.audit.events import compact, written_time
from lib.core.audit.record import record
from lib.core.audit.search import MOST, Found, Search, search
from lib.core.database import Database
from lib.core.spreadsheets.safe_text import cell_text

#: More than anybody reads; the newest are written.
MOST_LINES = 100_000
_TITLES = ("Id", "When (UTC)", "Who", "From", "Action", "What happened", "Record", "Client", "Detail")


def write_found(database: Database, actor: Actor, wanted: Search, to: IO[str]) -> int:
    """Write the events that a search finds as CSV, newest first, MOST_LINES at most, and return how many they were.

    Needs audit.read. The export is recorded, with what was looked for. Raises what `search` raises.
    """
    writer = csv.writer(to)
    writer.writerow(_TITLES)
    lines, before = 0, None
    while True:
        page = search(database, actor, wanted, before=before, most=MOST)
        writer.writerows([cell_text(cell) for cell in _cells(found)] for found in page.events)
        lines, before = lines + len(page.events), page.next
        if before is None or lines >= MOST_LINES:
            break
    conditions = {
        "who": wanted.actor,
        "acts": wanted.action,
        "outcome": wanted.outcome,
        "about": wanted.record,
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
    }
    with database.session(actor) as session:
        record(
            session,
            "audit:events:export:done",
            "audit:events",
            client_id=wanted.client_id,
            events=lines,
            **{name: value for name, value in conditions.items() if value is not None},
        )
    return lines


def _cells(found: Found) -> list[str]:
    event = found.event
    return [
        event.id,
        written_time(event.at),
        event.actor,
        event.origin,
        event.action,
        said_of(event.action),
        event.record,
        found.client_name or "",
        compact(event.detail),
    ]

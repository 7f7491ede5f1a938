"""How fresh the rows behind a page are, by client."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import ViewReader
from lib.core.actor import Actor
from lib.core.database import Database


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """How fresh one report of a client is; `day` is the oldest that the newest rows of its accounts show.

    `day` is None where nothing was published yet. `published_at` is aware UTC.
    """

    client_id: str
    report: str
    day: date | None
    published_at: datetime | None
    held: int
    failed: bool
    under_way: bool


def freshness(database: Database, actor: Actor, reports: Collection[str], *, as_of: date | None = None) -> list[Fresh]:
    """The freshness of these reports for each client of the actor's that ever asked for them, as known on a day."""
    found = ViewReader(database, actor, as_of=as_of).ask(
        questions("freshness")["freshness"], {"reports": list(reports)}
    )
    return [
        Fresh(
            client_id=str(row["client_id"]),
            report=row["report_name"],
            day=row["oldest_day"],
            published_at=row["last_published_at"],
            held=int(row["held_packages"]),
            failed=row["has_failed"],
            under_way=row["is_under_way"],
        )
        for row in found.records()
    ]

"""That somebody looked at rows which name or identify patients is recorded: one event a look, and never a value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lib.analytics.reading.filters import Conditions
from lib.core import audit
from lib.core.actor import Actor
from lib.core.database import Database


def record_look(
    database: Database,
    actor: Actor,
    view: str,
    *,
    columns: Sequence[str],
    conditions: Conditions,
    skipped: int,
    rows: int,
    as_of: date | None,
) -> None:
    """Record that a page of rows of a view was shown.

    What they were narrowed to is kept as a keyed digest, so that two looks can be told to be alike and no more.
    """
    only = next(iter(actor.clients)) if actor.clients is not None and len(actor.clients) == 1 else None
    with database.session(actor) as session:
        audit.record(
            session,
            "analytics:rows:read:done",
            f"view:{view}",
            client_id=only,
            columns=columns,
            narrowed=audit.hidden(session, f"{conditions.sql} {sorted(conditions.parameters.items())}"),
            skipped=skipped,
            rows=rows,
            as_of=as_of,
        )

"""A look at rows is one event of the audit, however often the page is drawn anew meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta

import streamlit as st

from lib.analytics.reading.filters import Conditions
from lib.analytics.reading.looks import record_look
from lib.analytics.reading.reader import Answer
from lib.ui.analytics import AnalyticsPage

#: Who comes back later looks again.
_ONE_LOOK = timedelta(minutes=15)


def once_a_look(place: str, what: Hashable, record: Callable[[], None]) -> None:
    """Call `record` when this place of a page shows something else than it did, or shows it again after a while."""
    seen: dict[str, tuple[Hashable, datetime]] = st.session_state.setdefault("rows_seen", {})
    before, now = seen.get(place), datetime.now(UTC)
    if before is None or before[0] != what or now - before[1] > _ONE_LOOK:
        record()
        seen[place] = (what, now)


def saw_rows(
    opened: AnalyticsPage, place: str, view: str, conditions: Conditions, answer: Answer, *, sort: str, skip: int
) -> None:
    """Record that the page shows these rows of a view, which come after `skip` others in that order."""
    as_of = opened.filters.as_of
    narrowed = (conditions.sql, repr(sorted(conditions.parameters.items())))
    once_a_look(
        f"{opened.name} {place}",
        (opened.actor.scope, view, answer.columns, narrowed, sort, skip, as_of),
        lambda: record_look(
            opened.page.desk.database,
            opened.actor,
            view,
            columns=answer.columns,
            conditions=conditions,
            skipped=skip,
            rows=len(answer.rows),
            as_of=as_of,
        ),
    )

"""The table of recurring work: what, for whom, when, its next time and what came of the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from lib.core.schedules.model import Schedule, TakenTime
from lib.ui.wording import moment, state_cell

#: So many lines are shown in full; a longer list scrolls in itself.
_WHOLE = 15
_CHOSEN = "schedule"


def draw_table(schedules: Sequence[Schedule], now: datetime) -> Schedule | None:
    """Draw the rows, each in its own time zone; the one that is chosen, as the address says."""
    choice = st.dataframe(
        {
            "What": [schedule.kind.title for schedule in schedules],
            "For": [whom(schedule) for schedule in schedules],
            "When": [when(schedule) for schedule in schedules],
            "Next": [next_words(schedule, now) for schedule in schedules],
            "Last": [_last_words(schedule) for schedule in schedules],
            "Came to": [_outcome(schedule.last[0]) if schedule.last else "" for schedule in schedules],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(schedules) <= _WHOLE else 560,
        selection_mode="single-cell",
        on_select="rerun",
        column_config={
            "What": st.column_config.TextColumn(width=132),
            "For": st.column_config.TextColumn(width=170),
            "When": st.column_config.TextColumn(width=208),
            "Next": st.column_config.TextColumn(width=144, help="Each in the time zone of its rule."),
            "Last": st.column_config.TextColumn(width=144),
            "Came to": st.column_config.TextColumn(width=112),
        },
        key="schedule_table",
    )
    cells = choice["selection"]["cells"]
    if cells and cells[0][0] < len(schedules):
        st.query_params[_CHOSEN] = schedules[cells[0][0]].id
    chosen = st.query_params.get(_CHOSEN)
    return next((schedule for schedule in schedules if schedule.id == chosen), None)


def whom(schedule: Schedule) -> str:
    """Whose work it is."""
    return schedule.client_name or "Whole office"


def when(schedule: Schedule) -> str:
    """Its rule in words, or that it is paused."""
    return f"‖ paused ({schedule.rule.words})" if schedule.paused else schedule.rule.words


def next_words(schedule: Schedule, now: datetime) -> str:
    """Its next time, or that one is owed."""
    if schedule.owed(now):
        return "… now (missed)"
    coming = schedule.coming(now, 1)
    return moment(coming[0], schedule.zone) if coming else "–"


def _last_words(schedule: Schedule) -> str:
    return moment(schedule.last[0].taken_at, schedule.zone) if schedule.last else "not yet"


def _outcome(taken: TakenTime) -> str:
    if taken.state is None:
        return "– not started" if taken.note else "– not kept"
    return state_cell(taken.state)

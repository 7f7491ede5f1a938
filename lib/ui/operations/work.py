"""The day's runs by outcome, and the day's calls of the vendors."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.core.runs import RunState
from lib.operations.model import DayRuns
from lib.operations.service import Overview
from lib.ui.wording import lasting, state_cell

_OUTCOMES = (
    RunState.FINISHED,
    RunState.FAILED,
    RunState.CANCELLED,
    RunState.CHECKED,
    RunState.RUNNING,
    RunState.QUEUED,
)
#: Shown although there is none.
_ALWAYS = {RunState.FINISHED.value, RunState.FAILED.value}


def kind_words(kind: str) -> str:
    """A kind of run as it is read: “report_sync” becomes “Report sync”."""
    return kind.replace("_", " ").capitalize()


def draw_runs(runs: Sequence[DayRuns]) -> None:
    """Runs that were begun or ended in the last 24 hours, a line a kind."""
    if not runs:
        st.markdown("No run was begun or ended in the last 24 hours.")
        return
    st.caption("Begun or ended in the last 24 hours.")
    kinds = sorted({run.kind for run in runs})
    counts = {(run.kind, run.state): run.runs for run in runs}
    longest = {
        kind: max((run.longest_seconds or 0.0 for run in runs if run.kind == kind), default=0.0) for kind in kinds
    }
    met = {run.state for run in runs} | _ALWAYS
    outcomes = {
        state_cell(state): [counts.get((kind, state.value), 0) for kind in kinds]
        for state in _OUTCOMES
        if state.value in met
    }
    st.dataframe(
        {
            "Kind": [kind_words(kind) for kind in kinds],
            **outcomes,
            "Longest": [lasting(longest[kind]) if longest[kind] else "" for kind in kinds],
        },
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Kind": st.column_config.TextColumn(width=160, pinned=True),
            **{name: st.column_config.NumberColumn(width=92, format="localized") for name in outcomes},
            "Longest": st.column_config.TextColumn(width=110, alignment="right"),
        },
        key="operations_runs",
    )


def draw_vendors(found: Overview) -> None:
    """Calls of the day by operation, and the gap that each is held to now."""
    calls = found.backstage.calls_of_day
    if not calls:
        st.markdown("No vendor was called in the last 24 hours.")
        return
    st.caption("By runs of the last 24 hours. “Too early” is the vendor's own limit; such a call is sent again.")
    gaps = {throttle.operation: throttle.gap_seconds for throttle in found.figures.throttles}
    st.dataframe(
        {
            "Operation": [call.operation for call in calls],
            "For": [kind_words(call.kind) for call in calls],
            "Answered": [call.answered for call in calls],
            "Too early": [call.throttled for call in calls],
            "No answer": [call.failed for call in calls],
            "Gap now": [f"{gaps[call.operation]:.3f} s" if call.operation in gaps else "" for call in calls],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(calls) <= 15 else 560,
        column_config={
            "Operation": st.column_config.TextColumn(width=240, pinned=True),
            "For": st.column_config.TextColumn(width=110),
            "Answered": st.column_config.NumberColumn(width=100, format="localized"),
            "Too early": st.column_config.NumberColumn(width=100, format="localized"),
            "No answer": st.column_config.NumberColumn(width=100, format="localized"),
            "Gap now": st.column_config.TextColumn(width=100, alignment="right", help="The widest of all accounts."),
        },
        key="operations_calls",
    )

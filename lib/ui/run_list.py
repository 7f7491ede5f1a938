"""The list of runs: one line each, a click opens one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.core.runs import Run
from lib.ui.frame import OpenPage, go_to_run
from lib.ui.run_kinds import kind_of
from lib.ui.wording import moment, state_cell, who

#: So many lines are shown in full; a longer list scrolls in itself.
_WHOLE = 15


def draw_run_list(page: OpenPage, found: Sequence[Run]) -> None:
    """Draw the runs, newest first; times in each client's zone."""
    choice = st.dataframe(
        {
            "State": [state_cell(run.state) for run in found],
            "Run": [int(run.id) for run in found],
            "What": [kind_of(run).title(run) for run in found],
            "Client": [run.client_name for run in found],
            "Done": [_done(run) for run in found],
            "Began": [moment(run.created_at, page.zone_of(run)) for run in found],
            "By": [who(run.created_by) for run in found],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(found) <= _WHOLE else 560,
        selection_mode="single-cell",
        on_select="rerun",
        column_config={
            "State": st.column_config.TextColumn(width=96),
            "Run": st.column_config.NumberColumn(width=52, format="%d"),
            "What": st.column_config.TextColumn(width=220),
            "Client": st.column_config.TextColumn(width=176),
            "Done": st.column_config.TextColumn(width=124, alignment="right"),
            "Began": st.column_config.TextColumn(
                width=152, help="In the client's time zone; of work of the whole office in yours."
            ),
            "By": st.column_config.TextColumn(width=112),
        },
        key="run_list",
    )
    cells = choice["selection"]["cells"]
    if cells:
        go_to_run(found[cells[0][0]].id)
        st.rerun()


def _done(run: Run) -> str:
    return "at work" if run.open else kind_of(run).amount(run)

"""How fresh the loaded reports are, and what is at work now, each with the way to its page."""

from __future__ import annotations

import time

import streamlit as st

from lib.core import runs
from lib.core.runs import Run, RunState
from lib.reports.service import matrix
from lib.ui.analytics import AnalyticsPage
from lib.ui.navigation import REPORTS, RUNS, page_of
from lib.ui.reports.standing import freshness, oldest
from lib.ui.run_kinds import kind_of
from lib.ui.session import Desk
from lib.ui.wording import counted, literal

#: Where every report stands is looked up again after so long.
_FRESH_SECONDS = 10
_WORK_SECONDS = 15.0
#: Runs that are named.
_NAMED = 3


def draw_freshness_of_data(opened: AnalyticsPage) -> None:
    """Say how many reports of the clients in view are of today, held or failed."""
    desk = opened.page.desk
    client_ids = [client.id for client in opened.clients]
    cells = opened.once(
        ("cells", int(time.time()) // _FRESH_SECONDS),
        lambda: matrix(desk.database, desk.actor, client_ids=client_ids),
    )
    st.markdown("**Data**")
    st.markdown(f"{freshness(opened.page, cells)} {oldest(opened.page, cells)}" if cells else "No report is set up.")
    st.page_link(page_of(REPORTS), label="Reports", icon=":material/arrow_forward:")


def draw_work(opened: AnalyticsPage) -> None:
    """Say what is at work for the clients in view."""
    st.markdown("**Work**")
    _draw_runs(opened.page.desk, frozenset(client.id for client in opened.clients))


@st.fragment(run_every=_WORK_SECONDS)
def _draw_runs(desk: Desk, client_ids: frozenset[str]) -> None:
    found = [runs.get(desk.database, desk.actor, run_id) for run_id, _ in runs.at_work(desk.database, desk.actor)]
    here = [run for run in found if run.client_id in client_ids]
    if not here:
        st.markdown("No run is at work.")
    for run in here[:_NAMED]:
        st.page_link(page_of(RUNS), label=_words(run), icon=":material/sync:", query_params={"run": run.id})
    if len(here) > _NAMED:
        st.page_link(page_of(RUNS), label=f"and {counted(len(here) - _NAMED, 'run')} more", icon=":material/sync:")
    if not here:
        st.page_link(page_of(RUNS), label="Runs", icon=":material/arrow_forward:")


def _words(run: Run) -> str:
    said = f"{kind_of(run).title(run)}, {run.client_name}"
    if run.state is not RunState.RUNNING:
        return literal(f"{said}: waits")
    open_phases = [phase for phase in run.progress.get("phases", []) if phase["done"] < phase["total"]]
    if open_phases:
        phase = open_phases[-1]
        said += f": {phase['name'].lower()} {phase['done']:,} of {phase['total']:,}"
    return literal(said)

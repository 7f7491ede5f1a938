"""Runs of reports while they go on, above the matrix: live, and the page is drawn anew whenever a report moves on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.core import runs
from lib.core.runs import Run
from lib.reports.asking.progress import ASK, LOAD
from lib.reports.params import KIND
from lib.reports.service import CellStatus
from lib.ui.frame import OpenPage
from lib.ui.navigation import RUNS
from lib.ui.progress import draw_headline
from lib.ui.reports.run_kind import title, work_lines
from lib.ui.reports.words import listed, short_title

_EVERY_SECONDS = 2.0
#: Runs looked through for open ones; more of them are open only after an outage.
_NEWEST = 60
_SHOWN = 6
_PHASES = {ASK: "Brought here", LOAD: "loaded"}

Stage = tuple[tuple[str, ...], ...]


def draw_at_work(page: OpenPage, statuses: Sequence[CellStatus]) -> None:
    """Draw the open runs of reports of the chosen client, or of all."""
    found = _open_runs(page)
    if found:
        _watch(page, statuses, _stage(found))


@st.fragment(run_every=_EVERY_SECONDS)
def _watch(page: OpenPage, statuses: Sequence[CellStatus], drawn: Stage) -> None:
    found = _open_runs(page)
    if _stage(found) != drawn:
        st.rerun(scope="app")
    with st.container(border=True, key="at_work"):
        for run in found[:_SHOWN]:
            _draw(page, run, _done(run, statuses))
        if len(found) > _SHOWN:
            st.page_link(RUNS, label=f"{len(found) - _SHOWN} more at work or waiting", icon=":material/more_horiz:")


def _draw(page: OpenPage, run: Run, done: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{run.client_name}**", width="content")
        st.page_link(
            RUNS, label=f"Run {run.id}: {title(run)}", icon=":material/open_in_new:", query_params={"run": run.id}
        )
    phases = run.progress.get("phases", [])
    if run.queued_at and not phases:
        draw_headline(page.desk, run)
    if phases:
        parts = [f"{_PHASES[phase['name']]} {phase['done']:,} of {phase['total']:,}" for phase in phases]
        total = sum(phase["total"] for phase in phases)
        share = sum(phase["done"] for phase in phases) / total if total else 0.0
        st.progress(min(share, 1.0), text=" · ".join(parts))
    lines = work_lines(run)
    if note := run.note or run.progress.get("note"):
        lines.append(f":material/schedule: {note}")
    if done:
        lines.append(f":material/check: Done: {listed(done, most=13)}")
    if lines:
        st.caption("  \n".join(lines))


def _done(run: Run, statuses: Sequence[CellStatus]) -> list[str]:
    """The reports that this run is through with, in all of its accounts."""
    own = [status for status in statuses if status.run_id == run.id]
    waiting = {status.cell.report for status in own if status.request_state is not None}
    return list(dict.fromkeys(short_title(s.cell.report) for s in own if s.cell.report not in waiting))


def _open_runs(page: OpenPage) -> list[Run]:
    desk = page.desk
    found = runs.list_runs(
        desk.database, desk.actor, kind=KIND, client_id=page.client.id if page.client else None, most=_NEWEST
    )
    return [run for run in reversed(found) if run.open]


def _stage(found: Sequence[Run]) -> Stage:
    """What makes the matrix look otherwise when it changes."""
    return tuple((run.id, run.state, repr(run.progress.get("states"))) for run in found)

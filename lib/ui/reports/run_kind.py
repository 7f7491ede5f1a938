"""Runs of reports, as the list and the page of runs tell and draw them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import streamlit as st

from lib.core.runs import Run, RunState
from lib.reports.params import ReportsParams
from lib.reports.service import Action, RefusedCell
from lib.ui.frame import OpenPage
from lib.ui.navigation import REPORTS
from lib.ui.reports.acts import left_out
from lib.ui.reports.words import rows_word, title_of
from lib.ui.wording import ago, counted, day, lasting

BEGUN = "asked for"
WHEN_CANCELLED = "What CollaborateMD is building goes on there and can be loaded later; what is loaded stays loaded."
WHEN_LOST = "Another worker takes it up within a minute; what CollaborateMD is building is not asked for again."

#: Letters that a line of the last column holds, and a height at which Streamlit breaks longer ones.
_LETTERS, _TALL = 40, 64
_ACTS = {Action.SYNC: "Sync", Action.TRIGGER: "Trigger", Action.LOAD: "Load"}
#: What a cell came to, from what wants a person to what is done: mark and words.
_CELLS = {
    "held": ("‖", "Held"),
    "failed": ("✕", "Failed"),
    "cancelled": ("–", "Cancelled"),
    "waiting": ("…", "Waiting"),
    "asking": ("…", "Waiting"),
    "building": ("▸", "Building"),
    "ready": ("◐", "Here, not loaded"),
    "published": ("✓", "Loaded"),
}


def title(run: Run) -> str:
    """What was asked for: “Sync 13 reports”, “Sync AR aging”; with its day where that is not the day it was asked."""
    params = ReportsParams.model_validate(run.params)
    what = run.title.partition(" ")[2].rpartition(",")[0] or run.title
    past = f" of {day(params.as_of)}" if params.as_of else ""
    return f"{_ACTS[params.action]} {title_of(what)}{past}"


def amount(run: Run) -> str:
    """Reports loaded of all; of a trigger, those that are here."""
    counts = (run.result or {}).get("counts", {})
    if not counts:
        return ""
    loads = ReportsParams.model_validate(run.params).action.loads
    done = sum(counts.get(state, 0) for state in (("loaded",) if loads else ("loaded", "held", "ready")))
    return f"{done:,} of {sum(counts.values()):,} reports"


def planned(run: Run, phase_name: str) -> int:
    """The run knows its reports from the start."""
    return 0


def draw_work(run: Run) -> None:
    """What is being built, and since when; what is being loaded, and how far that is."""
    lines = work_lines(run)
    if lines:
        st.markdown("  \n".join(lines))


def work_lines(run: Run) -> list[str]:
    """The same in words, a line each."""
    lines = []
    if building := run.progress.get("building"):
        since = building.get("since")
        lasted = f" for {lasting(ago(datetime.fromisoformat(since)))}" if since else ""
        lines.append(f":material/construction: CollaborateMD builds **{_named(building)}**{lasted}")
    if loading := run.progress.get("loading"):
        so_far = f": {rows_word(loading['rows'])} so far" if loading["rows"] else ""
        lines.append(f":material/input: Loading **{_named(loading)}**{so_far}")
    return lines


def draw_result(page: OpenPage, run: Run) -> None:
    """Draw what became of every report of a run that is over."""
    result = run.result or {}
    if run.error:
        st.error("What was loaded before that stays.", title=run.error, icon=":material/error:")
    elif run.state is RunState.CANCELLED and not result:
        st.info("Nothing was asked for.", title="This run was cancelled.", icon=":material/cancel:")
    cells: list[dict[str, Any]] = result.get("cells", [])
    if cells:
        st.markdown(_summary(cells))
        _draw_cells(page, run, cells)
    if refused := left_out([RefusedCell.model_validate(each) for each in result.get("refused", [])]):
        st.caption(f":material/info: {refused}")
    st.page_link(
        REPORTS,
        label="Open the Reports page",
        icon=":material/arrow_forward:",
        query_params={"client": run.client_id},
    )


def _summary(cells: list[dict[str, Any]]) -> str:
    states = [cell["state"] for cell in cells]
    loaded = [cell for cell in cells if cell["state"] == "published"]
    parts = [f"**{len(loaded):,} of {counted(len(cells), 'report')} loaded**"]
    if loaded:
        parts.append(rows_word(sum(cell["rows"] or 0 for cell in loaded)))
    parts += [
        f"{states.count(state):,} {words.lower()}"
        for state, (_, words) in _CELLS.items()
        if state != "published" and state in states
    ]
    return " · ".join(parts)


def _draw_cells(page: OpenPage, run: Run, cells: list[dict[str, Any]]) -> None:
    order = list(_CELLS)
    shown = sorted(cells, key=lambda cell: order.index(cell["state"]))
    held = any(cell["package"] for cell in shown)
    if held:
        st.caption("Click a report to open its package.")
    choice = st.dataframe(
        {
            "State": [" ".join(_CELLS[cell["state"]]) for cell in shown],
            "Report": [title_of(cell["report"]) for cell in shown],
            "Account": [cell["account"] for cell in shown],
            "Data of": [day(date.fromisoformat(cell["as_of"])) for cell in shown],
            "Rows": [f"{cell['rows']:,}" if cell["rows"] is not None else "" for cell in shown],
            "What": [cell["message"] for cell in shown],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(shown) <= 15 else 560,
        row_height=_TALL if any(len(cell["message"]) > _LETTERS for cell in shown) else None,
        selection_mode="single-cell",
        on_select="rerun",
        column_config={
            "State": st.column_config.TextColumn(width=120),
            "Report": st.column_config.TextColumn(width=212),
            "Account": st.column_config.TextColumn(width=84),
            "Data of": st.column_config.TextColumn(width=100),
            "Rows": st.column_config.TextColumn(width=72, alignment="right"),
            "What": st.column_config.TextColumn(width=300),
        },
        key=f"cells_{run.id}",
    )
    picked = choice["selection"]["cells"]
    if picked and (package := shown[picked[0][0]]["package"]):
        st.switch_page(REPORTS, query_params={"package": str(package), "client": run.client_id})


def _named(cell: dict[str, Any]) -> str:
    return f"{title_of(cell['report'])}, {cell['account']}"

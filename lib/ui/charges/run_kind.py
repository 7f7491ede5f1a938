"""Runs of Charges sheets, as the list and the page of runs tell and draw them."""

from __future__ import annotations

import streamlit as st

from lib.charges.params import ChargesParams, Mode
from lib.charges.posting.progress import Phase
from lib.core.runs import Run, RunState
from lib.ui.charges.result import draw_result as draw_posted
from lib.ui.frame import OpenPage
from lib.ui.navigation import CHARGES

BEGUN = "uploaded"
WHEN_CANCELLED = "Calls in flight are finished, nothing more is sent. What is posted stays posted."
WHEN_LOST = "Another worker takes it up within a minute; what was being sent is looked up in Tebra first."


def title(run: Run) -> str:
    """The name of the sheet."""
    return run.title


def amount(run: Run) -> str:
    """Rows done of all rows."""
    result = run.result or {}
    return f"{result['rows_done']:,} of {result['rows_total']:,} rows" if "rows_total" in result else ""


def planned(run: Run, phase_name: str) -> int:
    """How many steps the check has foreseen for a phase; the run itself counts them only as it meets them."""
    kind = {Phase.PAYMENTS: "payments", Phase.ENCOUNTERS: "encounters"}.get(Phase(phase_name))
    if kind is None or not run.result:
        return 0
    return int(run.result.get(kind, {}).get("ready", {}).get("count", 0))


def draw_work(run: Run) -> None:
    """Nothing beside its phases."""


def draw_result(page: OpenPage, run: Run) -> None:
    """Draw what became of a posted sheet; of one that was not posted, the way to it."""
    if ChargesParams.model_validate(run.params).mode is Mode.RUN:
        draw_posted(page.desk, run)
        return
    said = {
        RunState.CHECKED: "Checked, and nothing of it is posted yet.",
        RunState.DRAFT: "Uploaded, and not checked yet.",
        RunState.EXPIRED: "The sheet was not posted in time and was cleaned up. Nothing of it was sent.",
    }.get(run.state, run.error or "The check was cancelled. Nothing was sent.")
    with st.container(border=True):
        st.markdown(said)
        st.page_link(
            CHARGES,
            label="Open it on the Charges page",
            icon=":material/arrow_forward:",
            query_params={"run": run.id, "client": run.client_id},
        )

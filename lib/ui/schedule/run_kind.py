"""Runs of recurring work, as the list and the page of runs tell and draw them."""

from __future__ import annotations

import streamlit as st

from lib.core.runs import Run, RunState
from lib.core.schedules.kinds import KINDS
from lib.ui.frame import OpenPage
from lib.ui.wording import literal

BEGUN = "asked for"
WHEN_CANCELLED = "What it has done stays done; the rest waits for its next time."
WHEN_LOST = "Another worker takes it up within a minute."


def title(run: Run) -> str:
    """The work's name."""
    return KINDS[run.kind].title


def amount(run: Run) -> str:
    """Nothing is counted of it in the list."""
    return ""


def planned(run: Run, phase_name: str) -> int:
    """The run knows its steps itself."""
    return 0


def draw_work(run: Run) -> None:
    """What it is about."""
    st.caption(KINDS[run.kind].sentence)


def draw_result(page: OpenPage, run: Run) -> None:
    """Draw the sentence in which the run has said what it did."""
    if run.error:
        st.error("It is started again at its next time.", title=run.error, icon=":material/error:")
    elif run.state is RunState.CANCELLED:
        st.info(WHEN_CANCELLED, title="This run was cancelled.", icon=":material/cancel:")
    else:
        st.markdown(literal((run.result or {}).get("said", "Done.")))
    st.caption(KINDS[run.kind].sentence)

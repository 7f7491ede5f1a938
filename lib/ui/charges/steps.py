"""The biller's road in five steps, and where a run stands on it."""

from __future__ import annotations

from enum import IntEnum

import streamlit as st

from lib.charges.params import ChargesParams, Mode
from lib.core.runs import Run, RunState


class Step(IntEnum):
    """The steps, in order."""

    UPLOAD = 0
    CHECK = 1
    CONFIRM = 2
    RUN = 3
    RESULT = 4

    @property
    def word(self) -> str:
        """The step's name."""
        return self.name.capitalize()


def step_of(run: Run | None) -> Step:
    """The step that a run waits at."""
    if run is None:
        return Step.UPLOAD
    posting = ChargesParams.model_validate(run.params).mode is Mode.RUN
    if run.state is RunState.CHECKED:
        return Step.CONFIRM
    if run.open:
        return Step.RUN if posting else Step.CHECK
    return Step.RESULT if posting else Step.CHECK


def draw_steps(now: Step) -> None:
    """Draw the road: steps behind with a tick, the present one in the accent, those ahead faint."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="steps"):
        for step in Step:
            if step < now:
                st.badge(step.word, icon=":material/check:", color="gray")
            elif step == now:
                st.badge(step.word, icon=f":material/counter_{step + 1}:", color="blue")
            else:
                st.caption(f":material/counter_{step + 1}: {step.word}", width="content")

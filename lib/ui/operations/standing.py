"""The head of the Operations page: ready or not and why, what waits, and every check with its sentence."""

from __future__ import annotations

import streamlit as st

from lib.operations.model import Readiness, Standing
from lib.operations.service import Overview
from lib.ui.figures import figure_row
from lib.ui.wording import counted, lasting

_CELLS = {Standing.OK: "✓ Well", Standing.ATTENTION: "! Look", Standing.FAILED: "✕ Failed"}


def draw_headline(readiness: Readiness) -> None:
    """Say in one sentence whether the instance is well; what has failed or wants a look is named."""
    failed = [check for check in readiness.checks if check.standing is Standing.FAILED]
    looked = [check for check in readiness.checks if check.standing is Standing.ATTENTION]
    if failed:
        st.error(
            "  \n".join(check.said for check in failed),
            title=f"Not ready: {', '.join(check.name for check in failed)}.",
            icon=":material/error:",
        )
    elif looked:
        st.warning(
            "  \n".join(check.said for check in looked),
            title=f"Ready, but look at: {', '.join(check.name for check in looked)}.",
            icon=":material/visibility:",
        )
    else:
        st.markdown(f":material/check_circle: **Ready.** All {len(readiness.checks)} checks are well.")


def draw_counts(found: Overview) -> None:
    """What waits for a worker or for a person, and who is here."""
    figures = found.figures
    queue, unsettled, people = figures.queue, figures.unsettled, figures.people
    waits = f"oldest for {lasting(queue.oldest_seconds)}" if queue.oldest_seconds else "nothing waits long"
    reports = [one.report for one in figures.reports if one.held]
    row = figure_row()
    for title, value, below in (
        ("Runs waiting", queue.waiting, f"{counted(queue.running, 'run')} at work · {waits}"),
        (
            "Unknown writes",
            unsettled.unknown,
            f"{unsettled.undecidable:,} for a person · {unsettled.sending:,} on the way",
        ),
        (
            "Held packages",
            sum(one.held for one in figures.reports),
            f"of {counted(len(reports), 'report')}" if reports else "nothing to decide",
        ),
        (
            "People signed in",
            people.signed_in,
            f"of {people.people:,} · {counted(found.open_tabs, 'tab')} at this web process",
        ),
    ):
        with row.container(border=True, height="stretch", gap="xsmall"):
            st.metric(title, f"{value:,}")
            st.caption(below)


def draw_checks(readiness: Readiness) -> None:
    """Every check of /readyz as a line."""
    st.dataframe(
        {
            "Check": [check.name.capitalize() for check in readiness.checks],
            "State": [_CELLS[check.standing] for check in readiness.checks],
            "What was found": [check.said for check in readiness.checks],
        },
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Check": st.column_config.TextColumn(width=140, pinned=True),
            "State": st.column_config.TextColumn(width=80),
            "What was found": st.column_config.TextColumn(width=560),
        },
        key="operations_checks",
    )

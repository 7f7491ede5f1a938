"""What the side process does by itself all the time, and nobody has to schedule."""

from __future__ import annotations

import streamlit as st

_ALWAYS_ON = (
    ("Runs of workers that were lost are taken up", "every few seconds"),
    ("Changed reports are copied for the pages", "within seconds"),
    ("Reports that are due are asked for", "every minute"),
    ("Work of this table whose time has come is started", "every 15 seconds"),
    ("Notices are sent", "every 5 seconds"),
    ("The audit is sealed", "within seconds"),
    ("Uploads that never became a run are deleted", "every hour"),
)


def draw_always_on() -> None:
    """Draw the list, closed."""
    with st.expander("Always on: what needs no schedule", icon=":material/all_inclusive:"):
        st.dataframe(
            {"What": [what for what, _ in _ALWAYS_ON], "How often": [often for _, often in _ALWAYS_ON]},
            hide_index=True,
            width="stretch",
            height="content",
            key="always_on",
        )

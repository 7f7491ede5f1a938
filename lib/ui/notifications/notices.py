"""The last notices, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.core.notify.channels import Notice
from lib.ui.frame import OpenPage
from lib.ui.wording import moment

_WHOLE = 15
_BECAME = {"waiting": "… waits", "sent": "✓ sent", "quiet": "– spared", "failed": "✕ not sent"}


def draw_notices(page: OpenPage, found: Sequence[Notice]) -> None:
    """Draw them, newest first, in the person's time zone."""
    st.markdown("**Last notices**", help="“Spared”: the channel was told of the same less than 15 minutes before.")
    if not found:
        st.caption("Nothing has happened yet that anybody would be told of.")
        return
    st.dataframe(
        {
            "When": [moment(notice.at, page.own_zone) for notice in found],
            "What": [notice.said for notice in found],
            "Went to": [_went_to(notice) for notice in found],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(found) <= _WHOLE else 560,
        column_config={
            "When": st.column_config.TextColumn(width=152),
            "What": st.column_config.TextColumn(width=420),
            "Went to": st.column_config.TextColumn(width=280),
        },
        key="notices",
    )


def _went_to(notice: Notice) -> str:
    return ", ".join(f"{channel} {_BECAME[state]}" for channel, state in notice.went_to) or "nobody wants it"

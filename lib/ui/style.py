"""The rules of looks that no theme option holds."""

from __future__ import annotations

import streamlit as st

#: Streamlit writes white on the accent (buttons, tags) and the accent on the ground (what is chosen of a switch, the
#: tab that is open). On a dark ground no accent is readable both ways: what is chosen is written in the ink instead,
#: and told by its frame, its ground and its weight.
_CHOSEN = """<style>
[data-testid="stButtonGroup"] button[data-variant][data-selected="true"],
[data-testid="stTab"][aria-selected="true"] { color: inherit; }
[data-testid="stButtonGroup"] button[data-variant][data-selected="true"] p,
[data-testid="stTab"][aria-selected="true"] p { font-weight: 600; }
</style>"""


def draw_style() -> None:
    """Put the rules on the page; they take no room."""
    st.html(_CHOSEN)

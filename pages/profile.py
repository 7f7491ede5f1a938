"""Profile: one's own password, second factor, preferences and sessions."""

from __future__ import annotations

import streamlit as st

from lib.ui.frame import open_page, show_told
from lib.ui.sign_in.own import draw_password, draw_preferences, draw_second_factor, draw_sessions

#: Forms are no wider than what is typed into them.
_WIDTH = 520


def main() -> None:
    """Draw what a person settles about the own way in."""
    page = open_page("Profile", all_clients=True)
    show_told()
    with st.container(width=_WIDTH):
        draw_preferences(page.desk)
        draw_password(page.desk)
        draw_second_factor(page.desk)
    draw_sessions(page.desk, page.own_zone)


main()

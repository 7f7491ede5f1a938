"""People: who may sign in, as what, for which clients."""

from __future__ import annotations

import streamlit as st

from lib.ui.frame import open_page, show_told
from lib.ui.sign_in.groups import draw_groups
from lib.ui.sign_in.people import draw_add, draw_people, draw_person_settings
from lib.ui.sign_in.wider import draw_wider


def main() -> None:
    """Draw everybody, one person's settings, and what concerns them all."""
    page = open_page("People", all_clients=True)
    show_told()
    chosen = draw_people(page)
    if chosen:
        draw_person_settings(page, chosen)
    adding, groups, wider = st.tabs(["Add a person", "Groups of identity providers", "Wider access"])
    with adding:
        draw_add(page)
    with groups:
        draw_groups(page.desk)
    with wider:
        draw_wider(page.desk, page.own_zone)


main()

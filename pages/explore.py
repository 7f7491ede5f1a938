"""Explore: any view narrowed, grouped, drawn, exported and saved, with the exact question that was asked."""

from __future__ import annotations

import streamlit as st

from lib.analytics.explore.exploration import columns_offered
from lib.ui.analytics import FAILURES, open_analytics
from lib.ui.explore.choose import choose_order, choose_shown
from lib.ui.explore.narrow import choose_filters_of_columns
from lib.ui.explore.result import Explored, draw_result, draw_tools
from lib.ui.explore.state import PAGE, beginning, choose_view, chosen_view, remember
from lib.ui.frame import open_page
from lib.ui.trouble import show_trouble


def main() -> None:
    """Draw what can be chosen, then what it gives."""
    page = open_page("Explore", all_clients=True)
    view = chosen_view()
    clocks = tuple(view.clocks)
    if page.clients:
        choose_view(view)
    opened = open_analytics(PAGE, page, view, clocks=clocks)
    if opened is None:
        return
    desk = page.desk
    columns = opened.once(("columns offered", view.name), lambda: columns_offered(desk.database, desk.actor, view))
    start = beginning(view, columns)
    try:
        filters = choose_filters_of_columns(opened, opened.reader, columns, start)
        wanted = choose_shown(columns, start, filters)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            wanted = choose_order(columns, wanted, start)
            remember(wanted)
            clock = (opened.filters.clock if opened.filters.clock in clocks else clocks[0]) if clocks else None
            explored = Explored(
                opened=opened, reader=opened.reader, view=view, columns=columns, clock=clock, exploration=wanted
            )
            draw_tools(explored)
        draw_result(explored)
    except FAILURES as error:
        show_trouble(error)


main()

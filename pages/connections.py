"""Connections: which client has which vendor account, whether it lets us in, and the way to change it."""

from __future__ import annotations

import streamlit as st

from lib.core.connections import list_connections
from lib.ui.connections.form import draw_connection
from lib.ui.connections.table import draw_table, lines_of
from lib.ui.frame import open_page, show_told


def main() -> None:
    """Draw the table, and below it the connection that is chosen."""
    page = open_page("Connections", all_clients=True)
    show_told()
    clients = (page.client,) if page.client else page.clients
    if not clients:
        st.info(
            "Add the first with: `.venv/bin/python -m jobs client add NAME`",
            title="No client yet.",
            icon=":material/group_add:",
        )
        return
    lines = lines_of(clients, list_connections(page.desk.database, page.desk.actor))
    st.caption("Click a line to test or change it. Passwords and keys can be written here, and never be read.")
    chosen = draw_table(lines, page.own_zone)
    if chosen is not None:
        draw_connection(page, chosen, page.own_zone)


main()

"""The page before there is anything to see: no client, no connection, no saved report."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.core.clients import Client
from lib.reports.service import CellStatus
from lib.ui.frame import OpenPage
from lib.ui.reports.words import listed


def draw_unconnected(page: OpenPage) -> None:
    """Say how a client gets its reports, where none of those shown is connected."""
    if not page.clients:
        st.info(
            "To practise on invented data, start the workbench with its stand-in vendors: `make run`  \n"
            "To add a client of your own: `.venv/bin/python -m jobs client add NAME`",
            title="No client yet. The reports of every client will be loaded and watched here.",
            icon=":material/group_add:",
        )
        return
    name = page.client.name if page.client else "NAME"
    st.info(
        "Connect it once, at the command line of this server:  \n"
        f'`.venv/bin/python -m jobs connect collaboratemd --client "{name}" --set url=… --set user=… '
        "--set accounts=10001001,10001002 --secret-stdin --check`  \n"
        "Then Settings, here, takes the ids of its saved reports.",
        title=f"{page.client.name if page.client else 'No client'} has no CollaborateMD connection yet."
        if page.client
        else "No client is connected to CollaborateMD yet.",
        icon=":material/link_off:",
    )


def say_unconnected(page: OpenPage, statuses: Sequence[CellStatus]) -> None:
    """Name the clients that have no reports here because they are not connected."""
    connected = {status.cell.client_id for status in statuses}
    missing = [client.name for client in page.clients if client.id not in connected]
    if page.client is None and missing:
        st.caption(
            f":material/link_off: Not connected to CollaborateMD: {listed(missing)}. Choose one above to see how."
        )


def say_not_set_up(client: Client, statuses: Sequence[CellStatus]) -> None:
    """Say what is missing where a client's reports have no ids yet."""
    if any(status.setting for status in statuses):
        return
    st.info(
        "Each saved report has a report id and a filter id in CollaborateMD: type them in Settings below, or at the "
        "command line:  \n"
        f'`.venv/bin/python -m jobs reports set --client "{client.name}" --seq ar_aging=REPORT_ID/FILTER_ID …`',
        title=f"No report of {client.name} is set up yet.",
        icon=":material/tune:",
    )

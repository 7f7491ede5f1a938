"""How a client's reports are set up: the form of one, the time of day, and an overview of all."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.core.clients import Client
from lib.core.errors import DaysheetError
from lib.reports import service
from lib.reports.catalog import catalog
from lib.reports.model import ReportSetting
from lib.reports.service import CellStatus
from lib.ui.frame import OpenPage, tell_next
from lib.ui.reports.grid import Chosen
from lib.ui.reports.setting import draw_setting
from lib.ui.reports.words import in_order, short_moment, title_of
from lib.ui.trouble import show_refusal
from lib.ui.wording import counted


def draw_settings(page: OpenPage, chosen: Chosen, statuses: Sequence[CellStatus]) -> None:
    """Draw the client's settings: an overview, the time of day, and the form of one report."""
    clients = list(dict.fromkeys(client for client, _ in chosen.accounts))
    if len(clients) != 1:
        st.caption("Settings are kept by client: choose one above, or select rows of one client.")
        return
    client = page.client_of(clients[0])
    known = {setting.report: setting for setting in service.settings_of(page.desk.database, page.desk.actor, client.id)}
    next_at = {status.cell.report: status.next_at for status in statuses if status.cell.client_id == client.id}
    names = in_order()
    report = st.selectbox(
        "Change the settings of",
        names,
        index=names.index(chosen.reports[0]) if len(chosen.reports) == 1 else 0,
        format_func=title_of,
        width=420,
        key=f"setting_of_{client.id}_{chosen.reports[0] if len(chosen.reports) == 1 else ''}",
    )
    draw_setting(page, client, catalog()[report], known.get(report))
    st.markdown(f"**All reports of {client.name}**")
    _draw_time(page, client)
    st.dataframe(
        {
            "Report": [title_of(name) for name in names],
            "Asked for": [catalog()[name].cadence.value for name in names],
            "Report id": [known[name].report_seq if name in known else "" for name in names],
            "Filter id": [known[name].filter_seq if name in known else "" for name in names],
            "On": [_on(known.get(name)) for name in names],
            "Own labels": [_labels_line(known.get(name)) for name in names],
            "Next": [short_moment(at, client.zone) if (at := next_at.get(name)) else "" for name in names],
        },
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Report": st.column_config.TextColumn(width=228),
            "Asked for": st.column_config.TextColumn(width=84),
            "Report id": st.column_config.TextColumn(width=108),
            "Filter id": st.column_config.TextColumn(width=108),
            "On": st.column_config.TextColumn(width=92),
            "Own labels": st.column_config.TextColumn(width=108),
            "Next": st.column_config.TextColumn(width=116, help=f"In the client's time zone, {client.time_zone}."),
        },
        key=f"settings_{client.id}",
    )


def _draw_time(page: OpenPage, client: Client) -> None:
    sync = service.sync_time_of(page.desk.database, page.desk.actor, client.id)
    with st.form(f"time_{client.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            "Time of day at which they are asked for",
            value=f"{sync.at:%H:%M}",
            width=280,
            help=f"In {client.time_zone}. Weekly reports on Mondays, monthly ones on the 1st.",
        )
        saved = st.form_submit_button("Save time", icon=":material/schedule:")
    if sync.paused:
        st.caption(":material/pause_circle: Paused: they are asked for by hand only, until the schedule is resumed.")
    if saved:
        try:
            service.save_time(page.desk.database, page.desk.actor, client, typed)
        except DaysheetError as error:
            show_refusal(error)
            return
        tell_next(f"The reports of {client.name} are asked for at {typed.strip()}.")
        st.rerun()


def _on(setting: ReportSetting | None) -> str:
    if setting is None:
        return "– not set up"
    return "✓ on" if setting.enabled else "– off"


def _labels_line(setting: ReportSetting | None) -> str:
    return counted(len(setting.labels), "label") if setting and setting.labels else ""

"""The form of a new channel."""

from __future__ import annotations

import streamlit as st

from lib.core.errors import BadInput, DaysheetError
from lib.core.notify import channels
from lib.core.notify.addresses import Medium
from lib.core.notify.channels import PERSONAL
from lib.core.notify.events import Event
from lib.ui.frame import OpenPage, tell_next
from lib.ui.notifications.address_field import draw_address
from lib.ui.notifications.channel_list import draw_events
from lib.ui.trouble import show_refusal

_ROUND = "channels_added"


def draw_new_channel(page: OpenPage, owner: str | None) -> None:
    """Draw it, for the office or for the person who owns it; empty again after one was added."""
    part = f"{'office' if owner is None else 'own'}_{st.session_state.get(_ROUND, 0)}"
    media = list(Medium) if owner is None else list(PERSONAL)
    with st.expander("Add a channel", icon=":material/add:"):
        medium = st.segmented_control(
            "By", media, default=media[0], format_func=lambda one: one.label, required=True, key=f"medium_{part}"
        )
        if medium is Medium.EMAIL and page.desk.settings.mail_server is None:
            st.info(
                "An administrator of this server sets DAYSHEET_MAIL_SERVER; until then no mail goes out.",
                title="No mail server is set.",
                icon=":material/unsubscribe:",
            )
        with st.form(f"new_{part}", border=False):
            name = st.text_input("Name", max_chars=80, placeholder="Billing lead's mail", key=f"name_{part}")
            typed = draw_address(medium, part)
            events = draw_events(frozenset(Event), part)
            added = st.form_submit_button("Add", type="primary", icon=":material/add:")
        if not added:
            return
        try:
            address = typed()
            if address is None:
                raise BadInput("The address is missing.", fix="Fill it in.")
            channel = channels.add_channel(
                page.desk.database,
                page.desk.actor,
                owner=owner,
                name=name,
                address=address,
                events=events,
            )
        except DaysheetError as error:
            show_refusal(error)
            return
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    tell_next(f"{channel.name} is added. Send it a test.")
    st.rerun()

"""Notifications: who is told of what, by mail, SMS, Teams or Slack, and whether it arrives."""

from __future__ import annotations

import streamlit as st

from lib.core.access.permissions import Permission
from lib.core.notify import channels
from lib.ui.frame import OpenPage, open_page, show_told
from lib.ui.notifications.channel_list import draw_channels
from lib.ui.notifications.new_channel import draw_new_channel
from lib.ui.notifications.notices import draw_notices


def main() -> None:
    """Draw the person's own channels, and the office's for who may change them."""
    page = open_page("Notifications", all_clients=True)
    show_told()
    st.caption("A notice says what happened, in a sentence without a patient, and links to its page here.")
    if not page.desk.actor.may(Permission.NOTIFICATIONS_EDIT):
        _draw_own(page)
        return
    office, own = st.tabs(["The office's channels", "Yours"], key="notifications_part")
    with office:
        _draw_office(page)
    with own:
        _draw_own(page)


def _draw_office(page: OpenPage) -> None:
    desk = page.desk
    found = channels.office_channels(desk.database, desk.actor)
    if not found:
        st.info(
            "Add one, and failed runs, held packages and refused logins are told there at once.",
            title="The office is told of nothing yet.",
            icon=":material/notifications_off:",
        )
    draw_channels(page, found)
    draw_new_channel(page, None)
    draw_notices(page, channels.latest_notices(desk.database, desk.actor))


def _draw_own(page: OpenPage) -> None:
    desk = page.desk
    found = channels.own_channels(desk.database, desk.actor)
    if not found:
        st.info(
            "Add one, and you are told of what happens to the clients that you see.",
            title="You are told of nothing yet.",
            icon=":material/notifications:",
        )
    draw_channels(page, found)
    draw_new_channel(page, desk.actor.label)


main()

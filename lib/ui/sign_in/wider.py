"""Wider access in an emergency: taking it, giving it back, and who took it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import streamlit as st

from lib.core.access import wider
from lib.core.errors import BadInput
from lib.ui.frame import tell_next
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import moment


def draw_wider(desk: Desk, zone: ZoneInfo) -> None:
    """What it is, the form or the way back, and the last hundred."""
    if desk.person.wider_until:
        st.warning(
            f"You see every client, and patients' names, until {moment(desk.person.wider_until, zone)}.",
            title="You have wider access",
        )
        if st.button("Give it back", icon=":material/lock:"):
            wider.end(desk.database, desk.person)
            tell_next("You see again what your roles allow.")
            st.rerun()
    else:
        _draw_form(desk)
    found = wider.of_late(desk.database, desk.actor)
    if found:
        rows = [
            {
                "Login": each.login,
                "Began": moment(each.began_at, zone),
                "Ends": moment(each.ends_at, zone),
                "Reason": each.reason,
            }
            for each in found
        ]
        st.dataframe(rows, hide_index=True)


def _draw_form(desk: Desk) -> None:
    st.markdown(
        "For an emergency: every client and patients' names, for an hour. The other administrators are told, and the "
        "audit keeps it. No patient's name in the reason."
    )
    with st.form("wider", border=False):
        reason = st.text_input("Reason")
        if st.form_submit_button("Take wider access for an hour"):
            try:
                wider.begin(desk.database, desk.person, reason)
            except BadInput as error:
                show_refusal(error)
                return
            tell_next("You have wider access for an hour.")
            st.rerun()

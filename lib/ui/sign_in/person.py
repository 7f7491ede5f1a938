"""The corner that says who is signed in, and lets out; and the warning before the idle time is over."""

from __future__ import annotations

import streamlit as st

from lib.core.access import sessions
from lib.core.errors import SignedOut
from lib.ui.session import Desk, left_desk, sign_in

_LOOK_SECONDS = 15.0


def draw_person(desk: Desk) -> None:
    """Say below the navigation who is signed in, with the way out."""
    with st.sidebar.container(key="person"):
        st.caption(f":material/person: {desk.person.name}")
        st.button("Sign out", icon=":material/logout:", type="tertiary", on_click=_sign_out, args=(desk,))


@st.fragment(run_every=_LOOK_SECONDS)
def watch_session() -> None:
    """Warn before the idle time is over, and leave the page when it is; looking is no activity."""
    try:
        person = (left_desk() or sign_in(active=False)).person
    except SignedOut:
        st.rerun()
    if person.left <= sessions.WARNED_BEFORE:
        st.warning(
            "What is typed and not sent yet would be lost.",
            title="You are signed out in less than two minutes, because nothing was done for a while.",
            icon=":material/timer:",
        )
        if st.button("Stay signed in", icon=":material/touch_app:", key="stay_signed_in"):
            sign_in()
            st.rerun()


def _sign_out(desk: Desk) -> None:
    sessions.end(desk.database, desk.person)

"""Making a token of the API, which is shown once."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import streamlit as st

from lib.core.access import tokens
from lib.core.access.tokens import LONGEST, USUAL_A_MINUTE, Scope
from lib.core.errors import DaysheetError
from lib.ui.frame import OpenPage
from lib.ui.trouble import show_refusal

_MADE = "token_made"
_USUAL_DAYS = 90


def draw_made() -> None:
    """Show the token that was just made, this once."""
    if made := st.session_state.pop(_MADE, None):
        name, text = made
        st.warning(
            "Put it where that program keeps its secrets. Nobody can show it again; a lost one is made anew.",
            title=f"The token {name}, shown this once",
            icon=":material/key:",
        )
        st.code(text)


def draw_new_token(page: OpenPage) -> None:
    """Draw the form."""
    desk, names = page.desk, {client.id: client.name for client in page.clients}
    today = datetime.now(page.own_zone).date()
    with st.form("new_token", border=True):
        name = st.text_input("Name", placeholder="portal-nightly", help="What uses it; the audit goes by this name.")
        scopes = st.multiselect("For", list(Scope), format_func=lambda scope: f"{scope.value} · {scope.said}")
        seen = st.multiselect("Clients", list(names), format_func=lambda each: names[each])
        every = st.checkbox("Every client, and those to come", disabled=desk.actor.clients is not None)
        left, right = st.columns(2)
        last = left.date_input(
            "Last day",
            value=today + timedelta(days=_USUAL_DAYS),
            min_value=today,
            max_value=today + LONGEST - timedelta(days=2),
            format="MM/DD/YYYY",
        )
        a_minute = right.number_input("Requests a minute", min_value=1, max_value=1_000_000, value=USUAL_A_MINUTE)
        pressed = st.form_submit_button("Make this token", type="primary", icon=":material/key:")
    if not pressed:
        return
    try:
        token, text = tokens.make_token(
            desk.database,
            desk.actor,
            name=name.strip(),
            scopes=scopes,
            clients=None if every else seen,
            ends_at=datetime.combine(last + timedelta(days=1), time(), page.own_zone).astimezone(UTC),
            now=datetime.now(UTC),
            a_minute=int(a_minute),
        )
    except DaysheetError as error:
        show_refusal(error)
        return
    st.session_state[_MADE] = (token.name, text)
    st.rerun()

"""The tokens of the API as they stand, and the end of one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lib.core.access import tokens
from lib.core.access.tokens import Token
from lib.core.errors import DaysheetError
from lib.ui.frame import OpenPage, tell_next
from lib.ui.trouble import show_refusal
from lib.ui.wording import day, moment, who

#: So many lines are shown in full; a longer list scrolls in itself.
_WHOLE = 15


def draw_tokens(page: OpenPage, found: Sequence[Token]) -> None:
    """Draw the table, and below it the way to end one."""
    names = {client.id: client.name for client in page.clients}
    st.dataframe(
        {
            "State": [_state(token) for token in found],
            "Name": [token.name for token in found],
            "Begins with": [f"{token.beginning}…" for token in found],
            "For": [", ".join(sorted(token.scopes)) for token in found],
            "Clients": [_clients(token, names) for token in found],
            "A minute": [token.a_minute for token in found],
            "Last used": [moment(token.used_at, page.own_zone) if token.used_at else "never" for token in found],
            "Ends": [day(token.ends_at.astimezone(page.own_zone).date()) for token in found],
            "Made by": [who(token.made_by) for token in found],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(found) <= _WHOLE else 560,
        column_config={
            "State": st.column_config.TextColumn(width=92),
            "For": st.column_config.TextColumn(width=248),
            "A minute": st.column_config.NumberColumn(format="localized", width=84),
        },
    )
    _draw_end(page, [token for token in found if token.in_force])


def _draw_end(page: OpenPage, in_force: Sequence[Token]) -> None:
    if not in_force:
        return
    by_name = {token.name: token for token in in_force}
    with st.form("revoke_token", border=False):
        chosen = st.selectbox("End a token", list(by_name), index=None, placeholder="Choose one that works")
        pressed = st.form_submit_button("End it at once", icon=":material/block:")
    if not pressed or chosen is None:
        return
    try:
        tokens.revoke(page.desk.database, page.desk.actor, by_name[chosen])
    except DaysheetError as error:
        show_refusal(error)
        return
    tell_next(f"{chosen} is out at its next request.")
    st.rerun()


def _state(token: Token) -> str:
    if token.in_force:
        return "✓ Works"
    return "✕ Revoked" if token.revoked_at else "– Over"


def _clients(token: Token, names: dict[str, str]) -> str:
    if token.clients is None:
        return "all"
    return ", ".join(sorted(names.get(each, each) for each in token.clients)) or "of others"

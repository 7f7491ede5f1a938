"""API tokens: which programs may ask, what for, about which clients, how often, until when."""

from __future__ import annotations

import streamlit as st

from lib.core.access.tokens import list_tokens
from lib.ui.frame import open_page, show_told
from lib.ui.tokens.new_token import draw_made, draw_new_token
from lib.ui.tokens.token_list import draw_tokens


def main() -> None:
    """Draw the tokens and the form of another one."""
    page = open_page("API tokens", all_clients=True)
    show_told()
    draw_made()
    found = list_tokens(page.desk.database, page.desk.actor)
    if found:
        draw_tokens(page, found)
    else:
        st.info(
            "Make one for each program that asks over HTTP; `/api/openapi.json` describes what it can ask.",
            title="No program may ask yet.",
            icon=":material/key_off:",
        )
    st.subheader("Another token", anchor=False)
    draw_new_token(page)


main()

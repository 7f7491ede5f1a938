"""What a client's billers have accepted and this sheet makes use of: header meanings and names, to see and to undo."""

from __future__ import annotations

import streamlit as st

from lib.charges import service
from lib.charges.service import NameUsed
from lib.core.errors import DaysheetError
from lib.core.runs import Run
from lib.ui.charges.mapping import draw_meanings
from lib.ui.charges.upload import check_now
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import literal


def draw_accepted(desk: Desk, run: Run) -> None:
    """Draw the expander; its content is read from the sheet only while it is open."""
    expander = st.expander(
        "Columns and names", icon=":material/view_column:", key=f"accepted_{run.id}", on_change="rerun"
    )
    if expander.open:
        with expander:
            _draw(desk, run)


def _draw(desk: Desk, run: Run) -> None:
    st.caption("Kept for this client and used in every sheet. A change checks this sheet again.")
    try:
        headers = service.read_headers(desk.database, desk.settings, desk.actor, run.id)
        used = [] if headers.missing else service.names_used(desk.database, desk.settings, desk.actor, run.id)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.markdown("**What your own columns mean**")
    draw_meanings(desk, run, headers)
    st.markdown("**Accepted names**")
    if not used:
        st.caption("No name in this sheet needed a word of yours.")
    for number, name in enumerate(used):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(_said(name), width="stretch")
            if st.button("Undo", icon=":material/undo:", type="tertiary", key=f"forget_{run.id}_{number}"):
                _forget(desk, run, name)


def _said(name: NameUsed) -> str:
    written, meant = literal(name.written), literal(name.nickname.name)
    if name.nickname.kind == "location":
        return f"Usual service location of {written}: **{meant}**"
    return f"{name.nickname.kind.capitalize()} “{written}” means **{meant}**"


def _forget(desk: Desk, run: Run, name: NameUsed) -> None:
    try:
        service.forget_name(desk.database, desk.actor, run.id, kind=name.nickname.kind, written=name.nickname.written)
        check_now(desk, run.id)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.rerun()

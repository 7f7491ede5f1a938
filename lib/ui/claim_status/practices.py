"""Which practice asks which payer: the table, and the form to add or change a line."""

from __future__ import annotations

import streamlit as st

from lib.claim_status.payers.registry import payers
from lib.claim_status.practices import PayerPractice, list_practices, map_practice
from lib.core.access.permissions import Permission
from lib.core.clients import Client
from lib.core.errors import DaysheetError
from lib.ui.frame import tell_next
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal


def draw_practices(desk: Desk, client: Client) -> None:
    """Draw the mappings of a client; who may edit connections may change them."""
    found = list_practices(desk.database, desk.actor, client.id)
    may_edit = desk.actor.may(Permission.CONNECTIONS_EDIT)
    with st.expander(f"Practices and payers · {len(found):,}", icon=":material/domain:", expanded=not found):
        chosen = _draw_table(found, may_edit)
        if may_edit:
            _draw_form(desk, client, chosen)
        elif not found:
            st.caption("No practice is mapped yet. An administrator does that here.")


def _draw_table(found: list[PayerPractice], may_edit: bool) -> PayerPractice | None:
    if not found:
        return None
    titles = {payer.code: payer.title for payer in payers().values()}
    choice = st.dataframe(
        {
            "Practice": [each.practice for each in found],
            "Tax id": [f"…{each.tin[-4:]}" for each in found],
            "Payer": [titles.get(each.payer, each.payer) for each in found],
            "Payer id": [each.payer_id for each in found],
            "NPI": [each.npi for each in found],
            "Asks": ["✓ Yes" if each.active else "– No" for each in found],
        },
        hide_index=True,
        width="stretch",
        selection_mode="single-cell",
        on_select="rerun",
        key="practices",
    )
    if not may_edit or not choice["selection"]["cells"]:
        return None
    return found[choice["selection"]["cells"][0][0]]


def _draw_form(desk: Desk, client: Client, chosen: PayerPractice | None) -> None:
    key = chosen.id if chosen else "new"
    st.markdown(f"**Change {chosen.practice}**" if chosen else "**Map a practice**")
    codes = list(payers())
    with st.form(f"practice_{key}", border=False):
        left, middle, right = st.columns(3)
        practice = left.text_input("Practice", chosen.practice if chosen else "", key=f"name_{key}")
        tin = middle.text_input("Tax id", chosen.tin if chosen else "", disabled=bool(chosen), key=f"tin_{key}")
        npi = right.text_input("Billing NPI", chosen.npi if chosen else "", key=f"npi_{key}")
        payer = left.selectbox(
            "Payer",
            codes,
            index=codes.index(chosen.payer) if chosen else 0,
            format_func=lambda code: payers()[code].title,
            disabled=bool(chosen),
            key=f"payer_{key}",
        )
        payer_id = middle.text_input(
            "Payer id", chosen.payer_id if chosen else "", disabled=bool(chosen), key=f"payer_id_{key}"
        )
        active = right.checkbox("Asks this payer", chosen.active if chosen else True, key=f"active_{key}")
        if not st.form_submit_button("Save", type="primary"):
            return
    try:
        map_practice(
            desk.database,
            desk.actor,
            client_id=client.id,
            practice=practice,
            tin=tin,
            payer=payer,
            payer_id=payer_id,
            npi=npi,
            active=active,
        )
    except DaysheetError as error:
        show_refusal(error)
        return
    tell_next(f"{practice} is saved.")
    st.rerun()

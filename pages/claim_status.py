"""Claim status: what payers say of many claims at once, asked with the fewest calls."""

from __future__ import annotations

import streamlit as st

from lib.claim_status import service
from lib.claim_status.params import KIND
from lib.core import runs
from lib.core.access.permissions import Permission
from lib.core.clients import Client
from lib.core.runs import Run
from lib.ui.claim_status.ask import draw_ask
from lib.ui.claim_status.practices import draw_practices
from lib.ui.claim_status.result import draw_result
from lib.ui.frame import OpenPage, chosen_run, go_to_run, open_page, show_told
from lib.ui.progress import watch_run
from lib.ui.run_list import draw_run_list
from lib.ui.wording import literal, moment, state_icon, state_tone, state_word


def main() -> None:
    """Draw the chosen batch, or the way to a new one above those that were."""
    page = open_page("Claim status")
    show_told()
    if page.client is None:
        st.info(
            "Payers are asked with its own connection and practices.",
            title="Choose a client above.",
            icon=":material/arrow_upward:",
        )
        return
    run_id = chosen_run()
    if run_id:
        _draw_run(page, page.client, runs.get(page.desk.database, page.desk.actor, run_id))
        return
    _begin(page, page.client)
    draw_practices(page.desk, page.client)
    _draw_history(page, page.client)


def _begin(page: OpenPage, client: Client) -> None:
    desk = page.desk
    if not desk.actor.may(Permission.CLAIM_STATUS_ASK):
        st.info(
            "The batches are listed below.", title="Your roles see answers and ask for none.", icon=":material/lock:"
        )
        return
    payers = service.payers_of(desk.database, desk.actor, client.id)
    if not payers:
        st.info(
            "An administrator makes one on the Connections page, or at the command line of this server:  \n"
            f'`.venv/bin/python -m jobs connect uhc --client "{client.name}" --set client_id=… --secret-stdin --check`',
            title=f"{client.name} has no connection to a payer yet.",
            icon=":material/link_off:",
        )
        return
    draw_ask(desk, client, payers)


def _draw_history(page: OpenPage, client: Client) -> None:
    found = runs.list_runs(page.desk.database, page.desk.actor, kind=KIND, client_id=client.id, most=100)
    if not found:
        return
    st.subheader("Batches", anchor=False)
    draw_run_list(page, found)


def _draw_run(page: OpenPage, client: Client, run: Run) -> None:
    st.button("All batches", icon=":material/arrow_back:", type="tertiary", on_click=go_to_run, args=(None,), key="all")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{literal(run.title)}**", width="content")
        st.badge(state_word(run.state), icon=state_icon(run.state), color=state_tone(run.state))
        st.caption(f"run {run.id} · asked for {moment(run.created_at, client.zone)}", width="content")
    if run.kind != KIND:
        st.info("The Runs page shows it.", title="This run is no batch of claims.", icon=":material/list_alt:")
    elif run.open:
        watch_run(page.desk, run.id)
    else:
        draw_result(page.desk, run)


main()

"""Uploads of a client that wait for their biller, so that a closed browser loses nothing."""

from __future__ import annotations

import streamlit as st

from lib.charges.params import KIND
from lib.core import runs
from lib.core.clients import Client
from lib.core.runs import RunState
from lib.ui.navigation import CHARGES
from lib.ui.session import Desk
from lib.ui.wording import moment, state_icon, state_word

_WAITING = (RunState.DRAFT, RunState.CHECKED, RunState.QUEUED, RunState.RUNNING)
_MOST = 5


def draw_waiting(desk: Desk, client: Client) -> None:
    """Draw links to the newest sheets that are not finished."""
    found = [
        run
        for run in runs.list_runs(desk.database, desk.actor, kind=KIND, client_id=client.id, most=40, with_drafts=True)
        if run.state in _WAITING
    ][:_MOST]
    if not found:
        return
    st.subheader("Not finished", anchor=False)
    for run in found:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(
                CHARGES, label=run.title, icon=state_icon(run.state), query_params={"run": run.id, "client": client.id}
            )
            st.caption(f"{state_word(run.state)} · run {run.id} · {moment(run.created_at, client.zone)}")

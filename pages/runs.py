"""Runs: what is at work, what was done, and what only a person can decide."""

from __future__ import annotations

import streamlit as st

from lib.core import runs
from lib.core.runs import Run
from lib.ui.decisions import draw_decisions
from lib.ui.frame import OpenPage, chosen_run, go_to_run, open_page, show_told, waiting_for_a_person
from lib.ui.navigation import CHARGES, REPORTS
from lib.ui.progress import watch_run
from lib.ui.run_kinds import kind_of
from lib.ui.run_list import draw_run_list
from lib.ui.wording import moment, state_icon, state_tone, state_word, who


def main() -> None:
    """Draw one run, or the list of them; what waits for a person comes first on both."""
    page = open_page("Runs", all_clients=True)
    show_told()
    if waiting := waiting_for_a_person(page.desk, page.client):
        draw_decisions(page, waiting)
    run_id = chosen_run()
    if run_id:
        _draw_run(page, runs.get(page.desk.database, page.desk.actor, run_id))
    else:
        _draw_list(page)


def _draw_list(page: OpenPage) -> None:
    found = runs.list_runs(
        page.desk.database, page.desk.actor, client_id=page.client.id if page.client else None, most=500
    )
    if not found:
        st.info(
            "Every checked or posted sheet and every load of reports is listed here, with its progress and its result.",
            title="No run yet.",
            icon=":material/list_alt:",
        )
        st.page_link(CHARGES, label="Upload a Charges sheet", icon=":material/upload_file:")
        st.page_link(REPORTS, label="Sync reports", icon=":material/grid_on:")
        return
    st.caption("Click a run to open it.")
    draw_run_list(page, found)


def _draw_run(page: OpenPage, run: Run) -> None:
    zone, kind = page.zone_of(run), kind_of(run)
    st.button("All runs", icon=":material/arrow_back:", type="tertiary", on_click=go_to_run, args=(None,), key="all")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(f"Run {run.id}: {kind.title(run)}", width="content", anchor=False)
        st.badge(state_word(run.state), icon=state_icon(run.state), color=state_tone(run.state))
    times = [f"{run.client_name} · {kind.begun} {moment(run.created_at, zone)} by {who(run.created_by)}"]
    if run.started_at:
        times.append(f"started {moment(run.started_at, zone)}")
    if run.finished_at:
        times.append(f"ended {moment(run.finished_at, zone)}")
    st.caption(" · ".join(times))
    if run.open:
        watch_run(page.desk, run.id)
    else:
        kind.draw_result(page, run)


main()

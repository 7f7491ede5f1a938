"""Charges: the biller's road from an uploaded sheet to posted payments and encounters."""

from __future__ import annotations

import streamlit as st

from lib.charges import service
from lib.charges.params import VENDOR
from lib.core import runs
from lib.core.access.permissions import Permission
from lib.core.clients import Client
from lib.core.connections import connection_of
from lib.core.errors import BadInput, DaysheetError, NotFound
from lib.core.runs import Run, RunState
from lib.ui.charges.accepted import draw_accepted
from lib.ui.charges.mapping import draw_mapping
from lib.ui.charges.result import draw_result
from lib.ui.charges.steps import Step, draw_steps, step_of
from lib.ui.charges.upload import check_now, draw_template, draw_upload
from lib.ui.charges.verdict import draw_verdict
from lib.ui.charges.waiting import draw_waiting
from lib.ui.frame import OpenPage, call_for_decisions, chosen_run, go_to_run, open_page, show_told, waiting_for_a_person
from lib.ui.progress import watch_run
from lib.ui.trouble import show_refusal
from lib.ui.wording import moment


def main() -> None:
    """Draw the step at which the chosen run stands, or the upload."""
    page = open_page("Charges")
    show_told()
    if page.client is None:
        _without_client(page)
        return
    call_for_decisions(waiting_for_a_person(page.desk, page.client))
    run_id = chosen_run()
    run = runs.get(page.desk.database, page.desk.actor, run_id) if run_id else None
    draw_steps(step_of(run))
    if run is None:
        _begin(page, page.client)
    else:
        _title(run, page.client)
        _draw(page, run)


def _begin(page: OpenPage, client: Client) -> None:
    if not page.desk.actor.may(Permission.CHARGES_POST):
        st.info(
            "The Runs page lists them.", title="Your roles see posted sheets and upload none.", icon=":material/lock:"
        )
        return
    try:
        connection_of(page.desk.database, page.desk.actor, client.id, VENDOR)
    except NotFound:
        st.info(
            "Connect it once, at the command line of this server:  \n"
            f'`.venv/bin/python -m jobs connect tebra --client "{client.name}" --set url=… --set customer_key=… '
            "--set user=… --secret-stdin --check`",
            title=f"{client.name} has no Tebra connection yet.",
            icon=":material/link_off:",
        )
        return
    draw_upload(page.desk, client)
    draw_template()
    draw_waiting(page.desk, client)


def _title(run: Run, client: Client) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{run.title}**", width="content")
        st.caption(f"run {run.id} · uploaded {moment(run.created_at, client.zone)}", width="content")
        st.button(
            "Another sheet", icon=":material/add:", type="tertiary", on_click=go_to_run, args=(None,), key="another"
        )


def _draw(page: OpenPage, run: Run) -> None:
    step = step_of(run)
    if run.state is RunState.EXPIRED:
        days = page.desk.settings.upload_days
        st.info(
            "Nothing of it was sent. Upload the sheet again.",
            title=f"This sheet was not posted within {days} days and was cleaned up.",
            icon=":material/event_busy:",
        )
    elif run.state is RunState.DRAFT:
        _draft(page, run)
    elif run.open:
        watch_run(page.desk, run.id)
    elif step is Step.CONFIRM:
        draw_verdict(page.desk, run)
    elif step is Step.RESULT:
        draw_result(page.desk, run)
    else:
        _check_stopped(page, run)


def _draft(page: OpenPage, run: Run) -> None:
    desk = page.desk
    try:
        headers = service.read_headers(desk.database, desk.settings, desk.actor, run.id)
    except BadInput as error:
        show_refusal(error)
        return
    if headers.missing or any(column.suggestions for column in headers.own):
        draw_mapping(desk, run, headers)
        return
    if st.button("Check this sheet", type="primary", icon=":material/fact_check:"):
        check_now(desk, run.id)
        st.rerun()
    draw_accepted(desk, run)


def _check_stopped(page: OpenPage, run: Run) -> None:
    """A check that ended before its end: say why, offer it again."""
    if run.state is RunState.FAILED:
        st.error(
            "Nothing was sent. Correct that, then check again or upload the corrected sheet.",
            title=run.error or "The check failed.",
            icon=":material/error:",
        )
    else:
        st.info("Nothing was sent.", title="This check was cancelled.", icon=":material/cancel:")
    if st.button("Check again", icon=":material/refresh:", type="primary"):
        try:
            check_now(page.desk, run.id)
        except DaysheetError as error:
            show_refusal(error)
            return
        st.rerun()
    draw_accepted(page.desk, run)


def _without_client(page: OpenPage) -> None:
    if page.clients:
        st.info(
            "Its sheets are checked and posted with its own Tebra connection.",
            title="Choose a client above.",
            icon=":material/arrow_upward:",
        )
        return
    st.info(
        "To practise on invented data, start the workbench with its stand-in vendors: `make run`  \n"
        "To add a client of your own: `.venv/bin/python -m jobs client add NAME`",
        title="No client yet. Sheets will be uploaded and posted here.",
        icon=":material/group_add:",
    )


main()

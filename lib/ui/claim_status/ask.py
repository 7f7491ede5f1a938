"""Where claims come from: a file, a paste, or our own open claims; and what asking for them would do."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib.claim_status import service
from lib.claim_status.payers.registry import Payer
from lib.claim_status.reading.claims import ReadClaims, read_claims, read_pasted
from lib.claim_status.service import Preview
from lib.core.clients import Client
from lib.core.errors import DaysheetError
from lib.ui.frame import go_to_run
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import counted, literal

_FILE, _PASTE, _OPEN = "File", "Paste", "Open claims"
_MOST_MIB = 10
#: Faulty rows that are listed; the result files have all of them.
_SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class _Taken:
    """What was read, and what it is called in the list of runs."""

    name: str
    read: ReadClaims


def draw_ask(desk: Desk, client: Client, payers: list[Payer]) -> None:
    """Draw the choice of claims; what can be asked for becomes a run, and the page goes to it."""
    with st.container(border=True):
        source = st.segmented_control("Claims from", [_FILE, _PASTE, _OPEN], default=_FILE, key="claims_from")
        try:
            taken = _take(desk, client, source)
            if taken is not None:
                _draw_verdict(desk, client, payers, taken)
        except DaysheetError as error:
            show_refusal(error)


def _take(desk: Desk, client: Client, source: str | None) -> _Taken | None:
    today = service.today_of(desk.database, desk.actor, client.id)
    if source == _PASTE:
        text = st.text_area(
            "Claims",
            placeholder="claim_number, first_name, last_name, date_of_birth, subscriber_id, first_service_date, …",
            help="Rows with headings as in a file, or claim numbers only, one a line.",
            height=160,
        )
        return _Taken(name="Pasted claims", read=read_pasted(text, today=today)) if text.strip() else None
    if source == _OPEN:
        days = st.number_input(
            "Older than so many days", min_value=0, max_value=730, value=service.OPEN_DAYS, width=240
        )
        found = service.open_claims(desk.database, desk.actor, client.id, days=int(days))
        if not found:
            st.info(
                "Load the report AR aging, or choose fewer days.",
                title="No open claim is that old.",
                icon=":material/inbox:",
            )
            return None
        return _Taken(name=f"Open claims older than {int(days)} days", read=service.read_open_claims(found))
    file = st.file_uploader(
        "Claims, as .csv or .xlsx",
        type=["csv", "txt", "xlsx"],
        max_upload_size=_MOST_MIB,
        help="Columns: claim_number, first_name, last_name, date_of_birth, subscriber_id, first_service_date, "
        "last_service_date, practice_tin. Days as 2026-05-01 or 05/01/2026. A column of SSNs is dropped unread: no "
        "payer uses it.",
    )
    if file is None:
        return None
    # Read once a file: every click draws the page anew.
    known = st.session_state.get("claims_read")
    if known is None or known[0] != file.file_id:
        known = (file.file_id, read_claims(file.getvalue(), today=today))
        st.session_state["claims_read"] = known
    return _Taken(name=file.name, read=known[1])


def _draw_verdict(desk: Desk, client: Client, payers: list[Payer], taken: _Taken) -> None:
    titles = {payer.code: payer.title for payer in payers}
    code = payers[0].code
    if len(payers) > 1:
        code = (
            st.segmented_control("Ask", list(titles), default=code, format_func=lambda each: titles[each], key="payer")
            or code
        )
    seen = service.preview(desk.database, desk.actor, client_id=client.id, read=taken.read, payer=code)
    st.markdown(
        f"**{counted(seen.rows, 'claim')} can be asked for**"
        + (f" · {counted(seen.faults, 'row')} cannot" if seen.faults else "")
    )
    for note in seen.notes:
        st.caption(f":material/info: {literal(note)}")
    _draw_faults(taken.read)
    scan = _draw_scan(seen)
    forced = st.checkbox(
        "Ask anew for what is known already",
        help="Else a decided claim is asked for again after 30 days, any other after a day.",
    )
    if not seen.rows and not seen.faults:
        return
    if st.button(f"Ask {seen.payer.title}", type="primary", icon=":material/search:", disabled=not seen.rows):
        _start(desk, client, taken, code, scan=scan, forced=forced)


def _draw_faults(read: ReadClaims) -> None:
    if not read.faults:
        return
    with st.expander(f"{counted(len(read.faults), 'row')} that cannot be asked for", icon=":material/error:"):
        shown = read.faults[:_SHOWN]
        st.dataframe(
            {
                "Row": [fault.row for fault in shown],
                "What": [fault.what for fault in shown],
                "What to do": [fault.fix for fault in shown],
            },
            hide_index=True,
            width="stretch",
        )


def _draw_scan(seen: Preview) -> bool:
    if not seen.undated:
        return False
    if not seen.scan_calls:
        st.caption(f":material/event_busy: {counted(seen.undated, 'claim')} without a day of service will fail.")
        return False
    return st.checkbox(
        f"Look through the last {seen.payer.months_back} months for {counted(seen.undated, 'claim')} without a day of "
        f"service: about {counted(seen.scan_calls, 'call')}",
        help="Neither the file nor our reports know when the service was. Without this, these rows fail.",
    )


def _start(desk: Desk, client: Client, taken: _Taken, payer: str, *, scan: bool, forced: bool) -> None:
    run_id = service.start(
        desk.database,
        desk.actor,
        client_id=client.id,
        read=taken.read,
        name=taken.name,
        payer=payer,
        scan=scan,
        forced=forced,
    )
    desk.hand_to_workers(run_id)
    st.session_state.pop("claims_read", None)
    if len(taken.read.asked) <= service.SMALL_BATCH:
        with st.spinner("Asking"):
            service.wait(desk.database, desk.actor, run_id, seconds=service.WAIT_SECONDS)
    go_to_run(run_id)
    st.rerun()

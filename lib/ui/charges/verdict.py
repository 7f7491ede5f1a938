"""Step 3: what the check found, what posting would do and cost, and the button that does it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import streamlit as st

from lib.charges import service
from lib.charges.intake import count_questions
from lib.charges.model import Outcome
from lib.core.errors import DaysheetError
from lib.core.runs import Run
from lib.ui.amounts import read_amount
from lib.ui.charges.accepted import draw_accepted
from lib.ui.charges.downloads import draw_downloads
from lib.ui.charges.questions import draw_questions
from lib.ui.charges.rows import draw_rows
from lib.ui.charges.upload import check_now
from lib.ui.figures import figure_row
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import DOS, POS, counted, money, plain_money


def draw_verdict(desk: Desk, run: Run) -> None:
    """Draw the verdict of a checked run, from the figures down to the rows."""
    result = run.result or {}
    _figures(result)
    for warning in result.get("warnings", []):
        st.caption(f":material/info: {warning}")
    _confirm(desk, run, result)
    draw_questions(desk, run)
    draw_accepted(desk, run)
    st.subheader("Rows", anchor=False, help=f"{DOS}  \n{POS}")
    draw_rows(desk, run)
    draw_downloads(desk, run, posted=False)


def _figures(result: dict[str, Any]) -> None:
    rows = result.get("rows", {})
    payments, encounters = (_ready(result, kind) for kind in ("payments", "encounters"))
    held, verified = rows.get(Outcome.BLOCKED, 0), rows.get(Outcome.VERIFIED, 0)
    total = result.get("rows_total", 0)
    figures = figure_row()
    figures.metric("Rows ready", f"{rows.get(Outcome.READY, 0) + verified:,}", border=True, help=f"Of {total:,} rows.")
    figures.metric(
        "Rows held back", f"{held:,}", border=True, help="With an error, or in a visit of which another row has one."
    )
    figures.metric(
        "Payments to post",
        f"{payments['count']:,}",
        border=True,
        help=f"{plain_money(payments['total'])} in all.".replace("$", "\\$"),
    )
    figures.metric("Encounters to create", f"{encounters['count']:,}", border=True)


def _confirm(desk: Desk, run: Run, result: dict[str, Any]) -> None:
    payments, encounters = _ready(result, "payments"), _ready(result, "encounters")
    refusal = _why_not(run, payments["count"], encounters["count"])
    with st.container(border=True, key="confirm"):
        _totals(desk, run, result, payments)
        price = result.get("price")
        if price and (calls := sum(price["calls"].values())):
            st.markdown(
                f":material/timer: Tebra's limits allow it in **{_minutes(price['minutes'])}** at best "
                f"({counted(calls, 'call')}: {_calls(price['calls'])})."
            )
        already = result.get("payments", {}).get(Outcome.ALREADY_POSTED, {}).get("count", 0)
        before = result.get("encounters", {}).get(Outcome.ALREADY_POSTED, {}).get("count", 0)
        if already or before:
            st.markdown(
                f":material/history: {counted(already, 'payment')} and {counted(before, 'encounter')} were posted by "
                "an earlier run and are skipped."
            )
        if questions := count_questions(run):
            waits = "waits" if questions == 1 else "wait"
            st.markdown(
                f":orange[:material/help:] **{counted(questions, 'question')} below still {waits} for you**; "
                "the rows concerned are held back until then."
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            pressed = st.button(
                _act(payments, encounters),
                type="primary",
                icon=":material/send:",
                disabled=refusal is not None,
                wrap=True,
                key="post",
            )
            st.markdown(
                refusal
                or "**A posted payment cannot be taken back from here.** Tebra offers no way to delete one by program."
            )
    if pressed:
        _post(desk, run)


def _act(payments: dict[str, Any], encounters: dict[str, Any]) -> str:
    """The button's words: the act and its size."""
    pay = f"{counted(payments['count'], 'payment')}, {money(payments['total'])}"
    meet = counted(encounters["count"], "encounter")
    if payments["count"] and encounters["count"]:
        return f"Post {pay}, and create {meet}"
    if encounters["count"]:
        return f"Create {meet}"
    return f"Post {pay}" if payments["count"] else "Post"


def _why_not(run: Run, payments: int, encounters: int) -> str | None:
    control = (run.result or {}).get("control", {})
    if control.get("payments_agree") is False:
        return (
            f"Your control total of payments is {money(control['payments_typed'])}, the sheet adds up to "
            f"{money(control['payments_parsed'])}. Correct the one or the other first."
        )
    if not payments and not encounters:
        rows = {Outcome(word) for word, count in (run.result or {}).get("rows", {}).items() if count}
        if rows == {Outcome.VERIFIED}:
            return (
                "This sheet asks for verification only, so nothing is to be posted. The checked sheet has the result."
            )
        if rows and rows <= {Outcome.VERIFIED, Outcome.ALREADY_POSTED}:
            return "Nothing is left to be posted: an earlier run has posted it. The checked sheet has the result."
        return "Nothing is ready to be posted: answer the questions, or correct the rows below and upload them again."
    return None


def _totals(desk: Desk, run: Run, result: dict[str, Any], payments: dict[str, Any]) -> None:
    control = result.get("control", {})
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        parsed = control.get("payments_parsed", "0")
        said = f"Payments in the sheet: **{money(parsed)}**, of which ready: **{money(payments['total'])}**."
        if "payments_typed" in control:
            agree = control["payments_agree"]
            mark = ":green[:material/check_circle:] agrees with" if agree else ":red[:material/error:] differs from"
            said += f" It {mark} your control total {money(control['payments_typed'])}."
        st.markdown(said)
        with st.popover("Control totals", icon=":material/balance:", type="tertiary"):
            _change_totals(desk, run)
        refresh = st.button(
            "Refresh lists",
            icon=":material/refresh:",
            type="tertiary",
            help="Fetches practices, providers and locations from Tebra anew, then checks again: "
            "for a provider who was added there a moment ago.",
        )
    if refresh:
        _check_with_new_lists(desk, run)


def _check_with_new_lists(desk: Desk, run: Run) -> None:
    try:
        check_now(desk, run.id, refresh_lists=True)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.rerun()


def _change_totals(desk: Desk, run: Run) -> None:
    with st.form(f"totals_{run.id}", border=False):
        payments = st.text_input("Control total of payments", value=_typed(run, "control_payments"))
        charges = st.text_input(
            "Control total of charges", value=_typed(run, "control_charges"), help="Compared after the run."
        )
        if not st.form_submit_button("Check again with these", icon=":material/check:"):
            return
        try:
            check_now(
                desk,
                run.id,
                control_payments=read_amount(payments, "control total of payments"),
                control_charges=read_amount(charges, "control total of charges"),
            )
        except DaysheetError as error:
            show_refusal(error)
            return
    st.rerun()


def _post(desk: Desk, run: Run) -> None:
    try:
        service.queue_posting(desk.database, desk.actor, run.id)
        desk.hand_to_workers(run.id)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.rerun()


def _typed(run: Run, name: str) -> str:
    value = run.params.get(name)
    return f"{Decimal(value):,.2f}" if value is not None else ""


def _ready(result: dict[str, Any], kind: str) -> dict[str, Any]:
    return result.get(kind, {}).get(Outcome.READY, {"count": 0, "total": "0.00"})


def _minutes(minutes: float) -> str:
    return "less than a minute" if minutes < 1 else counted(round(minutes), "minute")


def _calls(by_operation: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {operation}" for operation, count in by_operation.items() if count) or "none"

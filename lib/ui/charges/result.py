"""Step 5: what became of the run, in figures, files and rows, and what can still be done."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib.charges import service
from lib.charges.model import Outcome
from lib.core import intents
from lib.core.errors import DaysheetError
from lib.core.runs import Run, RunState
from lib.ui.charges.downloads import draw_downloads
from lib.ui.charges.rows import draw_rows
from lib.ui.figures import figure_row
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import DOS, INTENT, counted, lasting, money, outcome_word, plain_money

_SENT = (Outcome.POSTED, Outcome.ALREADY_POSTED)


def draw_result(desk: Desk, run: Run) -> None:
    """Draw the result of a run that is over."""
    result = run.result or {}
    if run.error:
        st.error(
            "What was sent before that is kept and below." if result else "Nothing was sent.",
            title=run.error,
            icon=":material/error:",
        )
    _go_on(desk, run, result)
    if not result:
        draw_downloads(desk, run, posted=True)
        return
    _figures(result)
    _control(result.get("control", {}))
    draw_downloads(desk, run, posted=True)
    _sums(result)
    st.subheader("Rows", anchor=False, help=DOS)
    draw_rows(desk, run)
    _cost(result)


def _figures(result: dict[str, Any]) -> None:
    rows = result.get("rows", {})
    done, total = result.get("rows_done", 0), result.get("rows_total", 0)
    figures = figure_row()
    figures.metric("Rows done", f"{done:,} of {total:,}", border=True)
    not_done = total - done
    figures.metric(
        "Rows not done",
        f"{not_done:,}",
        border=True,
        help="  \n".join(
            f"{outcome_word(Outcome(word))}: {count:,}"
            for word, count in rows.items()
            if Outcome(word) not in (*_SENT, Outcome.VERIFIED, Outcome.READY)
        )
        or None,
    )
    payments, encounters = (result.get(kind, {}).get(Outcome.POSTED, {}) for kind in ("payments", "encounters"))
    figures.metric(
        f"Payments ({payments.get('count', 0):,})",
        plain_money(payments.get("total", "0")),
        border=True,
        help="Posted by this run.",
    )
    figures.metric(
        f"Charges ({encounters.get('count', 0):,})",
        plain_money(encounters.get("total", "0")),
        border=True,
        help="Of the encounters that this run created, as Tebra's charge list shows them after it.",
    )


def _control(control: dict[str, Any]) -> None:
    """The biller's totals beside ours, in words."""
    for kind, ours, source in (
        ("payments", "payments_parsed", "the sheet's payments"),
        ("charges", "charges_read_back", "the charges that Tebra shows"),
    ):
        if f"{kind}_typed" not in control:
            continue
        typed, found = money(control[f"{kind}_typed"]), money(control[ours])
        if control[f"{kind}_agree"]:
            st.markdown(f":green[:material/check_circle:] Control total of {kind} {typed} agrees with {source}.")
        else:
            st.markdown(
                f":red[:material/error:] **Control total of {kind} {typed} differs from {source}: {found}.** "
                "The rows below say where."
            )


def _sums(result: dict[str, Any]) -> None:
    """Payments and encounters by what became of them."""
    lines: list[tuple[str, str, str, str]] = []
    for kind, word in (("payments", "Payments"), ("encounters", "Encounters")):
        for outcome, entry in result.get(kind, {}).items():
            lines.append((word, outcome_word(Outcome(outcome)), f"{entry['count']:,}", plain_money(entry["total"])))
    if any(line[1] != outcome_word(Outcome.POSTED) for line in lines):
        st.subheader("Payments and encounters", anchor=False)
        titles = ("What", "Outcome", "Count", "Dollars")
        st.dataframe(
            {title: list(column) for title, column in zip(titles, zip(*lines, strict=True), strict=True)},
            hide_index=True,
            width=560,
            column_config={
                "Count": st.column_config.TextColumn(alignment="right"),
                "Dollars": st.column_config.TextColumn(
                    alignment="right", help="Payments: the amounts. Encounters: as Tebra's charge list shows them."
                ),
            },
            key=f"sums_{len(lines)}",
        )


def _cost(result: dict[str, Any]) -> None:
    calls = result.get("calls") or {}
    if not calls:
        return
    with st.expander(f"Calls to Tebra · {sum(calls.values()):,}", icon=":material/swap_horiz:"):
        throttled = result.get("calls_throttled", {})
        st.dataframe(
            {
                "Operation": list(calls),
                "Calls": list(calls.values()),
                "Of these refused as too early": [throttled.get(operation, 0) for operation in calls],
            },
            hide_index=True,
            width=560,
        )
        st.caption(
            f"Took {lasting(result.get('seconds', 0))}; Tebra's limits allow these calls in "
            f"{lasting(result.get('throttle_bound_seconds', 0))} at best."
        )


def _go_on(desk: Desk, run: Run, result: dict[str, Any]) -> None:
    """Offer to go on where that makes sense, and say what it would do."""
    open_questions = [i for i in intents.unknown(desk.database, desk.actor, run_id=run.id) if not i.undecidable]
    unsent = result.get("rows", {}).get(Outcome.NOT_SENT, 0)
    stopped = run.state in (RunState.CANCELLED, RunState.FAILED)
    if not (stopped or open_questions or unsent):
        return
    with st.container(border=True):
        if run.state is RunState.CANCELLED:
            st.markdown(f":material/cancel: **This run was cancelled.** {counted(unsent, 'row')} not sent.")
        elif unsent:
            st.markdown(f":material/pending: **{counted(unsent, 'row')} not sent yet.**")
        if open_questions:
            st.markdown(
                f":orange[:material/help:] The outcome of {counted(len(open_questions), 'write')} is not known; "
                "going on looks it up in Tebra first.",
                help=INTENT,
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            pressed = st.button("Go on with this run", icon=":material/play_arrow:", type="primary", key="resume")
            st.caption("What is posted is not sent again.")
    if pressed:
        try:
            service.resume(desk.database, desk.actor, run.id)
            desk.hand_to_workers(run.id)
        except DaysheetError as error:
            show_refusal(error)
            return
        st.rerun()

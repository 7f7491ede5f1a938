"""What the check asks the biller: repeated payments, visits with several providers, names, service locations."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib.charges import service
from lib.charges.intake import count_questions
from lib.charges.model import RepeatedPayments
from lib.charges.params import ChargesParams
from lib.core.errors import DaysheetError
from lib.core.runs import Run
from lib.ui.charges.upload import check_now
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import counted, money, row_numbers

_KINDS = {"practice": "practice", "provider": "provider", "location": "service location"}
_NONE = ""


def draw_questions(desk: Desk, run: Run) -> None:
    """Draw every question that the check has; an answer checks the sheet again."""
    result, params = run.result or {}, ChargesParams.model_validate(run.params)
    repeated = result.get("repeated")
    splittable = result.get("splittable") or []
    names = [name for name in result.get("names", []) if name["suggestions"]]
    if not (repeated or splittable or params.split_by_provider or names):
        return
    open_questions = count_questions(run)
    st.subheader("Questions" if open_questions else "Your answers", anchor=False)
    if repeated:
        _ask_repeated(desk, run, params, repeated)
    if splittable or params.split_by_provider:
        _ask_split(desk, run, params, splittable)
    if names:
        _ask_names(desk, run, names)


def _ask_repeated(desk: Desk, run: Run, params: ChargesParams, repeated: dict[str, Any]) -> None:
    with st.form(f"repeated_{run.id}", border=True):
        st.markdown(
            f"**The same payment stands on several lines of one encounter ({row_numbers(repeated['rows'])}). "
            "Is it one payment, or one a line?**"
        )
        said = {
            RepeatedPayments.ONE: f"One payment each time: {_sum(repeated['one'])} in all",
            RepeatedPayments.EACH: f"One payment a line: {_sum(repeated['each'])} in all",
        }
        if params.repeated_payments is None:
            held = repeated["unanswered_rows"]
            st.caption(
                f"Without an answer, {row_numbers(held)} {'is' if len(held) == 1 else 'are'} held back: "
                "no reference number tells them apart."
                if held
                else "Where a reference number is given, it counts as one payment. Answer only if that is wrong."
            )
        answer = st.radio(
            "Your answer",
            list(RepeatedPayments),
            index=list(RepeatedPayments).index(params.repeated_payments) if params.repeated_payments else None,
            format_func=lambda choice: said[choice],
            label_visibility="collapsed",
        )
        if st.form_submit_button("Answer and check again", icon=":material/check:"):
            if answer:
                _check_again(desk, run, repeated_payments=answer)
            else:
                st.caption("Choose one of the two first.")


def _ask_split(desk: Desk, run: Run, params: ChargesParams, splittable: list[int]) -> None:
    with st.container(border=True):
        if params.split_by_provider:
            st.markdown("**Visits with several rendering providers are split into one encounter a provider.**")
            if st.button("Do not split", icon=":material/undo:"):
                _check_again(desk, run, split_by_provider=False)
            return
        st.markdown(
            f"**The rows of {counted(len(splittable), 'visit')} differ in nothing but the rendering provider "
            f"(from {row_numbers(splittable)} on). Is each provider an encounter of their own?**"
        )
        st.caption("Without an answer, these rows are held back.")
        if st.button("Split into one encounter a provider and check again", icon=":material/call_split:"):
            _check_again(desk, run, split_by_provider=True)


def _ask_names(desk: Desk, run: Run, names: list[dict[str, Any]]) -> None:
    with st.form(f"names_{run.id}", border=True):
        st.markdown("**Who is meant? What you accept is kept for this client.**")
        chosen: list[tuple[dict[str, Any], str]] = []
        for number, name in enumerate(names):
            by_id = {suggestion["id"]: suggestion["name"] for suggestion in name["suggestions"]}
            left, right = st.columns([2, 3], vertical_alignment="center")
            if name["kind"] == "location":
                left.markdown(f"**Usual service location of {name['written']}**  \n:gray[{row_numbers(name['rows'])}]")
            else:
                left.markdown(
                    f"**“{name['written']}”**  \n:gray[{_KINDS.get(name['kind'], name['kind'])}, "
                    f"{row_numbers(name['rows'])}]"
                )
            answer = right.selectbox(
                f"Who “{name['written']}” is",
                [_NONE, *by_id],
                format_func=lambda key, by_id=by_id: by_id.get(key, "None of these; I correct the sheet"),
                label_visibility="collapsed",
                key=f"name_{run.id}_{number}",
            )
            if answer:
                chosen.append((name, answer))
        if st.form_submit_button("Accept the chosen names and check again", icon=":material/check:"):
            if chosen:
                _accept_names(desk, run, chosen)
            else:
                st.caption("Nothing is chosen yet.")


def _accept_names(desk: Desk, run: Run, chosen: list[tuple[dict[str, Any], str]]) -> None:
    for name, vendor_id in chosen:
        meant = next(s["name"] for s in name["suggestions"] if s["id"] == vendor_id)
        service.accept_name(
            desk.database,
            desk.actor,
            run.id,
            kind=name["kind"],
            written=name["written"],
            practice_id=name["practice_id"],
            vendor_id=vendor_id,
            name=meant,
        )
    _check_again(desk, run)


def _check_again(desk: Desk, run: Run, **choices: Any) -> None:
    try:
        check_now(desk, run.id, **choices)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.rerun()


def _sum(sums: dict[str, Any]) -> str:
    return f"{counted(sums['count'], 'payment')}, {money(sums['total'])}"

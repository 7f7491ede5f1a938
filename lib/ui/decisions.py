"""Writes of unknown outcome that no run is looking for: the evidence, and beside it the two answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from lib.charges import service
from lib.charges.planning.intend import PAYMENT
from lib.charges.service import Decided
from lib.core.access.permissions import Permission
from lib.core.errors import DaysheetError
from lib.core.intents import Intent
from lib.core.runs import RunState
from lib.ui.frame import OpenPage, chosen_run, go_to_run, tell_next
from lib.ui.trouble import show_refusal
from lib.ui.wording import INTENT, counted, day, moment, money, state_word


def draw_decisions(page: OpenPage, waiting: Sequence[Intent]) -> None:
    """Draw one card a write; a decision is recorded, and with a run's last one the run goes on."""
    st.warning(
        "It may or may not have happened: look in Tebra, then say what you found. "
        "Until then nothing of it is sent again.",
        title=f"{counted(len(waiting), 'write')} to decide",
        icon=":material/help:",
    )
    for intent in waiting:
        with st.container(border=True, key=f"decision_{intent.id}"):
            _draw_one(page, intent)


def _draw_one(page: OpenPage, intent: Intent) -> None:
    evidence, answers = st.columns([1, 1], gap="medium")
    with evidence:
        st.markdown("  \n".join(_facts(page, intent)), help=INTENT)
        if intent.evidence:
            st.caption(f":material/search: {intent.evidence}")
        if intent.undecidable:
            st.caption(":material/person_search: Only a person can tell.")
        else:
            _offer_resume(intent)
    if not page.desk.actor.may(Permission.INTENTS_DECIDE):
        return
    with answers:
        found, absent = st.columns(2)
        with found, st.form(f"found_{intent.id}", border=False):
            vendor_id = st.text_input(f"Its {intent.kind} ID in Tebra", placeholder="For example 48213")
            if st.form_submit_button("It is in Tebra", icon=":material/check:"):
                _decide(page, intent, vendor_id=vendor_id.strip(), reason="")
        with absent, st.form(f"absent_{intent.id}", border=False):
            reason = st.text_input("How you know", placeholder="Looked at the batch in Tebra")
            if st.form_submit_button("It is not in Tebra", icon=":material/close:"):
                _decide(page, intent, vendor_id=None, reason=reason)


def _offer_resume(intent: Intent) -> None:
    st.caption(
        ":material/pending: Its run has ended and is not looking for it any more. **Resume looks for it first**: "
        f"“Go on with this run” in run {intent.run_id}."
    )
    if chosen_run() != intent.run_id:
        st.button(
            f"Open run {intent.run_id}",
            icon=":material/arrow_forward:",
            type="tertiary",
            on_click=go_to_run,
            args=(intent.run_id,),
            key=f"open_{intent.id}",
        )


def _facts(page: OpenPage, intent: Intent) -> list[str]:
    body = intent.body
    size = f" of {money(intent.amount)}" if intent.amount is not None else ""
    client = page.client_of(intent.client_id)
    name = f", {body['last_name']}, {body['first_name']}" if body.get("last_name") else ""
    facts = [
        f"**{intent.kind.capitalize()}{size}** · run {intent.run_id}, intent {intent.id}",
        f"Patient {body['patient_id']}{name} · {body['practice_name']}",
        f"DOS {day(date.fromisoformat(body['dos']))} · post date {day(date.fromisoformat(body['post_date']))}",
    ]
    if intent.kind == PAYMENT:
        facts.append(
            f"{str(body['method']).capitalize()} · reference {body['reference'] or 'none'} · "
            f"batch {body['batch'] or 'none'}"
        )
    else:
        codes = ", ".join(line["code"] for line in body["lines"])
        facts.append(f"{body.get('rendering_provider_name', '')} · {codes} · batch {body['batch'] or 'none'}")
    if intent.sending_at:
        facts.append(f"Sent {moment(intent.sending_at, client.zone)} · {client.name}")
    return facts


def _decide(page: OpenPage, intent: Intent, *, vendor_id: str | None, reason: str) -> None:
    try:
        decided = service.decide(
            page.desk.database, page.desk.actor, intent.id, vendor_id=vendor_id, reason=reason.strip()
        )
        if decided.run.open:
            page.desk.hand_to_workers(decided.run.id)
    except DaysheetError as error:
        show_refusal(error)
        return
    said = f"posted as {vendor_id}" if vendor_id else "not in Tebra"
    tell_next(f"Intent {intent.id} is recorded as {said}. {_what_follows(decided, posted=vendor_id is not None)}")
    st.rerun()


def _what_follows(decided: Decided, *, posted: bool) -> str:
    run, doing = decided.run, "completes its result" if posted else "sends it again, once"
    if run.state in (RunState.CANCELLED, RunState.FAILED):
        return f"Run {run.id} stays {state_word(run.state).lower()}; when you resume it, it {doing}."
    if decided.left:
        others = "write is" if decided.left == 1 else f"{decided.left:,} writes are"
        return f"Run {run.id} goes on when its other {others} decided."
    return f"Run {run.id} goes on now and {doing}."

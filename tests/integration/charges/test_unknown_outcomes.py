"""Writes whose outcome the vendor left open: looked for, sent again where provably absent, never twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.charges.model import Outcome, RepeatedPayments
from lib.core.intents import IntentState
from lib.core.runs import Run, RunState
from sandbox.sheets import Drawn, find_differences
from sandbox.tebra.faults import FaultKind
from tests.integration.charges.desk import Desk, draw

KINDS: tuple[tuple[FaultKind, float], ...] = (
    ("drop_before", 0),
    ("drop_after", 0),
    ("error_before", 0),
    ("error_after", 0),
    ("delay", 3.5),
    ("slow_write", 0.15),
    ("truncated", 0),
    ("cut_off", 0),
    ("garbage", 0),
    ("empty_before", 0),
    ("empty_after", 0),
    ("unknown_members", 0),
    ("redirect", 0),
)


@pytest.mark.parametrize(("kind", "seconds"), KINDS, ids=[kind for kind, _ in KINDS])
def test_whatever_happens_to_the_reply_each_write_happens_once(desk: Desk, kind: FaultKind, seconds: float) -> None:
    desk.control.configure(visibility_seconds=0.1)
    desk.control.fault(kind, "CreatePayment", times=2, seconds=seconds)
    desk.control.fault(kind, "CreateEncounter", times=2, seconds=seconds, empty_id="-1")
    drawn = draw(8, payment_share=1.0, most_lines=2)
    run = desk.post(drawn)
    assert run.state is RunState.FINISHED, run.error
    assert find_differences(drawn, desk.control.journal()) == []
    assert run.result is not None and run.result["rows"] == {"posted": 8}
    rows = desk.result(run.id)
    assert {rows[p.row]["Payment ID"] for p in drawn.payments} == {p.id for p in desk.control.payments()}
    assert {row["Encounter ID"] for row in rows.values()} == {e.id for e in desk.control.encounters()}


def test_a_lost_reply_is_found_again_not_posted_twice(desk: Desk) -> None:
    desk.control.fault("drop_after", "CreatePayment", times=1)
    run = desk.post(draw(1, payment_share=1.0))
    payment = next(intent for intent in desk.intents(run.id) if intent.kind == "payment")
    assert [p.id for p in desk.control.payments()] == [payment.vendor_id]
    assert payment.evidence is not None and payment.vendor_id is not None and payment.vendor_id in payment.evidence


def test_what_is_provably_absent_is_sent_again_under_a_new_intent(desk: Desk) -> None:
    desk.control.fault("drop_before", "CreateEncounter", times=1)
    run = desk.post(draw(1, payment_share=0))
    assert [intent.state for intent in desk.intents(run.id)] == [IntentState.ABSENT, IntentState.POSTED]
    assert len(desk.control.encounters()) == 1


def _one_of_two_cash_payments_lost(desk: Desk) -> tuple[Drawn, Run]:
    """Two equal cash payments were sent, both replies were lost, and one of them was written."""
    desk.control.fault("drop_after", "CreatePayment", times=1)
    desk.control.fault("drop_before", "CreatePayment", times=1)
    drawn = draw(2, equal_cash=2, fewest_lines=2, payment_share=1.0)
    return drawn, desk.post(drawn, repeated_payments=RepeatedPayments.EACH)


def test_equal_cash_payments_that_cannot_be_told_apart_wait_for_a_person_with_the_evidence(desk: Desk) -> None:
    _, run = _one_of_two_cash_payments_lost(desk)
    (written,) = desk.control.payments()
    unknown = [intent for intent in desk.intents(run.id) if intent.state is IntentState.UNKNOWN]
    assert len(unknown) == 2 and all(i.undecidable and written.id in (i.evidence or "") for i in unknown)
    rows = desk.result(run.id)
    assert all("Nobody knows whether Tebra took this payment" in rows[number]["Error"] for number in (2, 3))
    assert run.result is not None and run.result["rows"] == {Outcome.NEEDS_PERSON.value: 2}
    again = desk.resume(run.id)
    assert again.state is RunState.FINISHED and len(desk.control.payments()) == 1


def test_a_persons_decisions_by_the_command_line_lead_to_each_payment_once(desk: Desk) -> None:
    drawn, run = _one_of_two_cash_payments_lost(desk)
    (written,) = desk.control.payments()
    code, said = desk.command("intents", "list", "--unknown")
    assert code == 0
    first, second = (entry["intent"] for entry in said["intents"])
    assert {entry["waits_for"] for entry in said["intents"]} == {"a person"}
    assert desk.command("intents", "decide", first, "--posted", written.id)[0] == 0
    assert desk.command("intents", "decide", second, "--absent", "--reason", "not in the batch")[0] == 0
    done = desk.resume(run.id)
    assert done.result is not None and done.result["rows"] == {"posted": 2}
    assert find_differences(drawn, desk.control.journal()) == []
    rows = desk.result(run.id)
    assert {rows[2]["Payment ID"], rows[3]["Payment ID"]} == {p.id for p in desk.control.payments()}
    decided = desk.texts("SELECT detail->>'reason' FROM ops.audit_events WHERE action = 'tebra:payment:decide:absent'")
    assert decided == [("not in the batch",)]


def test_other_lines_under_a_posted_key_are_left_to_a_person(desk: Desk) -> None:
    drawn = draw(1, most_lines=1, payment_share=0)
    first = desk.post(drawn)
    other = replace(drawn, rows=(replace(drawn.rows[0], procedure="99215", diagnoses=("M54.50",)),))
    second = desk.post(other)
    assert len(desk.control.encounters()) == 1
    error = desk.result(second.id)[2]["Error"]
    assert f"Run {first.id} posted encounter {desk.control.encounters()[0].id}" in error and "other lines" in error


def test_an_unreachable_vendor_fails_the_run_and_a_resume_finishes_it(desk: Desk) -> None:
    desk.control.fault("drop_before", "GetPatient")
    drawn = draw(3, most_lines=1)
    run = desk.post(drawn)
    assert run.state is RunState.FAILED and desk.control.journal() == []
    desk.control.clear_faults()
    assert desk.resume(run.id).state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []

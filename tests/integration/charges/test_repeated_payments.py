"""Payments that repeat on the lines of an encounter: one or several, as the biller or the control total says."""

from __future__ import annotations

from decimal import Decimal

from lib.charges.model import RepeatedPayments
from lib.core.runs import RunState
from sandbox.sheets import Drawn, find_differences
from tests.integration.charges.desk import Desk, draw


def _cash() -> Drawn:
    """Each paying encounter has two equal cash payments without a reference."""
    return draw(20, seed=3, equal_cash=2, fewest_lines=2, most_lines=2, payment_share=1.0)


def _total(drawn: Drawn, *, once: bool) -> Decimal:
    return sum((p.amount for p in (drawn.payments_once() if once else drawn.payments)), Decimal("0.00"))


def test_answered_each_every_line_is_a_payment_of_its_own(desk: Desk) -> None:
    drawn = _cash()
    run = desk.post(drawn, repeated_payments=RepeatedPayments.EACH)
    assert find_differences(drawn, desk.control.journal()) == []
    rows = desk.result(run.id)
    assert len({rows[p.row]["Payment ID"] for p in drawn.payments}) == len(drawn.payments)


def test_answered_one_the_lines_share_a_payment_and_its_id(desk: Desk) -> None:
    drawn = draw(20, seed=3, repeat_payments=True, fewest_lines=2, payment_share=1.0)
    run = desk.post(drawn, repeated_payments=RepeatedPayments.ONE)
    assert find_differences(drawn, desk.control.journal(), repeats_once=True) == []
    rows = desk.result(run.id)
    assert len({rows[p.row]["Payment ID"] for p in drawn.payments}) == len(drawn.payments_once())
    assert all(rows[p.row]["Payment ID"] for p in drawn.payments)


def test_unanswered_repeats_without_a_reference_are_blocked_with_their_encounters(desk: Desk) -> None:
    drawn = _cash()
    run = desk.post(drawn)
    assert desk.control.journal() == []
    assert run.result is not None
    assert run.result["repeated"]["one"]["total"] == str(_total(drawn, once=True))
    assert run.result["repeated"]["each"]["total"] == str(_total(drawn, once=False))


def test_a_control_total_that_equals_one_of_the_two_decides(desk: Desk) -> None:
    drawn = _cash()
    run = desk.post(drawn, control_payments=_total(drawn, once=False))
    assert run.state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []
    assert run.result is not None and run.result["control"]["payments_agree"] is True


def test_a_control_total_that_is_not_met_refuses_the_sheet_with_code_2(desk: Desk) -> None:
    sheet = str(desk.write(draw(10)))
    code, said = desk.command("charges", sheet, "--client", desk.client.name, "--control-payments", "1.23")
    assert code == 2
    assert "1.23" in said["error"] and "add up to" in said["error"]
    assert desk.control.journal() == [] and desk.control.calls() == {}

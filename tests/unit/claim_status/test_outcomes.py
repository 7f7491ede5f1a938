"""Outcomes judged from amounts and codes: "finalized" alone says nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lib.claim_status.model import Outcome
from lib.claim_status.outcomes import judge_amounts, judge_category


@pytest.mark.parametrize(
    ("status", "paid", "not_covered", "owed", "categories", "outcome"),
    [
        ("Finalized", "80.00", "0.00", "20.00", ["F1"], Outcome.PAID),
        ("FINALIZED", "0.01", "0.01", "0.00", [], Outcome.PARTLY_PAID),
        ("Finalized", "0.00", "100.00", "0.00", ["F1"], Outcome.DENIED),
        ("Finalized", "0.00", "0.00", "0.00", ["F1"], Outcome.DENIED),
        ("Finalized", "0.00", "0.00", "80.00", ["F1"], Outcome.PATIENT_OWES),
        ("Finalized", None, None, None, [], Outcome.DENIED),
        ("Finalized", "0.00", "0.00", "0.00", ["A0"], Outcome.MISDIRECTED),
        ("DENIED", "0.00", "0.00", "0.00", [], Outcome.DENIED),
        ("Denied", "10.00", "90.00", "0.00", [], Outcome.PARTLY_PAID),
        ("In Review", "0.00", "0.00", "0.00", [], Outcome.IN_PROCESS),
        ("pending", "80.00", "0.00", "0.00", ["F1"], Outcome.IN_PROCESS),
        ("Rejected", "0.00", "0.00", "0.00", [], Outcome.REJECTED),
        ("Misdirected", "0.00", "0.00", "0.00", ["A0"], Outcome.MISDIRECTED),
        ("Multiple Status", "0.00", "50.00", "0.00", ["F1", "F2"], Outcome.DENIED),
        ("Multiple Status", "0.00", "0.00", "0.00", [], Outcome.IN_PROCESS),
        ("a word of tomorrow", "80.00", "0.00", "0.00", [], Outcome.PAID),
    ],
)
def test_an_outcome_is_judged_by_what_was_paid_and_refused(
    status: str, paid: str | None, not_covered: str | None, owed: str | None, categories: list[str], outcome: Outcome
) -> None:
    amounts = [None if amount is None else Decimal(amount) for amount in (paid, not_covered, owed)]
    judged = judge_amounts(
        status, paid=amounts[0], not_covered=amounts[1], patient_responsibility=amounts[2], categories=categories
    )
    assert judged == outcome


@pytest.mark.parametrize(
    ("category", "paid", "outcome"),
    [
        ("F1", "80.00", Outcome.PAID),
        ("F1", "0", Outcome.DENIED),
        ("F2", None, Outcome.DENIED),
        ("f2", "5.00", Outcome.PAID),
        ("F4", "0.00", Outcome.PATIENT_OWES),
        ("A0", None, Outcome.MISDIRECTED),
        ("A3", None, Outcome.REJECTED),
        ("A7", None, Outcome.REJECTED),
        ("A4", None, Outcome.NOT_FOUND),
        ("D0", None, Outcome.NOT_FOUND),
        ("A2", None, Outcome.IN_PROCESS),
        ("P1", None, Outcome.IN_PROCESS),
        ("R3", None, Outcome.IN_PROCESS),
    ],
)
def test_a_category_of_the_277_is_named_in_our_words(category: str, paid: str | None, outcome: Outcome) -> None:
    assert judge_category(category, paid=None if paid is None else Decimal(paid)) == outcome

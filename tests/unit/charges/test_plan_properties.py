"""What holds for every sheet: no payment lost or doubled, all or nothing, and no matter in which order rows come."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from lib.charges.model import (
    ChargeRow,
    CheckedRow,
    Choices,
    EncounterPart,
    PaymentPart,
    PaymentSource,
    Problem,
    RepeatedPayments,
    ServiceLine,
    Severity,
)
from lib.charges.planning.plan import plan_visits

ERROR = Problem(row=0, column="POS", value="x", what="is wrong.", fix="Correct it.")

encounters = st.builds(
    EncounterPart,
    rendering_provider=st.sampled_from(["TEST, Amber", "TEST, Ruby"]),
    scheduling_provider=st.just(""),
    referring_provider=st.sampled_from(["", "TEST, Onyx"]),
    mode=st.just("In Office"),
    pos=st.sampled_from(["11", "11", "11", "22"]),
    admit_date=st.none(),
    discharge_date=st.none(),
    batch=st.sampled_from(["", "CE-1"]),
)
payments = st.builds(
    PaymentPart,
    amount=st.sampled_from([Decimal("25.00"), Decimal("10.50")]),
    source=st.sampled_from([PaymentSource.CASH, PaymentSource.CHECK]),
    reference=st.sampled_from(["", "12"]),
    batch=st.just("PP-1"),
)
choices = st.builds(
    Choices,
    repeated_payments=st.sampled_from([None, *RepeatedPayments]),
    split_by_provider=st.booleans(),
    control_payments=st.sampled_from([None, Decimal("25.00"), Decimal("50.00")]),
)


@st.composite
def sheets(draw: st.DrawFn) -> list[CheckedRow]:
    rows: list[CheckedRow] = []
    for number in range(2, 2 + draw(st.integers(min_value=0, max_value=12))):
        patient = draw(st.sampled_from(["1", "2"]))
        encounter = draw(st.none() | encounters)
        line = None
        if encounter:
            line = ServiceLine(row=number, procedure="99213", units=Decimal(1), modifiers=(), diagnoses=("I10",))
        row = ChargeRow(
            number=number,
            patient_id=patient,
            practice=draw(st.sampled_from(["Harbor", "HARBOR ", "North"])),
            dos=date(2026, 11, 1) + timedelta(days=draw(st.integers(0, 1))),
            encounter=encounter,
            line=line,
            payment=draw(st.none() | payments),
        )
        fate = draw(st.integers(0, 11))
        unplaced = fate == 11
        rows.append(
            CheckedRow(
                number=number,
                row=None if unplaced else row,
                problems=(ERROR,) if fate > 9 else (),
                patient_id=patient,
                practice=draw(st.sampled_from(["", row.practice])),
            )
        )
    return rows


@given(sheets(), choices)
def test_every_row_that_can_be_placed_is_in_exactly_one_visit(rows: list[CheckedRow], chosen: Choices):
    plan = plan_visits(rows, chosen)
    placed = [number for visit in plan.visits for number in visit.rows]
    assert sorted(placed) == [row.number for row in rows if row.row]
    assert [visit.rows for visit in plan.visits] == sorted(visit.rows for visit in plan.visits)


@given(sheets(), choices)
def test_every_payment_row_is_in_exactly_one_payment_and_every_line_in_one_encounter(rows, chosen):
    plan = plan_visits(rows, chosen)
    paid = [number for visit in plan.visits for draft in visit.payments for number in draft.rows]
    assert sorted(paid) == [row.number for row in rows if row.row and row.row.payment]
    entered = [line.row for visit in plan.visits if visit.encounter for line in visit.encounter.lines]
    assert sorted(entered) == [row.number for row in rows if row.row and row.row.line]


@given(sheets(), choices)
def test_the_payments_planned_add_up_to_the_total_of_the_answer(rows: list[CheckedRow], chosen: Choices):
    plan = plan_visits(rows, chosen)
    amounts = [draft.part.amount for visit in plan.visits for draft in visit.payments]
    each = chosen.repeated_payments is RepeatedPayments.EACH or (
        plan.decided_by_control and chosen.control_payments == plan.totals.each_total
    )
    expected = (
        (plan.totals.each_total, plan.totals.each_count) if each else (plan.totals.one_total, plan.totals.one_count)
    )
    assert (sum(amounts, Decimal(0)), len(amounts)) == expected


@given(sheets(), choices)
def test_nothing_of_a_row_is_sent_while_a_row_that_it_belongs_with_has_an_error(rows, chosen):
    plan = plan_visits(rows, chosen)
    wrong = {row.number for row in rows if row.blocked}
    wrong |= {problem.row for problem in plan.problems if problem.severity is Severity.ERROR}
    for visit in plan.visits:
        assert visit.blocked == bool(wrong & set(visit.rows))
        if not visit.blocked:
            assert not any(wrong & set(draft.rows) for draft in visit.payments)
    blocked = {number for visit in plan.visits if visit.blocked for number in visit.rows}
    assert blocked <= wrong, "every row held back is told why"


@given(sheets(), choices)
def test_without_an_answer_no_repeated_payment_without_reference_is_sent(rows, chosen):
    plan = plan_visits(rows, chosen)
    sent = [draft for visit in plan.visits if not visit.blocked for draft in visit.payments]
    unanswered = set(plan.totals.unanswered_rows)
    assert not any(unanswered & set(draft.rows) for draft in sent)
    if chosen.repeated_payments:
        assert not unanswered


@given(sheets(), choices)
def test_equal_payments_are_told_apart_by_ordinals_from_one_up(rows: list[CheckedRow], chosen: Choices):
    plan = plan_visits(rows, chosen)
    alike: dict[object, Counter[int]] = {}
    for visit in plan.visits:
        for draft in visit.payments:
            key = (visit.patient_id, visit.dos, visit.practice.strip().casefold(), draft.part)
            alike.setdefault(key, Counter())[draft.ordinal] += 1
            assert 1 <= draft.ordinal <= draft.equals
    for ordinals in alike.values():
        assert sorted(ordinals.elements()) == list(range(1, len(ordinals) + 1))


@settings(max_examples=50)
@given(sheets(), choices, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_handed_over_does_not_matter(rows, chosen, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert plan_visits(shuffled, chosen) == plan_visits(rows, chosen)

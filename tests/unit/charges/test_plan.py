"""The sheet as visits: what goes together, what is one payment, and what holds a visit back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lib.charges.model import (
    ChargeRow,
    CheckedRow,
    Choices,
    EncounterPart,
    PaymentPart,
    PaymentSource,
    Plan,
    Problem,
    RepeatedPayments,
    ServiceLine,
    Severity,
)
from lib.charges.planning.plan import plan_visits

DOS = date(2026, 11, 3)
ERROR = Problem(row=0, column="POS", value="x", what="is wrong.", fix="Correct it.")
BASE = EncounterPart(
    rendering_provider="TEST, Amber",
    scheduling_provider="",
    referring_provider="",
    mode="In Office",
    pos="11",
    admit_date=None,
    discharge_date=None,
    batch="",
)


def pay(amount: str = "25.00", source: str = "CASH", reference: str = "", batch: str = "PP-1") -> PaymentPart:
    return PaymentPart(amount=Decimal(amount), source=PaymentSource(source), reference=reference, batch=batch)


def part(**changes: Any) -> EncounterPart:
    return replace(BASE, **changes)


def row(
    number: int,
    *,
    patient: str = "1001",
    practice: str = "Practice Harbor",
    dos: date = DOS,
    encounter: EncounterPart | None = BASE,
    code: str = "",
    payment: PaymentPart | None = None,
    wrong: bool = False,
) -> CheckedRow:
    line = None
    if encounter:
        procedure = code or f"{99000 + number}"
        line = ServiceLine(row=number, procedure=procedure, units=Decimal(1), modifiers=(), diagnoses=("E11.9",))
    charge = ChargeRow(
        number=number, patient_id=patient, practice=practice, dos=dos, encounter=encounter, line=line, payment=payment
    )
    return CheckedRow(number=number, row=charge, problems=(ERROR,) if wrong else (), patient_id=patient)


def plan(*rows: CheckedRow, **choices: Any) -> Plan:
    return plan_visits(rows, Choices(**choices))


def rows_of(made: Plan) -> list[tuple[int, ...]]:
    return [visit.rows for visit in made.visits]


def blocked_rows(made: Plan) -> set[int]:
    return {number for visit in made.visits if visit.blocked for number in visit.rows}


def error_rows(made: Plan) -> list[int]:
    return [problem.row for problem in made.problems if problem.severity is Severity.ERROR]


def sent_payments(made: Plan) -> list[tuple[tuple[int, ...], int, int]]:
    return [(d.rows, d.ordinal, d.equals) for visit in made.visits if not visit.blocked for d in visit.payments]


def test_rows_of_one_patient_dos_and_practice_are_one_encounter_wherever_they_stand():
    made = plan(
        row(2),
        row(3, patient="1002"),
        row(4, dos=date(2026, 11, 4)),
        row(5, practice=" practice  HARBOR "),
        row(6, practice="Other"),
    )
    assert rows_of(made) == [(2, 5), (3,), (4,), (6,)]
    assert made.visits[0].encounter
    assert [line.procedure for line in made.visits[0].encounter.lines] == ["99002", "99005"]
    assert made.visits[0].practice == "Practice Harbor"
    assert not made.problems


def test_lines_stand_in_sheet_order_whatever_order_the_rows_come_in():
    made = plan(row(9), row(2), row(5))
    assert made.visits[0].encounter and made.visits[0].encounter.rows == (2, 5, 9)


def test_rows_that_only_verify_or_only_pay_make_no_encounter():
    made = plan(row(2, encounter=None), row(3, patient="1002", encounter=None, payment=pay()))
    assert made.visits[0].encounter is None and not made.visits[0].payments
    assert made.visits[1].encounter is None and len(made.visits[1].payments) == 1


def test_one_wrong_row_holds_back_its_whole_visit_and_no_other():
    made = plan(row(2, payment=pay(reference="1")), row(3, wrong=True), row(4), row(5, patient="1002"))
    assert blocked_rows(made) == {2, 3, 4}
    assert error_rows(made) == [2, 4]
    assert "row 3 of the same visit has an error" in made.problems[0].what


def test_a_warning_holds_nothing_back():
    warned = row(2)
    warned = CheckedRow(
        number=2,
        row=warned.row,
        problems=(Problem(row=2, column="", value="", what="", fix="", severity=Severity.WARNING),),
    )
    assert not plan(warned).visits[0].blocked


def test_a_row_without_practice_or_dos_holds_back_every_visit_of_its_patient():
    lost = CheckedRow(number=4, row=None, problems=(ERROR,), patient_id="1001")
    made = plan(row(2), row(3, dos=date(2026, 11, 4)), lost, row(5, patient="1002"))
    assert blocked_rows(made) == {2, 3}
    assert all("row 4 of the same patient" in problem.what for problem in made.problems)


@pytest.mark.parametrize(
    ("known", "held"),
    [
        ({"practice": "PRACTICE harbor"}, {2, 3}),
        ({"dos": DOS}, {2, 4}),
        ({"practice": "Practice Harbor", "dos": date(2026, 11, 9)}, set()),
        ({"practice": "Elsewhere"}, set()),
    ],
)
def test_what_can_be_read_of_a_lost_row_limits_what_it_holds_back(known: dict[str, Any], held: set[int]):
    lost = CheckedRow(number=9, row=None, problems=(ERROR,), patient_id="1001", **known)
    assert blocked_rows(plan(row(2), row(3, dos=date(2026, 11, 4)), row(4, practice="Other"), lost)) == held


def test_a_row_without_a_patient_holds_back_only_itself():
    assert not blocked_rows(plan(row(2), CheckedRow(number=3, row=None, problems=(ERROR,))))


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"rendering_provider": "TEST, Ruby"}, "Rendering Provider"),
        ({"mode": "Telehealth"}, "Encounter Mode"),
        ({"pos": "22"}, "POS"),
        ({"scheduling_provider": "TEST, Ruby"}, "Scheduling Provider"),
        ({"referring_provider": "TEST, Ruby"}, "Referring Provider"),
        ({"admit_date": date(2026, 11, 2)}, "Admit Date"),
        ({"discharge_date": date(2026, 11, 9)}, "Discharge Date"),
        ({"batch": "CE-2"}, "CE Batch #"),
    ],
)
def test_rows_that_disagree_are_an_error_that_names_rows_and_column(change: dict[str, Any], column: str):
    full = {
        "scheduling_provider": "TEST, Amber",
        "referring_provider": "TEST, Amber",
        "admit_date": date(2026, 11, 1),
        "discharge_date": date(2026, 11, 8),
        "batch": "CE-1",
    }
    made = plan(row(2, encounter=part(**full)), row(3, encounter=part(**{**full, **change})))
    assert blocked_rows(made) == {2, 3}
    assert [(problem.row, problem.column) for problem in made.problems] == [(2, column), (3, column)]
    assert "in row 2; " in made.problems[0].what and "in row 3" in made.problems[0].what


def test_a_blank_optional_column_agrees_and_takes_the_visits_value():
    made = plan(
        row(2),
        row(3, encounter=part(referring_provider="TEST, Ruby", batch="CE-1")),
        row(4, encounter=part(batch="ce-1 ")),
    )
    assert not made.problems
    encounter = made.visits[0].encounter
    assert encounter and (encounter.part.referring_provider, encounter.part.batch) == ("TEST, Ruby", "CE-1")


def test_names_that_differ_in_writing_only_agree():
    made = plan(row(2), row(3, encounter=part(rendering_provider="Amber Test, MD")))
    assert not made.problems and not made.splittable


def test_resolved_names_may_be_given_to_compare_by():
    ids = {"TEST, Amber": "7", "Amby": "7", "Practice Harbor": "12", "Harbor": "12"}
    rows = [row(2), row(3, practice="Harbor", encounter=part(rendering_provider="Amby"))]
    made = plan_visits(rows, Choices(), practice_key=ids.__getitem__, provider_key=ids.__getitem__)
    assert rows_of(made) == [(2, 3)] and not made.problems


def test_dates_that_contradict_only_together_are_an_error():
    stay = part(admit_date=date(2026, 11, 2))
    made = plan(row(2, encounter=stay), row(3, encounter=part(discharge_date=date(2026, 11, 1))))
    assert blocked_rows(made) == {2, 3}
    assert made.problems[-1].column == "Discharge Date"
    assert not plan(row(2, encounter=stay), row(3, encounter=part(discharge_date=date(2026, 11, 2)))).problems


def test_a_discharge_without_admission_is_a_warning():
    made = plan(row(2, encounter=part(discharge_date=date(2026, 11, 9))))
    assert [problem.severity for problem in made.problems] == [Severity.WARNING] and not made.visits[0].blocked


RUBY = part(rendering_provider="TEST, Ruby")


def test_a_visit_of_two_rendering_providers_is_held_back_and_offered_for_splitting():
    made = plan(row(2), row(3, encounter=RUBY), row(4, patient="1002"))
    assert blocked_rows(made) == {2, 3} and made.splittable == (2,)
    assert "one encounter a provider" in made.problems[0].fix


def test_a_visit_that_disagrees_on_more_than_the_provider_is_not_offered_for_splitting():
    made = plan(row(2), row(3, encounter=part(rendering_provider="TEST, Ruby", pos="22")), split_by_provider=True)
    assert made.splittable == () and blocked_rows(made) == {2, 3}


def test_splitting_gives_one_encounter_a_provider_and_rows_keep_their_payments():
    made = plan(
        row(2, payment=pay(reference="1")),
        row(3, encounter=RUBY, payment=pay(reference="2")),
        row(4),
        row(5, encounter=None, payment=pay(reference="3")),
        split_by_provider=True,
    )
    assert rows_of(made) == [(2, 4, 5), (3,)]
    assert [[draft.rows for draft in visit.payments] for visit in made.visits] == [[(2,), (5,)], [(3,)]]
    assert not blocked_rows(made) and not error_rows(made)


def test_after_splitting_an_error_holds_back_its_own_encounter_only():
    wrong_payment = row(3, encounter=RUBY, wrong=True)
    made = plan(row(2), wrong_payment, row(4, encounter=RUBY), split_by_provider=True)
    assert blocked_rows(made) == {3, 4}


def test_after_splitting_a_row_of_unreadable_provider_holds_back_every_part():
    made = plan(row(2), row(3, encounter=RUBY), row(4, encounter=None, wrong=True), split_by_provider=True)
    assert blocked_rows(made) == {2, 3, 4}


def test_parts_that_share_one_payment_go_together_or_not_at_all():
    check = pay(source="CHECK", reference="77")
    shared = (row(2, payment=check), row(3, encounter=RUBY, payment=check))
    made = plan(*shared, split_by_provider=True)
    assert [[draft.rows for draft in visit.payments] for visit in made.visits] == [[(2, 3)], []]
    made = plan(*shared, row(4, encounter=RUBY, wrong=True), split_by_provider=True)
    assert blocked_rows(made) == {2, 3, 4}


def test_a_payment_repeated_with_a_reference_is_one_unless_the_biller_says_each():
    check = pay(source="CHECK", reference="77")
    rows = (row(2, payment=check), row(3, payment=pay(source="CHECK", reference=" 7 7", batch="pp-1")), row(4))
    assert sent_payments(plan(*rows)) == [((2, 3), 1, 1)]
    assert sent_payments(plan(*rows, repeated_payments=RepeatedPayments.ONE)) == [((2, 3), 1, 1)]
    assert sent_payments(plan(*rows, repeated_payments=RepeatedPayments.EACH)) == [((2,), 1, 2), ((3,), 2, 2)]


def test_a_payment_repeated_without_a_reference_is_held_back_until_answered():
    rows = (row(2, payment=pay()), row(3, payment=pay()), row(4))
    made = plan(*rows)
    assert blocked_rows(made) == {2, 3, 4} and made.totals.unanswered_rows == (2, 3)
    assert "--repeated-payments" in made.problems[0].fix
    assert sent_payments(plan(*rows, repeated_payments=RepeatedPayments.ONE)) == [((2, 3), 1, 1)]
    made = plan(*rows, repeated_payments=RepeatedPayments.EACH)
    assert sent_payments(made) == [((2,), 1, 2), ((3,), 2, 2)] and made.totals.unanswered_rows == ()


@pytest.mark.parametrize("other", [pay("25.01"), pay(source="CREDIT CARD"), pay(reference="9"), pay(batch="PP-2")])
def test_payments_that_differ_in_anything_are_several(other: PaymentPart):
    assert sent_payments(plan(row(2, payment=pay()), row(3, payment=other))) == [((2,), 1, 1), ((3,), 1, 1)]


def test_equal_payments_of_two_visits_are_two_payments():
    made = plan(row(2, payment=pay()), row(3, payment=pay(), dos=date(2026, 11, 4)), row(4, payment=pay(), patient="2"))
    assert len(sent_payments(made)) == 3 and not made.totals.repeated_rows


def test_both_totals_are_given_and_count_blocked_rows_too():
    made = plan(row(2, payment=pay()), row(3, payment=pay()), row(4, patient="1002", payment=pay("10.50"), wrong=True))
    totals = made.totals
    assert (totals.one_count, totals.one_total) == (2, Decimal("35.50"))
    assert (totals.each_count, totals.each_total) == (3, Decimal("60.50"))
    assert totals.repeated_rows == (2, 3)


@pytest.mark.parametrize(
    ("control", "sent", "decided"),
    [
        ("25.00", [((2, 3), 1, 1)], True),
        ("50.0", [((2,), 1, 2), ((3,), 2, 2)], True),
        ("40.00", [], False),
        (None, [], False),
    ],
)
def test_a_control_total_that_equals_one_of_the_two_decides(control, sent, decided):
    made = plan(row(2, payment=pay()), row(3, payment=pay()), control_payments=Decimal(control) if control else None)
    assert sent_payments(made) == sent and made.decided_by_control is decided


def test_the_billers_answer_goes_before_the_control_total():
    rows = (row(2, payment=pay()), row(3, payment=pay()))
    made = plan(*rows, control_payments=Decimal("50"), repeated_payments=RepeatedPayments.ONE)
    assert sent_payments(made) == [((2, 3), 1, 1)] and not made.decided_by_control


def test_a_control_total_decides_nothing_where_nothing_repeats():
    assert not plan(row(2, payment=pay()), control_payments=Decimal("25.00")).decided_by_control


def test_the_same_line_twice_is_a_warning_on_the_later_row():
    made = plan(row(2, code="99213"), row(3, code="36415"), row(4, code="99213"))
    assert [(problem.row, problem.severity) for problem in made.problems] == [(4, Severity.WARNING)]
    assert "row 2" in made.problems[0].what and not made.visits[0].blocked


def test_a_long_list_of_rows_is_cut_short():
    made = plan(*(row(number, encounter=BASE if number % 2 else RUBY) for number in range(2, 60)))
    assert all(len(problem.sentence) < 300 for problem in made.problems)


def test_an_empty_sheet_plans_nothing():
    made = plan()
    assert (made.visits, made.problems, made.totals.one_total) == ((), (), Decimal("0.00"))

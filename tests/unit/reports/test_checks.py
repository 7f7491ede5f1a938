"""What may be published, what waits for a person, what fails; each with its sentence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lib.reports.catalog import report_named
from lib.reports.loading.checks import (
    Finding,
    Verdict,
    check_columns,
    check_habit,
    check_rows,
    check_staged,
    verdict_of,
)
from lib.reports.reading.headers import map_columns
from lib.reports.reading.rows import RowCounts

WHOLE = map_columns(
    report_named("gross_billing"),
    ("charge_id", "charge_from_date", "charge_entered_date", "charge_amount", "charge_units_sum"),
)
GOOD = RowCounts(
    read=100,
    loaded=100,
    rejected=0,
    padded=0,
    blank=0,
    totals={"charge_amount": Decimal("12.34")},
    filled={"charge_from_date": 100, "charge_amount": 100, "charge_units_sum": 100},
    untyped={},
)


def only(findings: list[Finding]) -> tuple[Verdict, str]:
    assert len(findings) == 1
    return findings[0].verdict, findings[0].sentence


def test_a_good_package_is_published() -> None:
    findings = check_columns(WHOLE) + check_rows(WHOLE, GOOD, [100, 90, 120])
    findings += check_staged(GOOD, rows=100, totals={"charge_amount": Decimal("12.34")}, repeated_keys=0)
    assert (findings, verdict_of(findings)) == ([], Verdict.PUBLISH)


def test_missing_columns_fail() -> None:
    columns = map_columns(report_named("gross_billing"), ("charge_id", "charge_from_date"))
    assert only(check_columns(columns)) == (
        Verdict.FAIL,
        "The report has no column charge_entered_date, charge_amount.",
    )


@pytest.mark.parametrize(
    ("loaded", "habit", "held"),
    [
        (50, [100], False),
        (49, [100], True),
        (0, [20], True),
        (0, [19], False),
        (2, [7, 7], False),
        (0, [], False),
        (0, [0, 0], False),
        (60, [100, 100, 100, 5, 5, 5000, 5000], False),
        (45, [100, 10, 90, 95, 91], True),
    ],
)
def test_a_drop_of_more_than_half_waits_for_a_person(loaded: int, habit: list[int], held: bool) -> None:
    assert verdict_of(check_habit(loaded, habit)) is (Verdict.HOLD if held else Verdict.PUBLISH)


def test_a_half_size_report_says_what_is_usual() -> None:
    assert only(check_habit(1_200, [3_000, 2_000])) == (
        Verdict.HOLD,
        "1,200 rows, where this client's report usually has about 2,500.",
    )


def test_many_rejected_rows_wait_and_none_loaded_fails() -> None:
    some = replace(GOOD, loaded=95, rejected=5)
    assert check_rows(WHOLE, some, []) == []
    assert only(check_rows(WHOLE, replace(GOOD, loaded=94, rejected=6), [])) == (
        Verdict.HOLD,
        "6 of 100 rows could not be loaded.",
    )
    assert only(check_rows(WHOLE, replace(GOOD, loaded=0, rejected=100), [])) == (
        Verdict.FAIL,
        "None of the 100 rows could be loaded.",
    )


def test_a_required_column_of_another_type_fails_and_any_other_waits() -> None:
    dates = replace(GOOD, untyped={"charge_from_date": 60})
    assert only(check_rows(WHOLE, dates, [])) == (Verdict.FAIL, "60 of 100 cells of charge_from_date are no date.")
    units = replace(GOOD, untyped={"charge_units_sum": 51, "charge_amount": 50})
    assert only(check_rows(WHOLE, units, [])) == (Verdict.HOLD, "51 of 100 cells of charge_units_sum are no decimal.")


@pytest.mark.parametrize("total", [Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 18, -(Decimal(10) ** 18)])
def test_a_total_that_is_no_money_fails(total: Decimal) -> None:
    found = check_rows(WHOLE, replace(GOOD, totals={"charge_amount": total}), [])
    assert only(found) == (Verdict.FAIL, "The sum of charge_amount is not a sum of money.")


def test_what_arrived_must_be_what_was_read_to_the_cent() -> None:
    totals = {"charge_amount": Decimal("12.34")}
    assert only(check_staged(GOOD, rows=99, totals=totals, repeated_keys=0)) == (
        Verdict.FAIL,
        "99 rows arrived in the database, where 100 were read.",
    )
    assert only(check_staged(GOOD, rows=100, totals={"charge_amount": Decimal("12.33")}, repeated_keys=0)) == (
        Verdict.FAIL,
        "The sum of charge_amount is 12.33 in the database, where 12.34 was read.",
    )
    assert verdict_of(check_staged(GOOD, rows=100, totals={}, repeated_keys=0)) is Verdict.FAIL


def test_keys_that_come_twice_wait_for_a_person() -> None:
    found = check_staged(GOOD, rows=100, totals=GOOD.totals, repeated_keys=3)
    assert only(found) == (Verdict.HOLD, "3 keys come more than once.")


def test_the_worst_finding_decides() -> None:
    hold, fail = Finding(verdict=Verdict.HOLD, sentence=""), Finding(verdict=Verdict.FAIL, sentence="")
    assert [verdict_of(found) for found in ([], [hold], [hold, fail, hold])] == [*Verdict]

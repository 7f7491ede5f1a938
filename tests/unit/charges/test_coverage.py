"""Whether the primary insurance is active on the date of service."""

from __future__ import annotations

from datetime import date

import pytest

from lib.charges.model import CaseStatus
from lib.charges.planning.coverage import coverage_on
from lib.vendors.tebra.model import InsurancePolicy, Patient, PatientCase

DOS = date(2026, 11, 3)


def policy(number: str, start: date | None = None, end: date | None = None, plan: str = "Plan") -> InsurancePolicy:
    return InsurancePolicy(
        id=number, plan_name=plan, company_name="Company", number=number, effective_start=start, effective_end=end
    )


def patient(*cases: tuple[bool, list[InsurancePolicy]]) -> Patient:
    return Patient(
        id="1001",
        cases=tuple(
            PatientCase(id=str(number), is_primary=primary, policies=tuple(policies))
            for number, (primary, policies) in enumerate(cases)
        ),
    )


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        (None, None, "Active"),
        (DOS, None, "Active"),
        (DOS, DOS, "Active"),
        (date(2026, 1, 1), date(2026, 12, 31), "Active"),
        (date(2026, 11, 4), None, "Inactive"),
        (date(2026, 1, 1), date(2026, 11, 2), "Inactive"),
        (None, date(2026, 12, 31), "Inactive"),
    ],
)
def test_a_policy_is_active_from_its_start_to_its_end_both_included(start, end, status):
    coverage = coverage_on(patient((True, [policy("A1", start, end)])), DOS)
    assert (coverage.status, coverage.policy_number, coverage.insurance) == (status, "A1", "Plan")


def test_the_primary_case_counts_though_another_stands_first():
    coverage = coverage_on(patient((False, [policy("other")]), (True, [policy("mine")])), DOS)
    assert coverage.policy_number == "mine"


def test_without_a_primary_case_the_first_counts():
    assert coverage_on(patient((False, [policy("first")]), (False, [policy("second")])), DOS).policy_number == "first"


def test_the_first_policy_that_covers_the_day_is_taken():
    ended, current, later = policy("old", DOS, date(2026, 10, 1)), policy("now", date(2026, 1, 1)), policy("also")
    assert coverage_on(patient((True, [ended, current, later])), DOS).policy_number == "now"


def test_when_none_covers_the_day_the_first_is_shown_as_inactive():
    coverage = coverage_on(patient((True, [policy("one", date(2027, 1, 1)), policy("two", date(2027, 1, 1))])), DOS)
    assert (coverage.policy_number, coverage.status) == ("one", CaseStatus.INACTIVE)


def test_a_patient_without_case_or_policy_has_no_coverage():
    for nobody in (patient(), patient((True, []))):
        coverage = coverage_on(nobody, DOS)
        assert (coverage.insurance, coverage.policy_number, coverage.status) == ("", "", CaseStatus.NONE)


def test_a_policy_without_plan_name_goes_by_its_company():
    assert coverage_on(patient((True, [policy("A1", plan="")])), DOS).insurance == "Company"

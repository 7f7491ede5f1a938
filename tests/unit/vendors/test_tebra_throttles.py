"""However Tebra spells its operations, their gaps end under our names."""

from __future__ import annotations

import pytest

from lib.vendors.tebra.throttles import DOCUMENTED_GAPS_MS, gaps_ms, operation_named


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ("CreatePayments", "CreatePayment"),
        ("GetProcedureCode", "GetProcedureCodes"),
        ("getpatient", "GetPatient"),
        ("/KareoServices.svc/GetCharges", "GetCharges"),
        ("SearchPatient", "SearchPatient"),
    ],
)
def test_spellings_meet(told: str, ours: str) -> None:
    assert operation_named(told) == ours


def test_of_two_gaps_for_one_operation_the_longer_counts_and_fractions_round_up() -> None:
    told = {"CreatePayment": 500.2, "CreatePayments": 750.0, "GetPatient": 250.01, "Odd": float("inf"), "": 3.0}
    assert gaps_ms(told) == {"CreatePayment": 750, "GetPatient": 251}


def test_every_documented_operation_is_known_by_its_own_name() -> None:
    assert all(operation_named(name) == name for name in DOCUMENTED_GAPS_MS)

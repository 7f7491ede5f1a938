"""Charges, payments, holds and stages: lags, what still runs, what must be a wrong date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.integration.views.ledger import AS_OF, Ledger


def test_lags_of_a_charge_and_what_is_still_unbilled(ledger: Ledger, owner: str) -> None:
    entered, dos = date(2026, 11, 10), date(2026, 11, 6)
    usual = {"charge_from_date": dos, "charge_entered_date": entered, "charge_primary_payer_name": "PAYER A"}
    rows = [
        usual | {"charge_id": "billed", "claim_first_billed_date": date(2026, 11, 16)},
        usual | {"charge_id": "odd", "claim_first_billed_date": date(2026, 11, 9)},
        usual | {"charge_id": "patient", "charge_primary_payer_name": None},
        usual | {"charge_id": "unbilled", "charge_from_date": date(2026, 11, 7)},
    ]
    ledger.show("gross_billing", rows, client=owner)
    columns = (
        "charge_id, charge_lag_days, is_late_charge, billing_lag_days, billing_lag_bucket, billed_before_entry,"
        " is_unbilled, unbilled_days, bill_month"
    )
    month = date(2026, 11, 1)
    assert ledger.read("gross_billing_view", columns) == [
        ("billed", 4, True, 6, "6-10", False, False, None, month),
        ("odd", 4, True, -1, "0-5", True, False, None, month),
        ("patient", 4, True, 0, "0-5", False, False, None, month),
        ("unbilled", 3, False, None, "unbilled", None, True, 10, None),
    ]


def test_periods_of_dos_entry_and_bill(ledger: Ledger, owner: str) -> None:
    row = {
        "charge_id": "1",
        "charge_from_date": date(2025, 12, 31),
        "charge_entered_date": date(2026, 1, 4),
        "claim_first_billed_date": date(2026, 5, 11),
    }
    ledger.show("gross_billing", [row], client=owner)
    periods = ", ".join(
        f"{clock}_{unit}" for clock in ("dos", "entry", "bill") for unit in ("week", "month", "quarter")
    )
    assert ledger.read("gross_billing_view", f"{periods}, dos_year, entry_year, bill_year") == [
        (
            *(date(2025, 12, 29), date(2025, 12, 1), date(2025, 10, 1)),
            *(date(2025, 12, 29), date(2026, 1, 1), date(2026, 1, 1)),
            *(date(2026, 5, 11), date(2026, 5, 1), date(2026, 4, 1)),
            *(2025, 2026, 2026),
        )
    ]


def test_days_on_hold_run_until_release_or_the_as_of_day(ledger: Ledger, owner: str) -> None:
    start = date(2026, 11, 1)
    rows = [
        {"charge_id": "held", "hold_start_date": start},
        {"charge_id": "later", "hold_start_date": start, "hold_release_date": date(2026, 12, 1)},
        {"charge_id": "never"},
        {"charge_id": "released", "hold_start_date": start, "hold_release_date": date(2026, 11, 8)},
    ]
    ledger.show("gross_billing", rows, client=owner)
    assert ledger.read("gross_billing_view", "charge_id, is_on_hold, days_on_hold") == [
        ("held", True, 19),
        ("later", True, 19),
        ("never", False, None),
        ("released", False, 7),
    ]


def test_held_charges_by_facility_status_and_cpt(ledger: Ledger, owner: str) -> None:
    usual = {"facility_name": "NORTH", "claim_status": "ON HOLD", "charge_cpt_code": "99213"}
    rows = [
        usual
        | {
            "charge_id": "1",
            "claim_id": "7",
            "charge_amount": Decimal("100.10"),
            "hold_start_date": date(2026, 11, 10),
        },
        usual
        | {
            "charge_id": "2",
            "claim_id": "7",
            "charge_amount": Decimal("50.05"),
            "charge_entered_date": date(2026, 11, 15),
        },
        usual | {"charge_id": "3", "claim_id": "8", "charge_amount": Decimal("9"), "charge_cpt_code": "99214"},
        usual | {"charge_id": "4", "hold_start_date": date(2026, 11, 1), "hold_release_date": AS_OF},
    ]
    ledger.show("charges_on_hold", rows, client=owner)
    assert ledger.read("charges_on_hold_view", "charge_id, hold_basis, days_on_hold, hold_bucket, is_on_hold") == [
        ("1", "hold start", 10, "6-10", True),
        ("2", "entry", 5, "0-5", True),
        ("3", "entry", None, "no date", True),
        ("4", "hold start", 19, "15-21", False),
    ]
    columns = "charge_cpt_code, facility_name, charge_count, claim_count, charge_amount, longest_days_on_hold"
    assert ledger.read("charges_on_hold", f"{columns}, average_days_on_hold") == [
        ("99213", "NORTH", 2, 1, Decimal("150.15"), 10, Decimal("7.5")),
        ("99214", "NORTH", 1, 1, Decimal("9.00"), None, None),
    ]


@pytest.mark.parametrize(
    ("status", "number", "stage"),
    [
        ("ON HOLD", 1, "on hold"),
        ("Hold - Coding", 1, "on hold"),
        ("READY TO BILL", 2, "ready to bill"),
        ("CLAIM AT INSURANCE", 3, "at insurance"),
        ("NEEDS RENEGOTIATING", 4, "in dispute with payer"),
        ("PENDING/APPROVED FOR HIGHER PAYMENT", 4, "in dispute with payer"),
        ("BALANCE DUE PATIENT", 5, "due from patient"),
        ("AT COLLECTIONS", 6, "at collections"),
        ("PAID", 7, "paid"),
        ("SOMETHING NEW", 8, "other"),
        (None, 8, "other"),
    ],
)
def test_stages_of_a_claim(ledger: Ledger, owner: str, status: str | None, number: int, stage: str) -> None:
    row = {"charge_id": "1", "claim_status": status, "charge_from_date": date(2026, 10, 20)}
    ledger.show("claim_stage_breakdown", [row], client=owner)
    columns = "stage_number, stage, dos_age_days, dos_bucket"
    assert ledger.read("claim_stage_breakdown_view", columns) == [(number, stage, 31, "31-60")]


def test_payments_by_who_paid_and_how_fast_they_were_posted(ledger: Ledger, owner: str) -> None:
    def line(number: str, insurance: str, total: str, allowed: str, **columns: object) -> dict[str, object]:
        return {
            "payment_id": number,
            "insurance_paid_amount": Decimal(insurance),
            "payment_total_paid": Decimal(total),
            "payment_allowed_amount": Decimal(allowed),
            "payment_received": date(2026, 11, 10),
            "payment_entered": date(2026, 11, 12),
            "charge_from_date": date(2026, 10, 13),
        } | columns

    rows = [
        line("1", "80", "80", "100"),
        line("2", "0", "20", "0"),
        line("3", "0", "0", "0"),
        line("4", "60", "75.50", "60"),
        line("5", "-80", "-80", "0", payment_entered=date(2026, 11, 9)),
        line("6", "10", "10", "0.01", payment_unapplied_amount=Decimal(10), charge_from_date=None),
    ]
    ledger.show("payment_trends", rows, client=owner)
    columns = (
        "payment_id, paid_by, payment_status, patient_paid_amount, is_reversal, posting_turnaround_days,"
        " posted_before_received, is_unapplied, unapplied_age_days, dos_to_posted_days"
    )
    assert ledger.read("payment_trends_view", columns) == [
        ("1", "insurance", "paid", Decimal(0), False, 2, False, False, None, 30),
        ("2", "patient", "not paid", Decimal(20), False, 2, False, False, None, 30),
        ("3", "nothing paid", "not paid", Decimal(0), False, 2, False, False, None, 30),
        ("4", "both", "paid", Decimal("15.50"), False, 2, False, False, None, 30),
        ("5", "insurance", "not paid", Decimal(0), True, -1, True, False, None, 27),
        ("6", "insurance", "paid", Decimal(0), False, 2, False, True, 8, None),
    ]

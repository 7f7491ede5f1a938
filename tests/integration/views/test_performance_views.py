"""Quadrants, staff, write-offs, patient days, revenue by month of service, freshness, the old table of requests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.integration.views.ledger import AS_OF, Ledger


def payment(charge: str | None, practice: str, charged: str | None, paid: str, **columns: object) -> dict[str, object]:
    return {
        "charge_id": charge,
        "practice_name": practice,
        "charge_amount": Decimal(charged) if charged is not None else None,
        "payment_total_paid": Decimal(paid),
        "payment_entered": date(2026, 11, 1),
    } | columns


def quadrants(ledger: Ledger, columns: str, dimension: str = "practice") -> list[tuple[object, ...]]:
    return ledger.read("quadrant_performance_view", columns, where=f"dimension = '{dimension}'")


def test_quadrants_are_split_at_the_medians(ledger: Ledger, owner: str) -> None:
    rows = [
        payment("1", "A", "1000", "900"),
        payment("2", "B", "800", "80"),
        payment("3", "C", "100", "80"),
        payment("4", "D", "50", "5"),
    ]
    ledger.show("quadrant_performance", rows, client=owner)
    columns = "member, charge_amount, yield_rate, median_charge_amount, median_yield, quadrant_number, quadrant"
    medians = (Decimal("450.00"), Decimal("0.4500"))
    assert quadrants(ledger, columns) == [
        ("A", Decimal(1000), Decimal("0.9"), *medians, 1, "high volume, high yield"),
        ("B", Decimal(800), Decimal("0.1"), *medians, 2, "high volume, low yield"),
        ("C", Decimal(100), Decimal("0.8"), *medians, 3, "low volume, high yield"),
        ("D", Decimal(50), Decimal("0.1"), *medians, 4, "low volume, low yield"),
    ]


def test_a_member_at_the_median_is_high_and_one_without_charges_splits_nothing(ledger: Ledger, owner: str) -> None:
    rows = [
        payment("1", "A", "300", "30"),
        payment("2", "B", "200", "100"),
        payment("3", "C", "100", "90"),
        payment(None, "D", None, "40"),
    ]
    ledger.show("quadrant_performance", rows, client=owner)
    columns = "member, charge_count, paid_amount, median_charge_amount, median_yield, quadrant"
    medians = (Decimal("200.00"), Decimal("0.5000"))
    assert quadrants(ledger, columns) == [
        ("A", 1, Decimal(30), *medians, "high volume, low yield"),
        ("B", 1, Decimal(100), *medians, "high volume, high yield"),
        ("C", 1, Decimal(90), *medians, "low volume, high yield"),
        ("D", 0, Decimal(40), *medians, "no charges"),
    ]


def test_a_charge_counts_once_and_a_takeback_is_taken_off(ledger: Ledger, owner: str) -> None:
    rows = [
        payment("1", "A", "300", "200"),
        payment("1", "A", "300", "50.25"),
        payment("1", "A", "300", "-100", charge_primary_payer_name="PAYER A"),
        payment("2", "A", "100", "0"),
    ]
    ledger.show("quadrant_performance", rows, client=owner)
    columns = "member, charge_count, payment_count, charge_amount, paid_amount, yield_rate"
    assert quadrants(ledger, columns) == [("A", 2, 4, Decimal(400), Decimal("150.25"), Decimal("0.3756"))]
    assert quadrants(ledger, "member, charge_amount", "payer") == [("PAYER A", Decimal(300)), (None, Decimal(100))]
    assert quadrants(ledger, "member", "facility") == []
    assert quadrants(ledger, "member", "provider") == []


def test_medians_are_those_of_the_client(ledger: Ledger, owner: str) -> None:
    other = ledger.client("Other client")
    ledger.show("quadrant_performance", [payment("1", "A", "10", "1"), payment("2", "B", "20", "1")], client=owner)
    ledger.show("quadrant_performance", [payment("1", "A", "9000", "1")], client=other)
    assert quadrants(ledger, "client_id::text, member, median_charge_amount") == [
        (owner, "A", Decimal(15)),
        (owner, "B", Decimal(15)),
        (other, "A", Decimal(9000)),
    ]


def test_work_of_a_user_by_note_and_by_minutes(ledger: Ledger, owner: str) -> None:
    note = {"created_by_user": "amber", "claim_id": "7", "last_note_date_max": date(2026, 11, 18)}
    bills = {"claim_first_billed_date": date(2026, 10, 1), "claim_last_billed_date": date(2026, 11, 1)}
    ledger.show("rcm_productivity", [note | bills], client=owner)
    columns = "created_by_user, days_since_note, note_week, was_billed_again"
    assert ledger.read("rcm_productivity_view", columns) == [("amber", 2, date(2026, 11, 16), True)]
    time = {"user_name": "amber", "task_name": "Appeals", "minutes_spent": Decimal(90), "work_date": date(2026, 11, 18)}
    ledger.show("user_time_spread", [time], client=owner)
    assert ledger.read("user_time_spread_view", "user_name, hours_spent, work_month") == [
        ("amber", Decimal("1.5"), date(2026, 11, 1))
    ]


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"adjustment_code": "45"}, "contractual"),
        ({"adjustment_code_s": "denwo"}, "denial"),
        ({"adjustment_code": "SBWO"}, "small balance"),
        ({"adjustment_code": "BDWO"}, "bad debt"),
        ({"adjustment_code": "CHAR"}, "charity"),
        ({"adjustment_code": "23"}, "secondary payer"),
        ({"adjustment_code": "W9", "adj_code_description": "Timely filing write off"}, "timely filing"),
        ({"adjustment_code": "W8", "adj_code_description": "Sent to collections"}, "bad debt"),
        ({"adjustment_code": "W7"}, "other"),
    ],
)
def test_kinds_of_write_offs(ledger: Ledger, owner: str, columns: dict[str, object], kind: str) -> None:
    ledger.show("write_off_trends", [{"charge_id": "1", **columns}], client=owner)
    assert ledger.read("write_off_trends_view", "kind") == [(kind,)]


def test_a_write_off_stands_on_the_day_it_was_posted_and_a_takeback_is_negative(ledger: Ledger, owner: str) -> None:
    received = {"payment_received": date(2026, 9, 30), "patient_total_credits": Decimal("5.00")}
    posted = {"adjustment_entered": date(2026, 10, 2), "adjustment_amount": Decimal("-5.00")}
    ledger.show(
        "write_off_trends", [{"charge_id": "1", **received}, {"charge_id": "2", **received, **posted}], client=owner
    )
    assert ledger.read("write_off_trends_view", "charge_id, posted_month, write_off_amount, is_takeback") == [
        ("1", date(2026, 9, 1), Decimal("5.00"), False),
        ("2", date(2026, 10, 1), Decimal("-5.00"), True),
    ]


def stay(patient: str | None, first: date, last: date, paid: str = "300", **columns: object) -> dict[str, object]:
    return {
        "facility_name": "NORTH",
        "credit_payer_name": "PAYER A",
        "charge_rev_code": "0126",
        "charge_patient_id": patient,
        "charge_from_date": first,
        "charge_to_date": last,
        "payment_allowed_amount": Decimal("500"),
        "insurance_paid_amount": Decimal(paid),
        "patient_paid_amount_w_copays": Decimal("20"),
    } | columns


def test_patient_days_are_patients_and_dates_once_each(ledger: Ledger, owner: str) -> None:
    rows = [
        stay("1", date(2026, 9, 1), date(2026, 9, 3)),
        stay("1", date(2026, 9, 2), date(2026, 9, 4)),
        stay("2", date(2026, 9, 2), date(2026, 9, 2), "50"),
        stay("2", date(2026, 9, 2), date(2026, 9, 1), "50"),
        stay(None, date(2026, 9, 9), date(2026, 9, 9), "0", primary_member_id="T9"),
    ]
    ledger.show("pdr3_calculator", rows, client=owner)
    columns = "charge_count, patient_days, paid_amount, paid_per_patient_day, insurance_paid_per_patient_day"
    assert ledger.read("pdr3_calculator_view", f"{columns}, allowed_per_patient_day") == [
        (5, 6, Decimal("800.00"), Decimal("133.33"), Decimal("116.67"), Decimal("416.67"))
    ]


def test_patient_days_are_those_of_the_last_three_full_months(ledger: Ledger, owner: str) -> None:
    days = [date(2026, 7, 31), date(2026, 8, 1), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30)]
    rows = [stay(str(n), day, day) for n, day in enumerate(days)]
    ledger.show("pdr3_calculator", rows, client=owner, account="1")
    ledger.show("pdr3_calculator", rows, client=owner, account="2", as_of=date(2026, 11, 30))
    # A long stay that begins on the last day counts whole.
    ledger.show("pdr3_calculator", [stay("1", date(2026, 10, 31), date(2027, 11, 1))], client=owner, account="3")
    columns = "customer_account, first_day, last_day, patient_days"
    assert ledger.read("pdr3_calculator_view", columns) == [
        ("1", date(2026, 8, 1), date(2026, 10, 31), 2),
        ("2", date(2026, 9, 1), date(2026, 11, 30), 3),
        ("3", date(2026, 8, 1), date(2026, 10, 31), 367),
    ]


def test_charges_that_name_no_patient_have_money_and_no_days(ledger: Ledger, owner: str) -> None:
    ledger.show("pdr3_calculator", [stay(None, date(2026, 9, 1), date(2026, 9, 3))], client=owner)
    columns = "charges_without_patient, patient_days, insurance_paid_amount, paid_per_patient_day"
    assert ledger.read("pdr3_calculator_view", columns) == [(1, None, Decimal("300.00"), None)]


def test_charges_stand_against_payments_by_month_of_service(ledger: Ledger, owner: str) -> None:
    dos = {"charge_from_date": date(2025, 12, 15)}
    charge = {"charge_id": "1", "charge_amount": Decimal("100.00"), "charge_entered_date": date(2026, 1, 2), **dos}
    paid = {"charge_id": "1", "charge_amount": Decimal("100.00"), "payment_entered": date(2026, 2, 1), **dos}
    rows = [
        paid | {"insurance_paid_amount": Decimal("60.00"), "payment_total_paid": Decimal("60.00")},
        paid | {"insurance_paid_amount": Decimal(0), "payment_total_paid": Decimal("15.50")},
        {"payment_entered": date(2026, 2, 1), "payment_total_paid": Decimal("9.00")},
    ]
    ledger.show("rev_rec_charges", [charge], client=owner)
    ledger.show("rev_rec_payments", rows, client=owner)
    columns = "entry, service_month, posted_month, charge_amount, insurance_paid_amount, patient_paid_amount"
    december, february = date(2025, 12, 1), date(2026, 2, 1)
    assert ledger.read("revenue_recognition_view", f"{columns}, months_to_payment") == [
        ("charge", december, date(2026, 1, 1), Decimal("100.00"), None, None, None),
        ("payment", december, february, None, Decimal(0), Decimal("15.50"), 2),
        ("payment", december, february, None, Decimal("60.00"), Decimal(0), 2),
        ("payment", None, february, None, None, Decimal("9.00"), None),
    ]


def test_freshness_tells_the_newest_day_what_waits_and_what_failed(ledger: Ledger, owner: str) -> None:
    ledger.show(
        "ar_aging", [{"charge_id": "1"}], client=owner, as_of=date(2026, 10, 31), known="[2026-10-31,2026-11-20)"
    )
    ledger.show("ar_aging", [{"charge_id": "1"}, {"charge_id": "2"}], client=owner, known="[2026-11-20,)")
    ledger.ask("ar_aging", "failed", client=owner)
    ledger.ask("gross_billing", "building", client=owner, identifier="4711")
    columns = "report_name, newest_as_of, newest_rows, shown_packages, last_request_state, is_under_way, has_failed"
    assert ledger.read("load_freshness_view", columns) == [
        ("ar_aging", AS_OF, 2, 1, "failed", False, True),
        ("gross_billing", None, None, None, "building", True, False),
    ]
    assert ledger.read(
        "load_freshness_view", "newest_as_of", where="report_name = 'ar_aging'", as_of=date(2026, 11, 1)
    ) == [(date(2026, 10, 31),)]


def test_status_is_1_while_an_identifier_waits_to_be_loaded(ledger: Ledger, owner: str) -> None:
    states = ("asking", "building", "cancelled", "failed", "held", "loaded", "ready", "waiting")
    for number, state in enumerate(states):
        ledger.ask("ar_aging", state, client=owner, identifier=None if state in ("waiting", "asking") else str(number))
    ledger.ask("ar_aging", "ready", client=owner)
    found = ledger.read("account_reports", "state, identifier, status")
    assert [(state, status) for state, _, status in found if status] == [("building", 1), ("ready", 1)]
    assert len(found) == 9
    assert ledger.read("account_reports", "requested_at")[0][0] <= datetime.now(UTC)

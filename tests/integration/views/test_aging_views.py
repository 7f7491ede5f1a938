"""AR aging: every edge of every bucket, credits apart, statements, what nobody has billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.integration.views.ledger import AS_OF, Ledger


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def charge(number: str, **columns: object) -> dict[str, object]:
    return {
        "charge_id": number,
        "charge_balance": Decimal("10.00"),
        "charge_primary_payer_name": "PAYER A",
        "charge_from_date": AS_OF,
        "charge_entered_date": AS_OF,
    } | columns


STANDARD = [
    *((age, 1, "0-30") for age in (-400, -1, 0, 1, 29, 30)),
    *((age, 2, "31-60") for age in (31, 60)),
    *((age, 3, "61-90") for age in (61, 90)),
    *((age, 4, "91-120") for age in (91, 120)),
    *((age, 5, "over 120") for age in (121, 5000)),
]
FINE = [
    *((age, 1, "0-5") for age in (-1, 0, 5)),
    *((age, 2, "6-10") for age in (6, 10)),
    *((age, 3, "11-14") for age in (11, 14)),
    *((age, 4, "15-21") for age in (15, 21)),
    *((age, 5, "22-30") for age in (22, 30)),
    *((age, 6, "31-45") for age in (31, 45)),
    *((age, 7, "46-60") for age in (46, 60)),
    *((age, 8, "61-90") for age in (61, 90)),
    *((age, 9, "over 90") for age in (91, 5000)),
]


@pytest.mark.parametrize(
    ("clock", "source"),
    [("dos", "charge_from_date"), ("entry", "charge_entered_date"), ("first_bill", "claim_first_billed_date")],
)
def test_every_edge_of_the_standard_buckets_on_every_clock(ledger: Ledger, owner: str, clock: str, source: str) -> None:
    ledger.show("ar_aging", [charge(str(age), **{source: ago(age)}) for age, _, _ in STANDARD], client=owner)
    found = ledger.read("ar_aging_view", f"{clock}_age_days, {clock}_bucket_number, {clock}_bucket")
    assert found == sorted(STANDARD)


@pytest.mark.parametrize(("clock", "source"), [("dos", "charge_from_date"), ("first_bill", "claim_first_billed_date")])
def test_every_edge_of_the_fine_buckets(ledger: Ledger, owner: str, clock: str, source: str) -> None:
    ledger.show("ar_aging", [charge(str(age), **{source: ago(age)}) for age, _, _ in FINE], client=owner)
    found = ledger.read("ar_aging_view", f"{clock}_age_days, {clock}_fine_bucket_number, {clock}_fine_bucket")
    assert found == sorted(FINE)


def test_unbilled_and_undated_balances_have_buckets_of_their_own(ledger: Ledger, owner: str) -> None:
    rows = [
        charge("unbilled"),
        charge("self pay", charge_primary_payer_name=None, charge_entered_date=ago(31)),
        charge("self pay said", charge_primary_payer_name="Self Pay", charge_entered_date=ago(61)),
        charge("no dos", charge_from_date=None, claim_first_billed_date=ago(1)),
    ]
    ledger.show("ar_aging", rows, client=owner)
    columns = "charge_id, first_bill_bucket_number, first_bill_bucket, first_bill_fine_bucket, dos_bucket"
    assert ledger.read("ar_aging_view", columns) == [
        ("no dos", 1, "0-30", "0-5", "no date"),
        ("self pay", 2, "31-60", "31-45", "0-30"),
        ("self pay said", 3, "61-90", "61-90", "0-30"),
        ("unbilled", 0, "unbilled", "unbilled", "0-30"),
    ]


def test_credits_are_not_aged_and_the_buckets_sum_to_the_ar(ledger: Ledger, owner: str) -> None:
    rows = [
        charge("old credit", charge_balance=Decimal("-40.25"), charge_from_date=ago(200)),
        charge("young", charge_balance=Decimal("100.00")),
        charge("old", charge_balance=Decimal("7.50"), charge_from_date=ago(121)),
    ]
    ledger.show("ar_aging", rows, client=owner)
    assert ledger.read("ar_aging_view", "dos_bucket_number, dos_bucket, debit_balance, credit_balance") == [
        (1, "0-30", Decimal("100.00"), Decimal(0)),
        (5, "over 120", Decimal("7.50"), Decimal(0)),
        (9, "credit", Decimal(0), Decimal("-40.25")),
    ]
    assert ledger.read("ar_aging_view", "sum(debit_balance) + sum(credit_balance) = sum(charge_balance)") == [(True,)]


def test_who_owes_and_how_often_the_patient_was_written_to(ledger: Ledger, owner: str) -> None:
    sent = [(0, 2), (1, 2), (4, 0), (2, 3), (6, 0), (4, 3)]
    rows = [
        charge(str(n), patient_statements_printed=printed, patient_stmts_sent_electronically=electronic)
        for n, (printed, electronic) in enumerate(sent)
    ]
    rows.append(charge("6", patient_statements_printed=3))
    rows.append(charge("7", charge_balance_due_ins=Decimal(6), charge_balance_due_other=Decimal(4)))
    ledger.show("ar_aging", rows, client=owner)
    found = ledger.read(
        "ar_aging_view", "charge_id, total_statements, statement_bucket_number, statement_bucket, balance_due_payer"
    )
    assert [row[1:4] for row in found] == [
        (2, 1, "less than 3"),
        (3, 2, "3-4"),
        (4, 2, "3-4"),
        (5, 3, "5-6"),
        (6, 3, "5-6"),
        (7, 4, "over 6"),
        (3, 2, "3-4"),
        (None, None, None),
    ]
    assert found[-1][-1] == Decimal("10.00")


def test_days_count_to_the_day_that_the_report_shows(ledger: Ledger, owner: str) -> None:
    september = date(2026, 9, 30)
    rows = [charge("1", charge_from_date=date(2026, 9, 1))]
    ledger.show("ar_aging", rows, client=owner, as_of=september, known="[2026-09-30,2026-11-20)")
    ledger.show("ar_aging", [], client=owner, known="[2026-11-20,)")
    assert ledger.read("ar_aging_view", "charge_id, dos_age_days, as_of", as_of=date(2026, 10, 31)) == [
        ("1", 29, september)
    ]
    assert ledger.read("ar_aging_view", "charge_id") == []
    assert ledger.read("ar_aging_view", "charge_id", as_of=date(2026, 9, 29)) == []

"""Denials: which code counts, what is no denial, what is initial, and dollars that are added once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lib.core.database import as_owner
from lib.core.settings import Settings
from sandbox.world.claim_codes import DENIAL_REASONS, NOT_DENIALS
from tests.integration.views.ledger import Ledger

POSTED = date(2026, 10, 5)


def remark(charge: str = "1", **columns: object) -> dict[str, object]:
    return {"charge_id": charge, "payment_entered": POSTED, "charge_amount": Decimal("100.00")} | columns


@pytest.mark.parametrize(
    ("group", "cell", "code", "category", "denial", "counts"),
    [
        ("CO", "45", "45", "no denial", False, False),
        ("PR", "1", "1", "no denial", False, False),
        ("PR", "2", "2", "no denial", False, False),
        ("PR", "3", "3", "no denial", False, False),
        ("OA", "23", "23", "no denial", False, False),
        (None, "CO-45", "45", "no denial", False, False),
        (None, "pr1", "1", "no denial", False, False),
        ("CO", "18", "18", "duplicate", True, False),
        ("CO", "22", "22", "coordination", True, False),
        ("CO", "197", "197", "authorization", True, True),
        (None, "CO 29", "29", "timely filing", True, True),
        ("CO", "B7", "B7", "other", True, True),
        (None, "CO-45, CO-16 N382", "16", "documentation", True, True),
        (None, "PR-1; OA-23", "1", "no denial", False, False),
        ("CO", "999", "999", "other", True, True),
        ("CO", None, None, "other", True, True),
        ("CO", "N382", None, "other", True, True),
    ],
)
def test_codes_are_read_and_sorted(
    ledger: Ledger,
    owner: str,
    group: str | None,
    cell: str | None,
    code: str | None,
    category: str,
    denial: bool,
    counts: bool,
) -> None:
    ledger.show("denial_trends", [remark(adjustment_group_code=group, unpaid_reason_code_s=cell)], client=owner)
    assert ledger.read("denial_trends_view", "reason_code, category, is_denial, counts_in_rate") == [
        (code, category, denial, counts)
    ]


def test_every_code_of_practice_mode_is_known_for_what_it_is(ledger: Ledger, owner: str) -> None:
    denials = {(group, code) for group, code, _, _ in DENIAL_REASONS}
    rows = [
        remark(f"{group}-{code}", adjustment_group_code=group, unpaid_reason_code_s=code)
        for group, code in denials | set(NOT_DENIALS)
    ]
    ledger.show("denial_trends", rows, client=owner)
    found = ledger.read("denial_trends_view", "group_code, reason_code, is_denial, codes_version")
    assert {(group, code) for group, code, denial, _ in found if denial} == denials
    assert all(version == 1 for *_, version in found)


def test_a_later_version_of_the_codes_takes_over(ledger: Ledger, owner: str, settings: Settings) -> None:
    ledger.show("denial_trends", [remark(unpaid_reason_code_s="16")], client=owner)
    with as_owner(settings) as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO reporting.denial_codes VALUES (2, '*', '16', 'coding', true, true)")
    assert ledger.read("denial_trends_view", "category, codes_version") == [("coding", 2)]


def test_a_denial_is_initial_when_it_came_with_the_first_remittance(ledger: Ledger, owner: str) -> None:
    first = date(2026, 10, 5)
    rows = [
        remark("first", payment_received=date(2026, 10, 2), charge_primary_payment_date=first),
        remark("by the day received", payment_received=first, charge_primary_payment_date=first),
        remark(
            "second",
            payment_received=date(2026, 10, 20),
            payment_entered=date(2026, 10, 22),
            charge_primary_payment_date=first,
        ),
        remark("unknown"),
    ]
    ledger.show("denial_trends", rows, client=owner)
    assert ledger.read("denial_trends_view", "charge_id, is_initial") == [
        ("by the day received", True),
        ("first", True),
        ("second", False),
        ("unknown", None),
    ]


def test_appeals_and_their_days(ledger: Ledger, owner: str) -> None:
    appealed, decided = date(2026, 10, 15), date(2026, 11, 4)
    rows = [
        remark("open"),
        remark("overturned", appeal_date=appealed, appeal_decision_date=decided, appeal_outcome="OVERTURNED"),
        remark("sent", appeal_date=appealed),
        remark("upheld", appeal_date=appealed, appeal_decision_date=decided, appeal_outcome="Upheld"),
    ]
    ledger.show("denial_trends", rows, client=owner)
    columns = "charge_id, is_resolved, is_overturned, denial_to_appeal_days, denial_to_resolution_days, open_days"
    assert ledger.read("denial_trends_view", columns) == [
        ("open", False, False, None, None, 46),
        ("overturned", True, True, 10, 30, None),
        ("sent", False, False, 10, None, 46),
        ("upheld", True, False, 10, 30, None),
    ]


def test_a_charge_with_several_remarks_is_added_once(ledger: Ledger, owner: str) -> None:
    rows = [
        remark("1", unpaid_reason_code_s="16", remark_code_s="N382"),
        remark("1", unpaid_reason_code_s="16", remark_code_s="MA130"),
        remark("1", unpaid_reason_code_s="45"),
        remark("1", unpaid_reason_code_s="18", payment_entered=date(2026, 11, 5)),
        remark("2", unpaid_reason_code_s="45", charge_amount=Decimal("30.00")),
    ]
    ledger.show("denial_trends", rows, client=owner)
    columns = (
        "charge_id, payment_entered, remark_count, category, reason_code, is_denial, counts_in_rate, charge_amount"
    )
    assert ledger.read("denied_charges_view", columns) == [
        ("1", POSTED, 3, "documentation", "16", True, True, Decimal("100.00")),
        ("1", date(2026, 11, 5), 1, "duplicate", "18", True, False, Decimal("100.00")),
        ("2", POSTED, 1, "no denial", "45", False, False, Decimal("30.00")),
    ]

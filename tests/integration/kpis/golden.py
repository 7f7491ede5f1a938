"""What a hand-made ledger is, and what one expects of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lib.analytics.kpis.model import NoValue
from lib.analytics.reading.filters import Filters

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a key figure must answer; None of numerator, denominator and rows is not looked at."""

    kpi: str
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    rows: int | None = None
    extras: Mapping[str, Decimal | int | None] = field(default_factory=dict)
    no_value: NoValue | None = None
    filters: Filters = field(default_factory=Filters)
    settings: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Golden:
    """The rows of the typed tables by report, the day they show, and what is worked out of them by hand."""

    name: str
    as_of: date
    reports: Mapping[str, Sequence[Row]]
    expected: Sequence[Expect]


def money(text: str) -> Decimal:
    """Dollars and cents."""
    return Decimal(text).quantize(Decimal("0.01"))


def day(text: str) -> date:
    """A day of 2026 as 10-31, or of another year as 2024-02-29."""
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


#: The day of most ledgers. Its 90 days begin on August 3, its 12 months on November 1, 2025.
MONTH_END = day("10-31")


def open_balance(charge: str, balance: str, dos: str, **more: Any) -> Row:
    """A row of ar_aging; entered on the DOS unless told otherwise."""
    return {
        "charge_id": charge,
        "charge_balance": money(balance),
        "charge_from_date": day(dos),
        "charge_entered_date": day(dos),
        "charge_primary_payer_name": "TEST Payer",
    } | more


def charge(
    charge_id: str, amount: str, entered: str, *, dos: str | None = None, billed: str | None = None, **more: Any
) -> Row:
    """A row of gross_billing, of a claim of its own; entered on the DOS unless told otherwise."""
    return {
        "charge_id": charge_id,
        "charge_claim_id": f"k{charge_id}",
        "charge_amount": money(amount),
        "charge_entered_date": day(entered),
        "charge_from_date": day(dos or entered),
        "claim_first_billed_date": day(billed) if billed else None,
        "charge_primary_payer_name": "TEST Payer",
    } | more


def payment(charge_id: str | None, paid: str, posted: str, *, received: str | None = None, **more: Any) -> Row:
    """A row of payment_trends: an insurer's, received on the day it was posted, unless told otherwise."""
    return {
        "charge_id": charge_id,
        "claim_id": f"k{charge_id}" if charge_id else None,
        "payment_total_paid": money(paid),
        "insurance_paid_amount": money(paid),
        "payment_unapplied_amount": money("0") if charge_id else money(paid),
        "payment_entered": day(posted),
        "payment_received": day(received or posted),
        "charge_primary_payer_name": "TEST Payer",
    } | more


def adjustment(charge_id: str, amount: str, posted: str, code: str) -> Row:
    """A row of write_off_trends."""
    return {
        "charge_id": charge_id,
        "adjustment_amount": money(amount),
        "adjustment_code_s": code,
        "adjustment_entered": day(posted),
        "payment_received": day(posted),
    }


def denial(charge_id: str, amount: str, posted: str, code: str, *, first: str | None = None, **more: Any) -> Row:
    """A row of denial_trends; of the first remittance unless that was another day."""
    return {
        "charge_id": charge_id,
        "claim_id": f"k{charge_id}",
        "charge_amount": money(amount),
        "payment_entered": day(posted),
        "payment_received": day(posted),
        "charge_primary_payment_date": day(first or posted),
        "unpaid_reason_code_s": code,
        "remark_code_s": "N1",
    } | more

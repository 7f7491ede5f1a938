"""Money is Decimal with two places, from the first byte to the last."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal | int | str) -> Decimal:
    """The amount with exactly two places, halves away from zero."""
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum with two places; 0.00 of nothing."""
    return cents(sum(amounts, ZERO))


def dollars(amount: Decimal) -> str:
    """The amount as people read it: $1,234.50, with a minus before the sign."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"

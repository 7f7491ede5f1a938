"""Amounts as people type them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from lib.core.errors import BadInput


def read_amount(text: str, name: str) -> Decimal | None:
    """The dollars that were typed, None for nothing; raises BadInput naming the field."""
    plain = text.strip().replace(",", "").removeprefix("$").strip()
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount != round(amount, 2):
        raise BadInput(f"The {name} “{text.strip()}” is not an amount.", fix="Write it as 1,234.50.")
    return amount

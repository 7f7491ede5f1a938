"""The value axes of charts: round ticks that begin at zero, written as amounts are written everywhere else."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lib.analytics.figures.figure import Unit
from lib.ui.charts.drawn import short

_MOST_STEPS = 5
#: Of what the values span, left free above the highest.
_ROOM = 0.04
_ROUND = (1, 2, 5, 10)


def value_axis(unit: Unit, values: Iterable[float]) -> dict[str, Any]:
    """An axis from zero that has room for all values, with its range and ticks as plotly wants them."""
    drawn = [0.0, *values]
    low, high = min(drawn), max(drawn)
    if low == high:
        high = 1.0
    room = (high - low) * _ROOM
    return axis_between(unit, low - room if low < 0 else 0.0, high + room if high > 0 else 0.0)


def axis_between(unit: Unit, low: float, high: float) -> dict[str, Any]:
    """An axis from `low` to `high`, wherever zero is, with round ticks in between."""
    step = _step(low, high, unit)
    first, last = math.ceil(low / step), math.floor(high / step)
    return _axis(unit, [number * step for number in range(first, last + 1)]) | {"range": [low, high]}


def powers_between(unit: Unit, low: float, high: float) -> dict[str, Any]:
    """A logarithmic axis between two powers of ten."""
    powers = [10.0**power for power in range(math.ceil(low), math.floor(high) + 1)]
    return _axis(unit, powers) | {"type": "log", "range": [low, high]}


def _axis(unit: Unit, values: list[float]) -> dict[str, Any]:
    return {"tickmode": "array", "tickvals": values, "ticktext": [_said(value, unit) for value in values]}


def _step(low: float, high: float, unit: Unit) -> float:
    rough = (high - low) / _MOST_STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in _ROUND if factor * power >= rough * (1 - 1e-9))
    # Half a charge is none.
    return max(step, 1.0) if unit is Unit.COUNT else step


def _said(value: float, unit: Unit) -> str:
    if unit is Unit.PERCENT:
        return f"{round(value * 100, 6):g}%"
    if unit is Unit.MONEY:
        cents = f"{value:,.2f}" if abs(value) < 10 and value != round(value) else ""
        return f"${cents}" if cents else short(Decimal(str(round(value, 6))), unit).replace(".0", "")
    return f"{round(value, 6):,.10g}"

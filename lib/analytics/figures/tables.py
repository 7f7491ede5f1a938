"""A figure as a table with exact values, as it is drawn and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lib.analytics.figures.figure import Figure, Unit

#: Percent is a fraction; days and hours may be a mean, which has no last place.
_TYPES: Mapping[Unit | None, pa.DataType] = {
    None: pa.string(),
    Unit.MONEY: pa.decimal128(38, 2),
    Unit.COUNT: pa.int64(),
    Unit.PERCENT: pa.float64(),
    Unit.DAYS: pa.float64(),
    Unit.HOURS: pa.float64(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TableColumn:
    """A column by its name in CSV and Parquet, its title for people, and its values from top to bottom.

    `unit` is that of its values; None: they are texts.
    """

    name: str
    title: str
    unit: Unit | None
    values: Sequence[Any]

    @property
    def total(self) -> Decimal | None:
        """What it adds up to; None where that would mean nothing."""
        if self.unit not in (Unit.MONEY, Unit.COUNT, Unit.HOURS):
            return None
        return sum((Decimal(value) for value in self.values if value is not None), Decimal(0))


def table_of(columns: Sequence[TableColumn]) -> pa.Table:
    """The columns side by side, in exact types where there are any."""
    schema = pa.schema([(each.name, _TYPES[each.unit]) for each in columns])
    arrays = [
        pa.array([_typed(value, kind) for value in each.values], type=kind)
        for each, kind in zip(columns, schema.types, strict=True)
    ]
    return pa.table(arrays, schema=schema)


def cross_table(figure: Figure, *, corner: str) -> tuple[TableColumn, ...]:
    """Labels down, those with the largest total first, and series across; `corner` is what the labels are."""
    totals = {label: _total(figure, label) for label in figure.labels}
    labels = sorted(figure.labels, key=lambda label: -totals[label])
    cells = {(part.label, part.series): part.height for part in figure.parts}
    across = [
        TableColumn(
            name=series, title=series, unit=figure.unit, values=[cells.get((label, series)) for label in labels]
        )
        for series in figure.series
    ]
    return (
        TableColumn(name=corner.lower(), title=corner, unit=None, values=labels),
        TableColumn(name="total", title="Total", unit=figure.unit, values=[totals[label] for label in labels]),
        *across,
    )


def _total(figure: Figure, label: str) -> Decimal:
    return sum((part.height or Decimal(0) for part in figure.parts if part.label == label), Decimal(0))


def _typed(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_integer(kind):
        return int(value)
    return float(value) if pa.types.is_floating(kind) else value

"""Reports of the whole catalog built by code: every column filled, each in the vendor's style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from lib.reports.catalog import Column, ColumnType, Report
from tests.unit.reports.payload_files import csv_text, zipped

FIRST_DAY = date(2026, 6, 1)


def built(report: Report, rows: int, *, columns: Sequence[Column] | None = None, first_day: date = FIRST_DAY) -> bytes:
    """A report of so many rows, one window day each; `columns` in another order or fewer."""
    chosen = columns or report.columns
    lines = [[written(column, number, first_day) for column in chosen] for number in range(rows)]
    return zipped(csv_text(lines, [column.label for column in chosen]))


def total_of(report: Report, rows: int) -> dict[str, Decimal]:
    """The sums that such a report has, by money column."""
    total = sum((amount(number) for number in range(rows)), Decimal(0))
    return dict.fromkeys(report.money_columns, total)


def amount(number: int) -> Decimal:
    """The amount of a row: some negative, some in the thousands."""
    return Decimal(123_457 * (number % 7) - 250_000) / 100


def written(column: Column, number: int, first_day: date) -> str:
    """A cell as the vendor writes it."""
    return _WRITTEN[column.type](column, number, first_day)


def _money(column: Column, number: int, first_day: date) -> str:
    value = amount(number)
    return f"${value:,.2f}" if value >= 0 else f"(${-value:,.2f})"


def _date(column: Column, number: int, first_day: date) -> str:
    day = first_day + timedelta(days=number)
    return f"{day.month}/{day.day}/{day.year}"


_WRITTEN: dict[ColumnType, Callable[[Column, int, date], str]] = {
    ColumnType.TEXT: lambda column, number, first_day: f"TEST {column.name} {number}",
    ColumnType.MONEY: _money,
    ColumnType.DATE: _date,
    ColumnType.INTEGER: lambda column, number, first_day: str(number),
    ColumnType.DECIMAL: lambda column, number, first_day: f"{number}.25",
}

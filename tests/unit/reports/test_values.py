"""Cells to values: what each type reads, what it refuses, and that nothing is ever rounded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.reports.catalog import ColumnType
from lib.reports.reading.values import typed_values, unreadable


def read(kind: ColumnType, *cells: str | None) -> list[Any]:
    """The values, with "?" where a cell cannot be read."""
    column = pa.array(cells, pa.string())
    values = typed_values(column, kind)
    wrong = unreadable(column, values).to_pylist()
    return ["?" if bad else value for value, bad in zip(values.to_pylist(), wrong, strict=True)]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("$5,895.00", "5895.00"),
        ("(123.45)", "-123.45"),
        ("($1,234.50)", "-1234.50"),
        ("$(1,234.50)", "-1234.50"),
        ("-$5.00", "-5.00"),
        ("$-5.00", "-5.00"),
        ("-0.01", "-0.01"),
        ("0", "0.00"),
        ("$.50", "0.50"),
        ("7.", "7.00"),
        ("1234.5", "1234.50"),
        ("12.3400", "12.34"),
        ("0000012.34", "12.34"),
        (" $1.00 ", "1.00"),
        ("999999999999.99", "999999999999.99"),
        ("$999,999,999,999.99", "999999999999.99"),
    ],
)
def test_amounts_are_read_as_vendors_write_them(cell: str, amount: str) -> None:
    assert read(ColumnType.MONEY, cell) == [Decimal(amount)]


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "free",
            "$",
            "-",
            "()",
            "1.005",
            "12,34.00",
            "1,2345",
            "1.2.3",
            "--5",
            "(-5.00)",
            "-(5.00)",
            "5.00-",
            "(5.00",
        ),
        *("5.00)", "1E5", "NaN", "Infinity", "0x10", "€5.00", "$$5", "5 00", "1000000000000.00", "١٢", "5\n6"),
        "1,234,567,890,123.00",
    ],
)
def test_what_is_no_amount_is_refused_whole(cell: str) -> None:
    assert read(ColumnType.MONEY, cell, "$1.00") == ["?", Decimal("1.00")]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("3/4/2026", date(2026, 3, 4)),
        ("03/04/2026", date(2026, 3, 4)),
        ("2026-03-04", date(2026, 3, 4)),
        ("2/29/2024", date(2024, 2, 29)),
        ("3/4/2026 11:59:59 PM", date(2026, 3, 4)),
        ("2026-03-04T23:59:59.5Z", date(2026, 3, 4)),
        (" 3/4/2026 ", date(2026, 3, 4)),
        ("1/1/1900", date(1900, 1, 1)),
        ("12/31/2100", date(2100, 12, 31)),
    ],
)
def test_dates_are_read_month_first_or_iso(cell: str, day: date) -> None:
    assert read(ColumnType.DATE, cell) == [day]


@pytest.mark.parametrize(
    "cell",
    [
        "2/29/2026",
        "13/1/2026",
        "31/12/2026",
        "3/4/26",
        "3-4-2026",
        "20260304",
        "0/0/0000",
        "1/1/0001",
        "1/1/1899",
        "1/1/2101",
        "46085",
        "3/4/2026x",
        "3/4/2026 lunch",
        "yesterday",
        "٣/٤/٢٠٢٦",
    ],
)
def test_what_is_no_date_is_refused(cell: str) -> None:
    assert read(ColumnType.DATE, cell) == ["?"]


def test_whole_numbers_are_read_and_fractions_refused() -> None:
    assert read(ColumnType.INTEGER, "0", "-3", "(4)", "1,234", "12.00", "007", "999999999999999") == [
        0,
        -3,
        -4,
        1234,
        12,
        7,
        999_999_999_999_999,
    ]
    assert read(ColumnType.INTEGER, "1.5", "$3", "1000000000000000", "three", "1e3") == ["?"] * 5


def test_decimals_keep_four_places_and_refuse_a_fifth() -> None:
    assert read(ColumnType.DECIMAL, "1.00", "0.2500", "-1,000.1234", "2.50000") == [
        Decimal("1.0000"),
        Decimal("0.2500"),
        Decimal("-1000.1234"),
        Decimal("2.5000"),
    ]
    assert read(ColumnType.DECIMAL, "0.12345", "$1.00", "45%") == ["?"] * 3


@pytest.mark.parametrize("kind", [ColumnType.MONEY, ColumnType.DECIMAL])
def test_more_zeros_than_a_decimal_holds_are_refused_and_break_off_nothing(kind: ColumnType) -> None:
    assert read(kind, "1." + "0" * 60, "." + "0" * 60, "1.50", "0" * 60 + "1.5") == ["?", "?", *[Decimal("1.50")] * 2]


@pytest.mark.parametrize("kind", [kind for kind in ColumnType if kind is not ColumnType.TEXT])
def test_empty_cells_and_spaces_are_missing_not_wrong(kind: ColumnType) -> None:
    assert read(kind, None, "", "  ", "\t") == [None] * 4


def test_text_that_looks_like_a_number_stays_text() -> None:
    assert read(ColumnType.TEXT, "0123", "1e5", " 02 ", "$1") == ["0123", "1e5", " 02 ", "$1"]


@given(st.lists(st.integers(-(10**14) + 1, 10**14 - 1), min_size=1, max_size=50))
def test_every_amount_of_cents_survives_every_way_of_writing_it(cents: list[int]) -> None:
    amounts = [Decimal(cent) / 100 for cent in cents]
    for write in (
        lambda amount: f"{amount:.2f}",
        lambda amount: f"{'-' if amount < 0 else ''}${abs(amount):,.2f}",
        lambda amount: f"(${-amount:,.2f})" if amount < 0 else f"{amount:,.2f}",
    ):
        assert read(ColumnType.MONEY, *map(write, amounts)) == amounts


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_survives_both_ways_of_writing_it(day: date) -> None:
    assert read(ColumnType.DATE, f"{day.month}/{day.day}/{day.year}", day.isoformat()) == [day, day]


@given(st.text("0123456789$(),.-/ eE+", max_size=14), st.sampled_from([kind for kind in ColumnType if kind != "text"]))
def test_no_text_raises_and_a_number_is_what_its_digits_spell(cell: str, kind: ColumnType) -> None:
    value = read(kind, cell)[0]
    if isinstance(value, int | Decimal):
        assert abs(value) == Decimal(cell.strip(" $()-").replace(",", ""))
        assert (value < 0) == (("-" in cell or "(" in cell) and value != 0)

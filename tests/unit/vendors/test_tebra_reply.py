"""Dates, amounts and rows are read as the vendor really writes them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.vendors.errors import UnexpectedReply
from lib.vendors.tebra.reply import Row, parse_xml, read_date, read_decimal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3/4/2026", date(2026, 3, 4)),
        ("03/04/2026", date(2026, 3, 4)),
        ("11/2/2026 12:00:00 AM", date(2026, 11, 2)),
        ("2026-11-02", date(2026, 11, 2)),
        ("2026-11-02T23:59:59", date(2026, 11, 2)),
        ("2026-11-02 08:00:00", date(2026, 11, 2)),
        ("  11/2/2026 ", date(2026, 11, 2)),
        ("", None),
        ("1/1/0001 12:00:00 AM", None),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_dates_lose_their_time_and_nothing_else(text: str, expected: date | None) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize("text", ["13/40/2026", "2/30/2026", "yesterday", "2026-11", "11-02-2026", "٣/٤/2026"])
def test_what_is_no_date_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        read_date(text)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_every_day_survives_both_spellings(day: date) -> None:
    assert read_date(f"{day.month}/{day.day}/{day.year} 12:00:00 AM") == day
    assert read_date(f"{day.isoformat()}T00:00:00") == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("25.1000", Decimal("25.1")),
        ("$1,234.50", Decimal("1234.50")),
        ("-5", Decimal(-5)),
        ("(5.00)", Decimal(-5)),
        ("", None),
    ],
)
def test_amounts_are_exact(text: str, expected: Decimal | None) -> None:
    assert read_decimal(text) == expected


@pytest.mark.parametrize("text", ["NaN", "Infinity", "12abc", "--1", "1_000"])
def test_what_is_no_amount_is_never_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        read_decimal(text)


def row(xml: str) -> Row:
    return Row(parse_xml(xml.encode()), "GetPatient")


def test_nil_missing_and_empty_members_read_as_nothing() -> None:
    patient = row('<P xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><A i:nil="true"/><B/><C> x </C></P>')
    assert (patient.text("A"), patient.text("B"), patient.text("C"), patient.text("D")) == ("", "", "x", "")
    assert patient.row("A") is None
    assert patient.rows("A", "X") == []
    assert patient.day("D") is None


def test_an_unreadable_value_is_an_error_that_does_not_quote_it() -> None:
    with pytest.raises(UnexpectedReply) as caught:
        row("<P><DOB>sometime 1970</DOB></P>").day("DOB")
    assert "DOB" in str(caught.value)
    assert "1970" not in str(caught.value)


def test_a_reply_of_many_megabytes_is_read() -> None:
    rows = f"<R><ID>1</ID><Note>{'x' * 400}</Note></R>" * 40_000
    assert len(row(f"<P><L>{rows}</L></P>").rows("L", "R")) == 40_000

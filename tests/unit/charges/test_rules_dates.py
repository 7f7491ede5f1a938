"""Typed dates: read as the trade means them, or refused with the way they were read."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charges.sheet.dates import months_before, read_typed_date, show
from lib.charges.sheet.fault import Fault

TODAY = date(2026, 11, 20)
NOV_3 = date(2026, 11, 3)


@pytest.mark.parametrize(
    "text",
    ["11/3/2026", "11/03/2026", "11-03-2026", "11-3-2026", "2026-11-03", "2026/11/3", "2026.11.03", "20261103",
     "11/3/26", "Nov 3, 2026", "November 3 2026", "nov. 3rd, 2026", "3 Nov 2026", "3-Nov-2026", "3-Nov-26", "03NOV2026",
     "Nov-3-2026", "Tuesday, November 3, 2026", "Tue Nov 3, 2026", "2026-11-03T00:00:00", "2026-11-03 00:00",
     "11/3/2026 8:15:00 AM"],
)  # fmt: skip
def test_the_usual_forms_are_read(text: str):
    assert read_typed_date(text, TODAY) == NOV_3


def test_slashes_are_month_then_day():
    assert read_typed_date("03/04/2026", TODAY) == date(2026, 3, 4)


def test_september_has_four_letters_too():
    assert read_typed_date("Sept 9, 2026", TODAY) == date(2026, 9, 9)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("03-04-05", "Mar 4, 2005"),
        ("11-03-26", "Nov 3, 2026"),
        ("01/02/03", "Jan 2, 2003"),
        ("3.4.26", "Mar 4, 2026"),
        ("03.04.2026", "Mar 4, 2026"),
        ("3-Nov-99", "Nov 3, 2099"),
    ],
)
def test_an_ambiguous_date_is_refused_and_shows_how_it_was_read(text: str, read: str):
    fault = read_typed_date(text, TODAY)
    assert isinstance(fault, Fault)
    assert "ambiguous" in fault.what and read in fault.what


def test_dots_are_accepted_where_only_one_order_makes_a_date():
    assert read_typed_date("11.23.2026", TODAY) == date(2026, 11, 23)
    assert read_typed_date("11.11.2026", TODAY) == date(2026, 11, 11)


def test_day_first_is_refused_and_shows_that_it_was_read_as_a_month():
    for text in ("25/12/2026", "25-12-2026", "25.12.2026", "13/01/26"):
        fault = read_typed_date(text, TODAY)
        assert isinstance(fault, Fault) and "read as month" in fault.what


def test_excels_day_count_is_refused_and_shows_the_day_that_it_may_be():
    fault = read_typed_date("46329", TODAY)
    assert isinstance(fault, Fault) and "Nov 3, 2026" in fault.what


@pytest.mark.parametrize(
    "text",
    ["2/30/2026", "2026-13-01", "0/1/2026", "11/0/2026", "Foo 3, 2026", "Nov 2026", "2026", "11/2026", "tomorrow",
     "11//2026", "11/3-2026", "11/3/026", "20261303", "11032026", "0", "9" * 400, "11/3/2026 and more",
     "0000-01-01", "١١/٣/٢٠٢٦"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str):
    assert isinstance(read_typed_date(text, TODAY), Fault)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2026, 11, 20)))
def test_every_day_written_in_full_is_read_back(day: date):
    for text in (f"{day.month}/{day.day}/{day.year}", day.isoformat(), show(day), f"{day:%m-%d-%Y}", f"{day:%d-%b-%Y}"):
        assert read_typed_date(text, TODAY) == day


@given(st.text(max_size=30))
def test_any_text_is_a_date_or_a_fault(text: str):
    assert isinstance(read_typed_date(text, TODAY), date | Fault)


@given(st.dates(min_value=date(1995, 1, 1), max_value=date(2100, 12, 31)), st.integers(min_value=0, max_value=36))
def test_months_before_lands_in_the_right_month_on_the_same_or_its_last_day(day: date, months: int):
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day == day.day or (earlier.day < day.day and (earlier + timedelta(days=1)).day == 1)

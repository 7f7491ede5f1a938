"""Reading a typed date as a billing office in the United States means it, and refusing what could be meant twice.

Month, day, year is the trade's order. Accepted: 11/3/2026, 11-03-2026, 2026-11-03, 20261103, Nov 3, 2026 and
3-Nov-2026; a time after the date is cut. A two-digit year is accepted behind slashes or a month's name (11/3/26,
3-Nov-26) when the date so read lies in the last ten years or the coming one.

Ambiguous, and therefore a fault that shows how the text was read: a two-digit year behind dashes or dots (03-04-05),
a two-digit year that gives an old date (01/02/03), dots where day and month could change places (03.04.2026), and a
bare number (Excel's day count, or a date without separators that is not year first). A first part above 12
(25/12/2026) is read as the month and refused, because the rest of such a sheet is likely to be day first as well.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from lib.charges.sheet.fault import Fault

_TIME = r"(?:[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]\.?M\.?)?)?"
_PARTS = re.compile(r"(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})" + _TIME, re.ASCII | re.IGNORECASE)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +)?"
_MONTH_FIRST = re.compile(
    _WEEKDAY + r"([a-z]{3,9})\.?[ -]+(\d{1,2})(?:st|nd|rd|th)?[ ,-]+(\d{4}|\d{2})" + _TIME, re.ASCII | re.IGNORECASE
)
_DAY_FIRST = re.compile(
    _WEEKDAY + r"(\d{1,2})(?:st|nd|rd|th)?[ -]*([a-z]{3,9})\.?[ ,-]*(\d{4}|\d{2})" + _TIME, re.ASCII | re.IGNORECASE
)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)

_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_TYPE_IT = "Type it as month/day/year with four digits for the year, e.g. 11/3/2026."
#: Day 0 of Excel's 1900 calendar, as it holds for every day since March 1900.
_EXCEL_DAY_0 = date(1899, 12, 30)


def show(day: date) -> str:
    """The date in words that cannot be misread: Nov 3, 2026."""
    return f"{_MONTHS[day.month - 1][:3].title()} {day.day}, {day.year}"


@lru_cache(maxsize=8192)
def read_typed_date(text: str, today: date) -> date | Fault:
    """The date that this text means, or why it means none; the module says which forms are accepted."""
    if match := _PARTS.fullmatch(text):
        first, separator, second, third = match.groups()
        if len(first) == 4 and len(third) <= 2:
            return _calendar_date(int(first), int(second), int(third))
        if len(first) <= 2 and len(third) in (2, 4):
            return _month_day_year(int(first), int(second), third, separator, today)
        return Fault(what="is not a date.", fix=_TYPE_IT)
    if match := _MONTH_FIRST.fullmatch(text):
        return _named_month(match[1], match[2], match[3], today)
    if match := _DAY_FIRST.fullmatch(text):
        return _named_month(match[2], match[1], match[3], today)
    if match := _COMPACT.fullmatch(text):
        return _calendar_date(int(match[1]), int(match[2]), int(match[3]))
    if _NUMBER.fullmatch(text):
        return _bare_number(text)
    return Fault(what="is not a date.", fix=_TYPE_IT)


def _month_day_year(month: int, day: int, year_text: str, separator: str, today: date) -> date | Fault:
    if month > 12:
        return Fault(what=f"was read as month {month}, day {day}, and there is no month {month}.", fix=_TYPE_IT)
    if len(year_text) == 2:
        return _short_year(month, day, year_text, today, certain=separator == "/")
    year = int(year_text)
    read = _calendar_date(year, month, day)
    swapped = _calendar_date(year, day, month)
    if separator == "." and isinstance(read, date) and isinstance(swapped, date) and read != swapped:
        return Fault(what=f"is ambiguous: read as {show(read)}, but it may mean {show(swapped)}.", fix=_TYPE_IT)
    return read


def _short_year(month: int, day: int, year_text: str, today: date, *, certain: bool) -> date | Fault:
    read = _calendar_date(2000 + int(year_text), month, day)
    if isinstance(read, Fault) or (certain and today.year - 10 <= read.year <= today.year + 1):
        return read
    return Fault(what=f"is ambiguous: read as {show(read)}, but the year has only two digits.", fix=_TYPE_IT)


def _named_month(name: str, day: str, year: str, today: date) -> date | Fault:
    word = name.casefold()
    month = next((n for n, full in enumerate(_MONTHS, start=1) if full.startswith(word) or word == full[:4]), 0)
    if not month:
        return Fault(what="is not a date: there is no such month.", fix=_TYPE_IT)
    if len(year) == 2:
        return _short_year(month, int(day), year, today, certain=True)
    return _calendar_date(int(year), month, int(day))


def _bare_number(text: str) -> Fault:
    days = int(float(text)) if len(text) < 12 else 0
    if 20_000 <= days <= 80_000:
        meant = show(_EXCEL_DAY_0 + timedelta(days=days))
        return Fault(what=f"was read as a number, which Excel may show as {meant}.", fix="Format the cell as a date.")
    return Fault(what="was read as a number, not as a date.", fix=_TYPE_IT)


def _calendar_date(year: int, month: int, day: int) -> date | Fault:
    try:
        return date(year, month, day)
    except ValueError:
        return Fault(what=f"was read as month {month}, day {day}, year {year}, and there is no such day.", fix=_TYPE_IT)


def months_before(day: date, months: int) -> date:
    """The same day that many months earlier, or the last day of that month when it is shorter."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))

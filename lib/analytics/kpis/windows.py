"""The days that key figures look at. Pure arithmetic of dates."""

from __future__ import annotations

from datetime import date, timedelta

from lib.analytics.kpis.definitions import Definition, WindowKind
from lib.analytics.kpis.model import Window
from lib.analytics.reading.filters import Filters

_DAY = timedelta(days=1)


def window_of(definition: Definition, filters: Filters, as_of: date, *, matured_days: int = 0) -> Window:
    """The days a figure looks at: the chosen ones up to the as-of day, else its own, matured; a standing its own."""
    if definition.standing:
        return usual(definition.window, as_of)
    last = as_of - timedelta(days=matured_days)
    if filters.last_day is not None:
        last = min(filters.last_day, as_of)
    elif filters.first_day is not None and filters.first_day > last:
        last = as_of
    return Window(first=filters.first_day or usual(definition.window, last).first, last=last)


def usual(kind: WindowKind, last: date) -> Window:
    """The window of a kind that ends on a day."""
    match kind:
        case WindowKind.AS_OF:
            return Window(first=last, last=last)
        case WindowKind.NINETY_DAYS:
            return trailing(last, 90)
        case WindowKind.TWELVE_MONTHS:
            return Window(first=_year_before(last + _DAY), last=last)
        case WindowKind.MONTH:
            return Window(first=last.replace(day=1), last=last)


def trailing(last: date, days: int) -> Window:
    """So many calendar days, the last one being `last`."""
    return Window(first=last - timedelta(days=days - 1), last=last)


def earlier(window: Window, days: int) -> Window:
    """A window of the same length, so many days before."""
    return Window(first=window.first - timedelta(days=days), last=window.last - timedelta(days=days))


def period_before(kind: WindowKind, window: Window) -> Window:
    """What a window is compared with: of a month to date the same days of the month before, else as many days before.

    A whole month is compared with the whole month before it, however long.
    """
    if kind is WindowKind.MONTH and window.first.day == 1 and window.last < _month_after(window.first):
        end = window.first - _DAY
        whole = (window.last + _DAY).day == 1
        last = end if whole else end.replace(day=min(window.last.day, end.day))
        return Window(first=end.replace(day=1), last=last)
    if kind is WindowKind.TWELVE_MONTHS and window == usual(kind, window.last):
        return usual(kind, window.first - _DAY)
    return earlier(window, window.days)


def month_end_before(day: date) -> date:
    """The last month end before a day."""
    return day.replace(day=1) - _DAY


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _year_before(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 3, 1)
    return day.replace(year=day.year - 1)

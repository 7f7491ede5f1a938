"""Months and spans of days in figures: which are over, how they are labelled, and what a page shows unasked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from lib.analytics.reading.filters import Filters, conditions_on
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, View

#: Collections of a month are final so many days after its end.
COLLECTION_DAYS = 183
#: Months that page and API show where no days are chosen, the running one among them.
RECENT_MONTHS = 25


def newest_day(reader: Reader, view: View, filters: Filters) -> date | None:
    """The newest day that the rows of a view show, whichever days are chosen; None where there are none."""
    conditions = conditions_on(view, filters, dated=False)
    question = questions("figures")["newest_day"].format(view=view.name, conditions=conditions.sql)
    found: date | None = reader.ask(question, conditions.parameters).rows[0][0]
    return found


def month_label(month: date) -> str:
    """A month as a figure's label: 2026-10."""
    return f"{month:%Y-%m}"


def month_end(month: date) -> date:
    """The last day of the month that begins on that day."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def is_over(month: date, newest: date) -> bool:
    """Whether the rows of that day show the whole month."""
    return month_end(month) <= newest


def is_collected(month: date, newest: date) -> bool:
    """Whether what is collected for services of the month is final, as far as it ever is."""
    return month_end(month) + timedelta(days=COLLECTION_DAYS) <= newest


def months_before(day: date, count: int) -> date:
    """The first day of the month that lies so many months before the month of a day."""
    number = day.year * 12 + day.month - 1 - count
    return date(number // 12, number % 12 + 1, 1)


def span(filters: Filters, first: date, last: date, clock: Clock) -> Filters:
    """The filters with these days where no days are chosen."""
    if filters.first_day or filters.last_day:
        return filters
    return replace(filters, first_day=first, last_day=last, clock=clock)

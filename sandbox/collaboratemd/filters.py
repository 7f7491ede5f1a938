"""The saved filters: everything, the last 90 days, and a report as it was at the end of a past month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.world.days import Month, date_of

EVERYTHING = "everything"
LAST_90_DAYS = "last_90_days"
WINDOW_DAYS = 90
#: A year and the month before it, so that every month can be compared with that of a year ago.
MONTH_ENDS = 13
_JANUARY_2000 = Month(2000, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A saved filter; `as_of` is the evening that it shows, unless that is the latest one.

    `nth` tells the filters of one report apart; that of a month end is the same as long as the filter is there.
    """

    name: str
    nth: int
    as_of: date | None = None


def saved_filters(today: date) -> tuple[Filter, ...]:
    """The filters of each report on a day: the two plain ones, and the last month ends, the oldest first."""
    return (
        Filter(name=EVERYTHING, nth=0),
        Filter(name=LAST_90_DAYS, nth=1),
        *(
            Filter(name=name_month_end(day), nth=Month.of(day).ordinal - _JANUARY_2000.ordinal, as_of=day)
            for day in month_ends(today)
        ),
    )


def month_ends(today: date) -> tuple[date, ...]:
    """The last days of the months before the running one, the oldest first."""
    running = Month.of(today)
    return tuple(date_of(running.later(1 - back).first_day - 1) for back in range(MONTH_ENDS, 0, -1))


def name_month_end(day: date) -> str:
    """The name of the filter that shows the end of a day's month, such as month_end_2026_10."""
    return f"month_end_{day:%Y_%m}"

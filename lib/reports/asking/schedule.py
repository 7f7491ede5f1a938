"""When a report is due, in its client's own time: pure, and right on the days on which clocks change.

Daily, weekly on Mondays, monthly on the 1st, at the client's time of day. A time that a clock skips is taken when the
clock has gone on; of a time that comes twice, the first counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lib.core.errors import BadInput
from lib.reports.catalog import Cadence

#: Time of day at which a client's reports are asked for, unless its schedule says another.
USUAL_TIME = time(5)
#: Days after which what was loaded last is old.
_DAYS = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.MONTHLY: 31}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_ON: dict[Cadence, Callable[[date], bool]] = {
    Cadence.DAILY: lambda day: True,
    Cadence.WEEKLY: lambda day: day.weekday() == 0,
    Cadence.MONTHLY: lambda day: day.day == 1,
}


def read_time(text: str) -> time:
    """A time of day as HH:MM; raises BadInput."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise BadInput(f"“{text}” is not a time of day.", fix="Write it as 05:00.")
    return time(int(found.group(1)), int(found.group(2)))


def latest_time(cadence: Cadence, zone: ZoneInfo, at: time, now: datetime) -> datetime:
    """The latest scheduled time that is not after `now`, in UTC."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    while True:
        if _ON[cadence](day):
            moment = _moment(day, at, zone)
            if moment <= now:
                return moment
        day -= timedelta(days=1)


def next_time(cadence: Cadence, zone: ZoneInfo, at: time, now: datetime) -> datetime:
    """The first scheduled time after `now`, in UTC."""
    day = now.astimezone(zone).date() - timedelta(days=1)
    while True:
        if _ON[cadence](day):
            moment = _moment(day, at, zone)
            if moment > now:
                return moment
        day += timedelta(days=1)


def is_stale(cadence: Cadence, as_of: date, today: date) -> bool:
    """Whether a report that shows `as_of` is older than its cadence lets it be."""
    return (today - as_of).days > _DAYS[cadence]


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)

"""When work recurs: rules that people pick in words, kept as text, right on the days on which clocks change.

A rule is five fields of cron, read on the clock of a time zone, or “every N minutes”, which no clock changes. A time
that a clock skips is taken as soon as the clock has gone on; of a time that comes twice, the first counts.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cron_descriptor import FormatError, Options, get_description
from croniter import CroniterBadDateError, CroniterError, croniter

from lib.core.errors import BadInput

#: Minutes between two times of an interval, at least and at most.
LEAST_MINUTES, MOST_MINUTES = 5, 1440
#: The last day that every month has.
LAST_DAY = 28
_EVERY = re.compile(r"every ([1-9]\d{0,3}) minutes", re.ASCII)
_CRON = re.compile(r"[0-9A-Za-z*/,\-]+( [0-9A-Za-z*/,\-]+){4}", re.ASCII)
_PICKED = re.compile(r"(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|1-5|[0-6])", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


class Rhythm(StrEnum):
    """The shapes of rules that a form knows; CRON is any other."""

    DAILY = "every day"
    WEEKDAYS = "on weekdays"
    WEEKLY = "every week"
    MONTHLY = "every month"
    INTERVAL = "every so many minutes"
    CRON = "cron"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """When something recurs; made by the functions below, which refuse what can never come."""

    text: str
    rhythm: Rhythm
    at: time | None = None
    #: Monday is 0.
    weekday: int | None = None
    day: int | None = None
    minutes: int | None = None

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first time after `moment`, in UTC; `zone` is the clock on which the rule is read."""
        if self.minutes is not None:
            step = timedelta(minutes=self.minutes)
            return _EPOCH + ((moment - _EPOCH) // step + 1) * step
        # Times of a clock come in the order of their moments, so the first that is later is the next.
        clock = croniter(self.text, moment.astimezone(zone).replace(tzinfo=None))
        while True:
            found = _moment_of(clock.get_next(datetime), zone)
            if found > moment:
                return found

    def following(self, moment: datetime, zone: ZoneInfo, count: int) -> list[datetime]:
        """The next `count` times after `moment`, in UTC."""
        found: list[datetime] = []
        while len(found) < count:
            moment = self.next_after(moment, zone)
            found.append(moment)
        return found

    @property
    def words(self) -> str:
        """The rule as people say it: “every day at 05:00”."""
        at = f"at {self.at:%H:%M}" if self.at is not None else ""
        match self.rhythm:
            case Rhythm.DAILY | Rhythm.WEEKDAYS:
                return f"{self.rhythm} {at}"
            case Rhythm.WEEKLY:
                return f"every {calendar.day_name[self.weekday or 0]} {at}"
            case Rhythm.MONTHLY:
                return f"on day {self.day} of every month {at}"
            case Rhythm.INTERVAL:
                hours, rest = divmod(self.minutes or 0, 60)
                every = f"{self.minutes} minutes" if rest else "hour" if hours == 1 else f"{hours} hours"
                return f"every {every}"
            case Rhythm.CRON:
                said = get_description(self.text, options=Options(use_24hour_time_format=True, locale_code="en_US"))
                return f"{said[:1].lower()}{said[1:]}"


def daily(at: time) -> Rule:
    """Every day at a time of day."""
    return Rule(text=f"{at.minute} {at.hour} * * *", rhythm=Rhythm.DAILY, at=at)


def weekdays(at: time) -> Rule:
    """Monday to Friday at a time of day."""
    return Rule(text=f"{at.minute} {at.hour} * * 1-5", rhythm=Rhythm.WEEKDAYS, at=at)


def weekly(weekday: int, at: time) -> Rule:
    """One day a week at a time of day; Monday is 0. Raises BadInput."""
    if weekday not in range(7):
        raise BadInput(f"{weekday} is no day of the week.", fix="Give 0 for Monday to 6 for Sunday.")
    return Rule(text=f"{at.minute} {at.hour} * * {(weekday + 1) % 7}", rhythm=Rhythm.WEEKLY, at=at, weekday=weekday)


def monthly(day: int, at: time) -> Rule:
    """One day a month, which every month has, at a time of day; raises BadInput."""
    if not 1 <= day <= LAST_DAY:
        raise BadInput(f"Not every month has a day {day}.", fix=f"Choose a day from 1 to {LAST_DAY}.")
    return Rule(text=f"{at.minute} {at.hour} {day} * *", rhythm=Rhythm.MONTHLY, at=at, day=day)


def every(minutes: int) -> Rule:
    """Every so many minutes, counted from midnight UTC of 1970; raises BadInput."""
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise BadInput(
            f"Every {minutes} minutes cannot be done.", fix=f"Choose from {LEAST_MINUTES} to {MOST_MINUTES} minutes."
        )
    return Rule(text=f"every {minutes} minutes", rhythm=Rhythm.INTERVAL, minutes=minutes)


def read_rule(text: str) -> Rule:
    """A rule from its text; raises BadInput for what is no rule, and for a day that never comes."""
    text = " ".join(text.split())
    if found := _EVERY.fullmatch(text):
        return every(int(found.group(1)))
    if not _CRON.fullmatch(text):
        raise BadInput(f"“{text}” is not a rule.", fix="Write five fields of cron, as 30 6 * * 1-5.")
    try:
        croniter(text, datetime(2024, 1, 1)).get_next(datetime)
        get_description(text)
    except CroniterBadDateError:
        raise BadInput(f"“{text}” never comes.", fix="Choose a day that there is.") from None
    except (CroniterError, FormatError):
        raise BadInput(f"“{text}” is not a rule.", fix="Write five fields of cron, as 30 6 * * 1-5.") from None
    return _picked(text) or Rule(text=text, rhythm=Rhythm.CRON)


def _picked(text: str) -> Rule | None:
    """The rule as a form makes it, where it is one of those."""
    found = _PICKED.fullmatch(text)
    if not found:
        return None
    at, day, weekday = time(int(found.group(2)), int(found.group(1))), found.group(3), found.group(4)
    if day != "*":
        return monthly(int(day), at) if weekday == "*" and int(day) <= LAST_DAY else None
    if weekday in ("*", "1-5"):
        return daily(at) if weekday == "*" else weekdays(at)
    return weekly((int(weekday) - 1) % 7, at)


def _moment_of(clock: datetime, zone: ZoneInfo) -> datetime:
    """When a clock of the zone shows this; in UTC."""
    while True:
        moment = clock.replace(tzinfo=zone).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == clock:
            return moment
        clock += _MINUTE

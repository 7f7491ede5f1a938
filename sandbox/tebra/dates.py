"""Dates as the vendor takes and gives them (contract section 4)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

#: The vendor's servers keep Pacific time.
SERVER_ZONE = ZoneInfo("America/Los_Angeles")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T.*)?$")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?$")


def read_date(text: str) -> date | None:
    """The day of a string member, ISO or US form with the time cut off; None if it is neither."""
    try:
        if found := _ISO.match(text):
            year, month, day = found.groups()
        elif found := _US.match(text):
            month, day, year = found.groups()
        else:
            return None
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_datetime(text: str) -> datetime | None:
    """The moment of an xs:dateTime member in server time; None if it is not ISO 8601.

    A zone or `Z` is shifted to the server's zone and may so change the day; without one the time is taken as it is.
    """
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(SERVER_ZONE).replace(tzinfo=None) if moment.tzinfo else moment


def show_date(day: date | None) -> str | None:
    """US form without leading zeros."""
    return f"{day.month}/{day.day}/{day.year}" if day else None


def show_midnight(day: date | None) -> str | None:
    """US form with the empty time that many date members carry."""
    return f"{day.month}/{day.day}/{day.year} 12:00:00 AM" if day else None


def show_moment(moment: datetime) -> str:
    """US form with the time, in the server's zone."""
    local = moment.astimezone(SERVER_ZONE)
    return f"{local.month}/{local.day}/{local.year} {local.hour % 12 or 12}:{local:%M:%S %p}"


def today_at_server(now: datetime) -> date:
    """The server's date at a UTC moment."""
    return now.astimezone(SERVER_ZONE).date()


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def close_window(first: str, last: str) -> tuple[date | None, date | None]:
    """A filter's from and to day; a lone one gets a partner seven days away. Unreadable texts count as absent."""
    start, end = read_date(first), read_date(last)
    if start and not end:
        end = start + timedelta(days=7)
    if end and not start:
        start = end - timedelta(days=7)
    return start, end

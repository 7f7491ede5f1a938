"""When reports are due, around the days on which clocks change above all."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from lib.core.errors import BadInput
from lib.reports.asking.schedule import USUAL_TIME, is_stale, latest_time, next_time, read_time
from lib.reports.catalog import Cadence

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [ZoneInfo(name) for name in ("America/New_York", "America/Phoenix", "America/Havana", "Australia/Lord_Howe")]
#: Both changes of the clock in 2026 in New York, with a day on either side, as in the other zones with theirs.
SPRING, AUTUMN = datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
moments = some.one_of(
    some.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=some.just(UTC)),
    some.integers(-48 * 60, 72 * 60).map(lambda minutes: SPRING + timedelta(minutes=minutes)),
    some.integers(-48 * 60, 72 * 60).map(lambda minutes: AUTUMN + timedelta(minutes=minutes)),
)
times = some.builds(time, some.integers(0, 23), some.integers(0, 59))


def local(moment: datetime, zone: ZoneInfo = NEW_YORK) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("cadence", "latest", "following"),
    [
        (Cadence.DAILY, "Fri 2026-11-20 05:00", "Sat 2026-11-21 05:00"),
        (Cadence.WEEKLY, "Mon 2026-11-16 05:00", "Mon 2026-11-23 05:00"),
        (Cadence.MONTHLY, "Sun 2026-11-01 05:00", "Tue 2026-12-01 05:00"),
    ],
)
def test_each_cadence_has_its_time_in_the_clients_zone(cadence: Cadence, latest: str, following: str) -> None:
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert local(latest_time(cadence, NEW_YORK, USUAL_TIME, now)) == latest
    assert local(next_time(cadence, NEW_YORK, USUAL_TIME, now)) == following


def test_five_in_the_morning_stays_so_over_both_changes_of_the_clock() -> None:
    for change in (SPRING, AUTUMN):
        for hours in range(-36, 60):
            at = latest_time(Cadence.DAILY, NEW_YORK, USUAL_TIME, change + timedelta(hours=hours))
            assert at.astimezone(NEW_YORK).time() == USUAL_TIME


def test_a_time_that_the_clock_skips_comes_when_it_has_gone_on_and_one_that_comes_twice_comes_first() -> None:
    skipped = latest_time(Cadence.DAILY, NEW_YORK, time(2, 30), datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert local(skipped) == "Sun 2026-03-08 03:30"
    twice = latest_time(Cadence.DAILY, NEW_YORK, time(1, 30), datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert twice == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@given(some.sampled_from(list(Cadence)), some.sampled_from(ZONES), times, moments)
@example(Cadence.DAILY, NEW_YORK, time(2, 30), SPRING + timedelta(hours=7))
@example(Cadence.DAILY, NEW_YORK, time(1, 30), AUTUMN + timedelta(hours=6))
@example(Cadence.DAILY, ZONES[2], time(0, 30), SPRING + timedelta(hours=5))
def test_now_lies_between_the_latest_time_and_the_next_one_and_none_is_skipped(
    cadence: Cadence, zone: ZoneInfo, at: time, now: datetime
) -> None:
    latest, following = latest_time(cadence, zone, at, now), next_time(cadence, zone, at, now)
    assert latest <= now < following
    # Between the two there is no other: each is the other's neighbour.
    assert next_time(cadence, zone, at, latest) == following
    assert latest_time(cadence, zone, at, following) == following
    assert latest_time(cadence, zone, at, following - timedelta(microseconds=1)) == latest


@given(some.sampled_from(ZONES), times, some.dates(date(2026, 1, 2), date(2027, 12, 30)))
def test_every_day_of_a_zone_has_one_time(zone: ZoneInfo, at: time, day: date) -> None:
    noon = datetime.combine(day, time(12), zone).astimezone(UTC)
    found = {latest_time(Cadence.DAILY, zone, at, noon + timedelta(days=days)) for days in range(-1, 2)}
    assert len(found) == 3


def test_a_report_is_stale_when_it_is_older_than_its_cadence() -> None:
    today = date(2026, 11, 20)
    fresh = {Cadence.DAILY: 1, Cadence.WEEKLY: 7, Cadence.MONTHLY: 31}
    for cadence, days in fresh.items():
        assert not is_stale(cadence, today - timedelta(days=days), today)
        assert is_stale(cadence, today - timedelta(days=days + 1), today)


@pytest.mark.parametrize("text", ["", "5", "24:00", "05:60", "05:00:00", "5 am"])
def test_a_time_of_day_is_hours_and_minutes(text: str) -> None:
    assert read_time(" 05:00 ") == read_time("5:00") == USUAL_TIME
    with pytest.raises(BadInput, match="is not a time of day"):
        read_time(text)

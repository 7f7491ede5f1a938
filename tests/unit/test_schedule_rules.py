"""When work recurs: rules in words, their times, and the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.core.errors import BadInput
from lib.core.schedules.rules import Rule, daily, every, monthly, read_rule, weekdays, weekly

NEW_YORK = ZoneInfo("America/New_York")
RULES = [
    daily(time(5)),
    weekdays(time(23, 59)),
    weekly(6, time(2, 30)),
    monthly(28, time(1, 30)),
    every(90),
    read_rule("*/20 8-17 * * 1-5"),
    read_rule("30 2 29 2 *"),
]


def local(moments: list[datetime]) -> list[str]:
    return [f"{moment.astimezone(NEW_YORK):%m-%d %H:%M %Z}" for moment in moments]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (daily(time(5)), "every day at 05:00"),
        (weekdays(time(6, 30)), "on weekdays at 06:30"),
        (weekly(6, time(2)), "every Sunday at 02:00"),
        (monthly(1, time(3)), "on day 1 of every month at 03:00"),
        (every(60), "every hour"),
        (every(90), "every 90 minutes"),
        (read_rule("*/20 8-17 * * 1-5"), "every 20 minutes, between 08:00 and 17:59, Monday through Friday"),
    ],
)
def test_a_rule_is_said_in_words_and_read_again_from_its_text(rule: Rule, words: str) -> None:
    assert rule.words == words
    assert read_rule(f"  {rule.text} ") == rule


@pytest.mark.parametrize(
    "text",
    ["", "0 5 * *", "0 5 * * * *", "61 5 * * *", "0 0 30 2 *", "@daily", "every 1 minutes", "every day", "H H * * *"],
)
def test_what_is_no_rule_or_never_comes_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_rule(text)


def test_a_time_that_a_clock_skips_is_taken_when_it_has_gone_on() -> None:
    before = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert local(daily(time(2, 30)).following(before, NEW_YORK, 2)) == ["03-08 03:00 EDT", "03-09 02:30 EDT"]
    # Two rules' times may fall together, one rule's never do.
    assert local(read_rule("*/30 2,3 * * *").following(before, NEW_YORK, 3)) == [
        "03-08 03:00 EDT",
        "03-08 03:30 EDT",
        "03-09 02:00 EDT",
    ]


def test_of_a_time_that_comes_twice_the_first_counts_and_an_interval_knows_no_clock() -> None:
    before = datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert local(daily(time(1, 30)).following(before, NEW_YORK, 2)) == ["11-01 01:30 EDT", "11-02 01:30 EST"]
    between = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)
    assert local(daily(time(1, 30)).following(between, NEW_YORK, 1)) == ["11-02 01:30 EST"]
    assert local(every(30).following(datetime(2026, 11, 1, 5, tzinfo=UTC), NEW_YORK, 3)) == [
        "11-01 01:30 EDT",
        "11-01 01:00 EST",
        "11-01 01:30 EST",
    ]


@given(
    rule=st.sampled_from(RULES),
    zone=st.sampled_from(["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]).map(ZoneInfo),
    moment=st.datetimes(datetime(2025, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)),
)
def test_the_next_time_is_later_and_nothing_lies_between(rule: Rule, zone: ZoneInfo, moment: datetime) -> None:
    following = rule.next_after(moment, zone)
    assert following > moment and following.second == 0
    halfway = moment + (following - moment) / 2
    assert rule.next_after(halfway, zone) == following
    assert rule.next_after(following - timedelta(microseconds=1), zone) == following

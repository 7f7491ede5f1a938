"""What readers see on each day of knowledge, against a model that looks at every day and every package."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from lib.reports.catalog import Meets
from lib.reports.loading.retention import unseen
from lib.reports.loading.timeline import PublishedPackage, Shown, work_out_timeline

FIRST = date(2026, 1, 1)
SPAN = 12
DAYS = [FIRST + timedelta(days=number) for number in range(SPAN)]
LATER = FIRST + timedelta(days=400)

days = st.integers(0, SPAN - 1).map(lambda number: DAYS[number])
ranges = st.one_of(st.none(), st.tuples(days, days).map(lambda pair: (min(pair), max(pair))))


@st.composite
def packages(draw: st.DrawFn) -> list[PublishedPackage]:
    drawn = draw(st.lists(st.tuples(days, ranges), max_size=9))
    found = [PublishedPackage(id=number, as_of=as_of, days=span) for number, (as_of, span) in enumerate(drawn, start=1)]
    return draw(st.permutations(found))


def speakers(timeline: list[Shown], known: date, day: date | None) -> list[int]:
    """The packages whose rows of that window date (None: without one) are shown."""
    return sorted(
        row.package_id
        for row in timeline
        if row.known_on(known)
        and (row.days is None or (row.undated if day is None else any(start <= day <= end for start, end in row.days)))
    )


def expected(meets: Meets, given_packages: list[PublishedPackage], known: date, day: date | None) -> list[int]:
    """The same, looked up package by package."""
    of_then = sorted((p for p in given_packages if p.as_of <= known), key=lambda p: (p.as_of, p.id))
    if meets is Meets.APPEND:
        return sorted(p.id for p in of_then)
    if meets is Meets.WINDOW and day is not None:
        of_then = [p for p in of_then if p.days and p.days[0] <= day <= p.days[1]]
    return [p.id for p in of_then[-1:]]


@given(meets=st.sampled_from(Meets), found=packages())
def test_every_day_of_knowledge_shows_what_was_last_said_of_every_day(
    meets: Meets, found: list[PublishedPackage]
) -> None:
    timeline = work_out_timeline(meets, found)
    for known in (FIRST - timedelta(days=1), *DAYS, LATER):
        for day in (None, FIRST - timedelta(days=1), *DAYS, LATER):
            assert speakers(timeline, known, day) == expected(meets, found, known, day)


@given(meets=st.sampled_from(Meets), found=packages())
def test_a_package_has_one_row_at_a_time_with_days_in_order(meets: Meets, found: list[PublishedPackage]) -> None:
    timeline = work_out_timeline(meets, found)
    for known in (*DAYS, LATER):
        shown = [row.package_id for row in timeline if row.known_on(known)]
        assert len(shown) == len(set(shown))
    for row in timeline:
        assert row.known_until is None or row.known_from < row.known_until
        for before, after in zip((row.days or ())[:-1], (row.days or ())[1:], strict=True):
            assert before[1] < after[0]


@given(meets=st.sampled_from(Meets), found=packages(), kept=st.sets(days, max_size=4))
def test_packages_that_no_kept_day_shows_can_go_without_changing_those_days(
    meets: Meets, found: list[PublishedPackage], kept: set[date]
) -> None:
    timeline = work_out_timeline(meets, found)
    gone = unseen(timeline, iter(kept))
    # One that was replaced within its own day is in no row of the timeline.
    gone |= {package.id for package in found} - {row.package_id for row in timeline}
    thinned = work_out_timeline(meets, [package for package in found if package.id not in gone])
    for known in (*kept, LATER):
        for day in (None, *DAYS):
            assert speakers(thinned, known, day) == speakers(timeline, known, day)


def test_a_daily_window_leaves_each_older_package_the_day_that_slid_out() -> None:
    week = [
        PublishedPackage(id=number, as_of=DAYS[number + 3], days=(DAYS[number], DAYS[number + 3]))
        for number in range(3)
    ]
    timeline = work_out_timeline(Meets.WINDOW, week)
    assert [(row.package_id, row.known_from, row.known_until, row.days) for row in timeline] == [
        (0, DAYS[3], DAYS[4], ((DAYS[0], DAYS[3]),)),
        (0, DAYS[4], None, ((DAYS[0], DAYS[0]),)),
        (1, DAYS[4], DAYS[5], ((DAYS[1], DAYS[4]),)),
        (1, DAYS[5], None, ((DAYS[1], DAYS[1]),)),
        (2, DAYS[5], None, ((DAYS[2], DAYS[5]),)),
    ]


def test_an_empty_report_of_the_whole_takes_everything_away_and_an_empty_window_only_what_has_no_date() -> None:
    first = PublishedPackage(id=1, as_of=DAYS[0], days=(DAYS[0], DAYS[2]))
    empty = PublishedPackage(id=2, as_of=DAYS[1])
    whole = work_out_timeline(Meets.REPLACE, [first, empty])
    window = work_out_timeline(Meets.WINDOW, [first, empty])
    assert (speakers(whole, LATER, DAYS[0]), speakers(whole, LATER, None)) == ([2], [2])
    assert (speakers(window, LATER, DAYS[0]), speakers(window, LATER, None)) == ([1], [2])

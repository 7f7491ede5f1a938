"""Windows of figures, and what is told of spreads of days."""

from __future__ import annotations

import calendar
import statistics
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.analytics.kpis.definitions import WindowKind, definition_named
from lib.analytics.kpis.model import Window
from lib.analytics.kpis.spread import Spread
from lib.analytics.kpis.windows import month_end_before, period_before, usual, window_of
from lib.analytics.reading.filters import Filters

DAYS = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def window(first: str, last: str) -> Window:
    return Window(first=date.fromisoformat(first), last=date.fromisoformat(last))


@pytest.mark.parametrize(
    ("kind", "last", "first", "days"),
    [
        (WindowKind.AS_OF, "2026-10-31", "2026-10-31", 1),
        (WindowKind.NINETY_DAYS, "2026-10-31", "2026-08-03", 90),
        (WindowKind.NINETY_DAYS, "2024-02-29", "2023-12-02", 90),
        (WindowKind.TWELVE_MONTHS, "2026-10-31", "2025-11-01", 365),
        (WindowKind.TWELVE_MONTHS, "2024-02-29", "2023-03-01", 366),
        (WindowKind.TWELVE_MONTHS, "2025-02-28", "2024-03-01", 365),
        (WindowKind.TWELVE_MONTHS, "2024-02-28", "2023-03-01", 365),
        (WindowKind.MONTH, "2024-02-29", "2024-02-01", 29),
    ],
)
def test_usual_windows_end_on_their_day(kind: WindowKind, last: str, first: str, days: int) -> None:
    found = usual(kind, date.fromisoformat(last))
    assert (found, found.days) == (window(first, last), days)


@pytest.mark.parametrize(
    ("kind", "now", "before"),
    [
        (WindowKind.MONTH, ("2026-11-01", "2026-11-12"), ("2026-10-01", "2026-10-12")),
        (WindowKind.MONTH, ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")),
        (WindowKind.MONTH, ("2026-03-01", "2026-03-30"), ("2026-02-01", "2026-02-28")),
        (WindowKind.MONTH, ("2026-03-05", "2026-03-14"), ("2026-02-23", "2026-03-04")),
        (WindowKind.MONTH, ("2026-01-01", "2026-03-31"), ("2025-10-03", "2025-12-31")),
        (WindowKind.NINETY_DAYS, ("2026-08-03", "2026-10-31"), ("2026-05-05", "2026-08-02")),
        (WindowKind.TWELVE_MONTHS, ("2024-03-01", "2025-02-28"), ("2023-03-01", "2024-02-29")),
    ],
)
def test_a_period_is_compared_with_the_one_before(
    kind: WindowKind, now: tuple[str, str], before: tuple[str, str]
) -> None:
    assert period_before(kind, window(*now)) == window(*before)


def test_chosen_days_end_at_the_as_of_day_and_do_not_narrow_a_standing() -> None:
    as_of = date(2026, 10, 31)
    chosen = Filters(first_day=date(2026, 10, 1), last_day=date(2026, 12, 31))
    assert window_of(definition_named("charge_lag"), chosen, as_of) == window("2026-10-01", "2026-10-31")
    assert window_of(definition_named("credit_balances"), chosen, as_of) == window("2026-10-31", "2026-10-31")
    matured = definition_named("first_pass_resolution")
    assert window_of(matured, Filters(), as_of, matured_days=60).last == date(2026, 9, 1)


@given(day=DAYS)
def test_windows_meet_the_ones_before_them(day: date) -> None:
    for kind in WindowKind:
        now = usual(kind, day)
        before = period_before(kind, now)
        assert now.last == day and now.days >= 1
        assert before.last < now.first
        if kind is not WindowKind.MONTH:
            assert before.last == now.first - timedelta(days=1)
    assert usual(WindowKind.TWELVE_MONTHS, day).days in (365, 366)
    end = month_end_before(day)
    assert end < day and end.day == calendar.monthrange(end.year, end.month)[1]


@given(st.lists(st.integers(-40, 400), min_size=1, max_size=60))
def test_medians_and_averages_are_those_of_the_days_one_by_one(days: list[int]) -> None:
    spread = Spread.of((each, 1, Decimal(each)) for each in days)
    assert spread.percentile(50) == Decimal(str(statistics.median(days)))
    assert spread.mean == Decimal(sum(days)) / len(days)
    assert (spread.count, spread.days, spread.longest) == (len(days), sum(days), max(days))
    assert spread.dollar_days == sum(each * each for each in days)
    assert (spread.percentile(0), spread.percentile(100)) == (min(days), max(days))
    kept, negative = spread.sorted_out()
    assert (kept.count, negative) == (sum(each >= 0 for each in days), sum(each < 0 for each in days))
    assert spread.share(within=2) == Decimal(sum(each <= 2 for each in days)) / len(days)


@given(st.lists(st.integers(0, 400), min_size=2, max_size=60))
def test_the_ninetieth_percentile_lies_between_its_neighbours_in_proportion(days: list[int]) -> None:
    expected = statistics.quantiles(days, n=10, method="inclusive")[-1]
    found = Spread.of((each, 1, Decimal(0)) for each in days).percentile(90)
    assert found is not None and abs(float(found) - expected) < 1e-9


def test_nothing_has_no_median() -> None:
    nothing = Spread.of([])
    assert (nothing.percentile(50), nothing.mean, nothing.share(within=2), nothing.longest) == (None,) * 4

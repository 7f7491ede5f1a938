"""Plans against a payer that is played: nothing is lost, and the calls are near the fewest that can be."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.claim_status.model import Patient
from lib.claim_status.planning.limits import Window, WindowLimits, earliest_day
from lib.claim_status.planning.patients import patient_windows
from lib.claim_status.planning.windows import crowded_days, likely_price, next_window
from sandbox.uhc.least import fewest_windows
from sandbox.uhc.settings import Settings

TODAY = date(2026, 11, 20)
FIRST = date(2024, 11, 20)
LIMITS = WindowLimits()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a whole plan went: calls, the windows answered and refused."""

    calls: int
    answered: list[Window]
    overflowed: list[Window]


def play(wanted: Mapping[date, int], held: Mapping[date, int], limits: WindowLimits = LIMITS) -> Asked:
    """Ask a payer that holds so many claims on each day until the plan is done."""
    seen: Counter[date] = Counter()
    answered: list[Window] = []
    overflowed: list[Window] = []
    calls = 0
    while window := next_window(wanted, seen=seen, answered=answered, overflowed=overflowed, limits=limits):
        assert (window.last - window.first).days < limits.longest_days
        found = {day: count for day, count in held.items() if day in window and count}
        if sum(found.values()) > limits.most_claims:
            calls += 1
            assert window not in overflowed
            overflowed.append(window)
        else:
            calls += max(1, math.ceil(sum(found.values()) / limits.page_claims))
            assert not any(day in other for other in answered for day in wanted if day in window)
            answered.append(window)
            seen.update(found)
    return Asked(calls=calls, answered=answered, overflowed=overflowed)


def population(rng: Random, claims: int, drift: float, weekends: float) -> list[date]:
    """First days of service over two years: busier or quieter with time, by the day of the week and at random."""
    days = [FIRST + timedelta(days=n) for n in range((TODAY - FIRST).days + 1)]
    closed = {day for day in days if rng.random() < 0.03}
    weights = [
        0.0
        if day in closed
        else (weekends if day.weekday() > 4 else rng.uniform(0.6, 1.4)) * (1 + drift * n / len(days))
        for n, day in enumerate(days)
    ]
    return rng.choices(days, weights, k=claims)


@pytest.mark.parametrize("asked_of_all", [1.0, 0.2])
@pytest.mark.parametrize(("shares", "drift", "weekends"), [((1, 1, 1), 0, 0), ((14, 5, 1), -0.5, 0.5)])
def test_ten_thousand_claims_of_three_tins_cost_little_more_than_the_least(
    shares: tuple[int, ...], drift: float, weekends: float, asked_of_all: float
) -> None:
    rng = Random(f"{shares} {asked_of_all}")
    calls = least = 0
    for share in shares:
        days = population(rng, int(10_000 * share / sum(shares) / asked_of_all**0.5), drift, weekends)
        held = Counter(days)
        wanted = Counter(rng.sample(days, int(len(days) * asked_of_all)))
        calls += play(wanted, held).calls
        least += fewest_windows(held, wanted, Settings())
    assert calls <= 1.25 * least


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 25), st.integers(0, 9), min_size=1, max_size=9), st.integers(0, 2**32))
def test_small_plans_answer_every_day_and_cost_at_most_a_few_calls_more_than_any_plan(
    offsets: dict[int, int], seed: int
) -> None:
    limits = WindowLimits(page_claims=4, most_claims=12, longest_days=8)
    wanted = {FIRST + timedelta(days=offset): count for offset, count in offsets.items()}
    held = {day: count + Random(seed + day.toordinal()).choice((0, 0, 1)) for day, count in wanted.items()}
    went = play(wanted, held, limits)
    crowded = crowded_days(went.overflowed)
    assert crowded == frozenset()
    assert all(any(day in window for window in went.answered) for day in wanted)
    least = min(plans(sorted(wanted), held, limits))
    assert went.calls <= 1.5 * least + 3 + 2 * len(went.overflowed)


def plans(days: list[date], held: Mapping[date, int], limits: WindowLimits) -> Iterator[int]:
    """What every way to cut the days into windows costs."""
    if not days:
        yield 0
    for end in range(1, len(days) + 1):
        found = sum(count for day, count in held.items() if days[0] <= day <= days[end - 1])
        if (days[end - 1] - days[0]).days < limits.longest_days and found <= limits.most_claims:
            pages = max(1, math.ceil(found / limits.page_claims))
            yield from (pages + rest for rest in plans(days[end:], held, limits))


def test_a_window_of_501_claims_is_halved() -> None:
    held = {FIRST + timedelta(days=n): 167 for n in range(0, 90, 40)}
    went = play(dict.fromkeys(held, 1), held)
    assert crowded_days(went.overflowed) == frozenset()
    assert all(any(day in window for window in went.answered) for day in held)
    assert went.calls <= 14


def test_a_day_of_501_claims_is_crowded_and_its_neighbours_are_answered() -> None:
    days = [FIRST + timedelta(days=n) for n in range(60)]
    held = dict.fromkeys(days, 3) | {days[33]: 501}
    went = play(dict.fromkeys(days, 2), held)
    assert crowded_days(went.overflowed) == {days[33]}
    assert {day for day in days if any(day in window for window in went.answered)} == set(days) - {days[33]}
    assert len(went.overflowed) <= 10


def test_patients_of_crowded_days_are_asked_in_the_fewest_windows_of_their_own() -> None:
    amber = Patient(first_name="Amber", last_name="TEST", date_of_birth=date(1980, 1, 2))
    basil = Patient(first_name="Basil", last_name="TEST", date_of_birth=date(1980, 1, 2))
    days = [FIRST, FIRST + timedelta(days=89), FIRST + timedelta(days=90)]
    asked = [(amber, day) for day in days] + [(basil, days[1]), (basil, days[1])]
    windows = patient_windows(asked)
    assert windows == [
        Window(first=days[0], last=days[1], patient=amber),
        Window(first=days[2], last=days[2], patient=amber),
        Window(first=days[1], last=days[1], patient=basil),
    ]
    assert patient_windows(asked, answered=windows[:2]) == windows[2:]


def test_a_day_without_any_claim_asked_for_is_never_looked_at() -> None:
    went = play({FIRST: 1, TODAY: 1}, dict.fromkeys((FIRST + timedelta(days=n) for n in range(730)), 5))
    assert [(window.first, window.last) for window in went.answered] == [(FIRST, FIRST), (TODAY, TODAY)]


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 20), date(2024, 11, 20)),
        (date(2028, 2, 29), date(2026, 2, 28)),
        (date(2026, 2, 28), date(2024, 2, 28)),
        (date(2026, 12, 31), date(2024, 12, 31)),
    ],
)
def test_the_payer_looks_back_24_months(today: date, first: date) -> None:
    assert earliest_day(today, LIMITS) == first


def test_the_price_of_a_scan_is_said_before_and_becomes_exact_as_answers_come() -> None:
    days = [FIRST + timedelta(days=n) for n in range(731)]
    wanted = dict.fromkeys(days, 0)
    held = {day: 4 if day.weekday() < 5 else 0 for day in days}
    half = Window(first=days[0], last=days[364])
    before = likely_price(wanted)
    after = likely_price(wanted, seen={day: held[day] for day in days[:365]}, answered=[half])
    assert 9 <= before <= 60
    assert abs(after - play(dict.fromkeys(days[365:], 0), held).calls) <= 4
    assert likely_price(wanted, answered=[half, Window(first=days[365], last=days[-1])]) == 0

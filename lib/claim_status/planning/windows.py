"""Which window of days to ask next, so that the fewest calls in all are likely to answer every claim.

What was asked before is the whole state: asked again with the same history, the plan goes on where it was.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate

from lib.claim_status.planning.density import Density
from lib.claim_status.planning.limits import Window, WindowLimits
from lib.claim_status.planning.pages import likely_calls

#: Claims come in bunches: their number varies more than that of independent events.
_BUNCHING = 1.5
#: A window expected to hold so many times the most that may be found is not thought about.
_HOPELESS = 1.3
#: Only so many of the longest windows are thought ahead: what comes later does not change the first.
_HORIZON = 2


def next_window(
    wanted: Mapping[date, int],
    *,
    seen: Mapping[date, int],
    answered: Sequence[Window],
    overflowed: Sequence[Window],
    limits: WindowLimits | None = None,
) -> Window | None:
    """The window to ask next at one payer and tax id, None where every day is answered or crowded.

    `wanted` counts the claims that are asked for by their first day of service (0: the day is looked at for a claim
    whose day nobody knows), `seen` all claims that answers held, `answered` are the windows read to their last page
    and `overflowed` those refused as too many; windows of one patient are left aside. A day that overflowed alone is
    crowded and asked patient by patient (patient_windows).
    """
    limits = limits or WindowLimits()
    whole = [window for window in answered if window.patient is None]
    refused = [window for window in overflowed if window.patient is None]
    left = _left(wanted, whole, refused)
    if not left:
        return None
    near = left[: bisect_left(left, left[0] + timedelta(days=_HORIZON * limits.longest_days))]
    return _Plan(near, wanted, Density(wanted, seen, whole, refused, limits), refused, limits).first


def likely_price(
    wanted: Mapping[date, int],
    *,
    seen: Mapping[date, int] | None = None,
    answered: Sequence[Window] = (),
    overflowed: Sequence[Window] = (),
    limits: WindowLimits | None = None,
) -> int:
    """About how many summary calls the rest of the plan will take, patients of crowded days left aside.

    The arguments are those of `next_window`; for a scan, `wanted` holds every day with 0. Without any answer so far
    it is a guess that the first answers mend.
    """
    limits = limits or WindowLimits()
    whole = [window for window in answered if window.patient is None]
    refused = [window for window in overflowed if window.patient is None]
    left = _left(wanted, whole, refused)
    if not left:
        return 0
    return math.ceil(_Plan(left, wanted, Density(wanted, seen or {}, whole, refused, limits), refused, limits).calls)


def _left(wanted: Mapping[date, int], answered: Sequence[Window], overflowed: Sequence[Window]) -> list[date]:
    crowded = crowded_days(overflowed)
    return sorted(day for day in wanted if day not in crowded and not any(day in window for window in answered))


def crowded_days(overflowed: Collection[Window]) -> frozenset[date]:
    """The days that hold more claims than a query may find."""
    return frozenset(window.first for window in overflowed if window.patient is None and window.first == window.last)


class _Plan:
    """The likely cheapest way to cover days with windows; only its first window is ever asked."""

    def __init__(
        self,
        days: list[date],
        wanted: Mapping[date, int],
        density: Density,
        overflowed: Sequence[Window],
        limits: WindowLimits,
    ) -> None:
        self._days = days
        self._limits = limits
        self._start, end = days[0].toordinal(), days[-1].toordinal()
        every = [date.fromordinal(day) for day in range(self._start, end + 1)]
        self._asked = [0, *accumulate(wanted.get(day, 0) for day in every)]
        self._others = [0.0, *accumulate(density.of(day) for day in every)]
        #: Of each overfull window: from and to which of the days it reaches, and how many of them may go together now.
        self._halves = [
            (
                bisect_left(days, window.first),
                bisect_right(days, window.last),
                _half(sum(day in window for day in wanted)),
            )
            for window in overflowed
            if window.first < window.last
        ]

        #: The likely calls of the cheapest plan, and its first window.
        self.calls, self.first = self._cheapest()

    def _cheapest(self) -> tuple[float, Window]:
        count = len(self._days)
        # cheapest[n] is the likely cost of the days from the n-th on, last[n] where its first window ends.
        cheapest = [0.0] * (count + 1)
        last = [0] * count
        hopeless = _HOPELESS * self._limits.most_claims
        for begin in range(count - 1, -1, -1):
            cheapest[begin] = math.inf
            for end in range(begin, count):
                expected, others = self._claims(begin, end)
                if end > begin and (expected > hopeless or not self._may_be(begin, end)):
                    break
                spread = math.sqrt(_BUNCHING * others)
                cost = likely_calls(expected, spread, self._limits) + cheapest[end + 1]
                if cost < cheapest[begin]:
                    cheapest[begin], last[begin] = cost, end
        return cheapest[0], Window(first=self._days[0], last=self._days[last[0]])

    def _may_be(self, begin: int, end: int) -> bool:
        if (self._days[end] - self._days[begin]).days >= self._limits.longest_days:
            return False
        return all(min(end + 1, high) - max(begin, low) <= most for low, high, most in self._halves)

    def _claims(self, begin: int, end: int) -> tuple[float, float]:
        """The expected claims of a window, and how many of them nobody asked for."""
        low = self._days[begin].toordinal() - self._start
        high = self._days[end].toordinal() - self._start + 1
        others = self._others[high] - self._others[low]
        return self._asked[high] - self._asked[low] + others, others


def _half(days: int) -> int:
    return max(1, math.ceil(days / 2))

"""How many calls a window is likely to cost, before anybody knows how many claims it holds."""

from __future__ import annotations

from functools import lru_cache
from math import erfc, sqrt

from lib.claim_status.planning.limits import WindowLimits

#: Means and spreads are rounded to this many claims, so that each cost is worked out once.
_STEP = 0.5


def likely_calls(expected: float, spread: float, limits: WindowLimits) -> float:
    """The mean number of calls for a window with so many claims, give or take `spread` (standard deviation).

    A window is asked at least once, once more for each further page; one that finds too many is asked in vain and
    then in two halves.
    """
    return _calls(round(expected / _STEP), round(spread / _STEP), limits)


@lru_cache(maxsize=1 << 16)
def _calls(expected: int, spread: int, limits: WindowLimits) -> float:
    mean, deviation = expected * _STEP, spread * _STEP
    calls = 1.0
    full = limits.page_claims
    while full < limits.most_claims:
        calls += _more_than(full, mean, deviation)
        full += limits.page_claims
    too_many = _more_than(limits.most_claims, mean, deviation)
    in_halves = 3 + mean / limits.page_claims
    return calls * (1 - too_many) + in_halves * too_many


def _more_than(claims: int, mean: float, deviation: float) -> float:
    """How likely a number around `mean` is above `claims`."""
    if not deviation:
        return float(mean > claims)
    return erfc((claims + 0.5 - mean) / (deviation * sqrt(2))) / 2

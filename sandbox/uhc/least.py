"""The least number of summary calls in which somebody who knew every answer would have asked for given claims.

He asks windows of days of one tax id and reads each to its last page; a day with more claims than a query may find he
asks patient by patient. Where in the pages a claim stands is of no use to him: nobody can know it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from pydantic import TypeAdapter

from sandbox.uhc.query import earliest_day
from sandbox.uhc.settings import Settings
from sandbox.uhc.shelf import Shelf
from sandbox.world.payer_side import PayerClaim


@dataclass(frozen=True, kw_only=True, slots=True)
class LeastCalls:
    """Calls for all, and by tax id; `unanswerable` counts claim numbers that no call can find."""

    calls: int
    by_tin: Mapping[str, int]
    unanswerable: int


LEAST_CALLS: TypeAdapter[LeastCalls] = TypeAdapter(LeastCalls)


def least_calls(shelves: Mapping[str, Shelf], numbers: Collection[str], settings: Settings) -> LeastCalls:
    """The least calls for the claims of these numbers; `shelves` are by tax id."""
    wanted = set(numbers)
    earliest = earliest_day(settings.day)
    by_tin: dict[str, int] = {}
    found = 0
    for tin, shelf in shelves.items():
        askable = [claim for claim in shelf.claims if earliest <= claim.first_day <= settings.day]
        asked = [claim for claim in askable if claim.number in wanted]
        found += len(asked)
        if asked:
            by_tin[tin] = _calls_of_tin(askable, asked, settings)
    return LeastCalls(calls=sum(by_tin.values()), by_tin=by_tin, unanswerable=len(wanted) - found)


def fewest_windows(counts: Mapping[date, int], wanted: Iterable[date], settings: Settings) -> int:
    """The fewest calls of windows that cover the wanted days, exactly; `counts` are claims by day.

    ValueError when a wanted day alone has more claims than a query may find.
    """
    days = sorted(set(wanted))
    known = sorted(counts)
    up_to = dict(zip(known, accumulate(counts[day] for day in known), strict=True))
    # fewest[n] covers the first n wanted days; the last window of it begins at one of them and ends at the n-th.
    fewest = [0.0]
    for end, last in enumerate(days):
        best = math.inf
        for begin in range(end, -1, -1):
            claims = up_to[last] - up_to[days[begin]] + counts[days[begin]]
            if (last - days[begin]).days >= settings.longest_window or claims > settings.most_claims:
                break
            best = min(best, fewest[begin] + math.ceil(claims / settings.page_size))
        fewest.append(best)
    if math.isinf(fewest[-1]):
        raise ValueError("A day has more claims than a query may find.")
    return int(fewest[-1])


def _calls_of_tin(askable: list[PayerClaim], asked: list[PayerClaim], settings: Settings) -> int:
    counts = Counter(claim.first_day for claim in askable)
    calls = fewest_windows(
        counts, (claim.first_day for claim in asked if counts[claim.first_day] <= settings.most_claims), settings
    )
    crowded: dict[tuple[str, str, date], set[date]] = defaultdict(set)
    for claim in asked:
        if counts[claim.first_day] > settings.most_claims:
            crowded[_patient(claim)].add(claim.first_day)
    for patient, days in crowded.items():
        own = Counter(claim.first_day for claim in askable if _patient(claim) == patient)
        calls += fewest_windows(own, days, settings)
    return calls


def _patient(claim: PayerClaim) -> tuple[str, str, date]:
    return claim.first_name, claim.last_name, claim.born

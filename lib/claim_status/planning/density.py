"""How many claims nobody asked for are likely to stand on a day: learned from the windows already answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from lib.claim_status.planning.limits import Window, WindowLimits

#: What is believed of a day of the week before an answer is there: so many claims, believed like so many days seen.
_BELIEVED_CLAIMS = 1.5
_BELIEVED_DAYS = 2.0
#: A window with too many claims held so many times the most that may be found, at a guess.
_OVERFULL = 1.1


class Density:
    """The expected claims of days at one payer and tax id, beyond those that are asked for."""

    def __init__(
        self,
        wanted: Mapping[date, int],
        seen: Mapping[date, int],
        answered: Sequence[Window],
        overflowed: Sequence[Window],
        limits: WindowLimits,
    ) -> None:
        days = {day for window in answered for day in _days(window)}
        looked: Counter[int] = Counter()
        found: Counter[int] = Counter()
        for day in days:
            looked[day.weekday()] += 1
            found[day.weekday()] += max(0, seen.get(day, 0) - wanted.get(day, 0))
        self._of_weekday = [
            (found[weekday] + _BELIEVED_CLAIMS * _BELIEVED_DAYS) / (looked[weekday] + _BELIEVED_DAYS)
            for weekday in range(7)
        ]
        self._overfull = [
            (window, self._claims_a_day(window, wanted, limits)) for window in overflowed if window.patient is None
        ]

    def of(self, day: date) -> float:
        """The expected number on a day, at least what the overfull windows around it speak for."""
        usual = self._of_weekday[day.weekday()]
        return max([usual, *(claims for window, claims in self._overfull if day in window)])

    @staticmethod
    def _claims_a_day(window: Window, wanted: Mapping[date, int], limits: WindowLimits) -> float:
        asked = sum(wanted.get(day, 0) for day in _days(window))
        return max(0.0, (limits.most_claims * _OVERFULL - asked) / ((window.last - window.first).days + 1))


def _days(window: Window) -> list[date]:
    return [window.first + timedelta(days=n) for n in range((window.last - window.first).days + 1)]

"""Days with how often they occur: exact medians, percentiles and averages, the same from every engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """Counts and amounts by whole days, in order."""

    counts: dict[int, int]
    amounts: dict[int, Decimal]

    @classmethod
    def of(cls, found: Iterable[tuple[int, int, Decimal]]) -> Self:
        """Put days together with their counts and amounts; the same days may come several times."""
        counts: Counter[int] = Counter()
        amounts: dict[int, Decimal] = {}
        for days, count, amount in found:
            counts[days] += count
            amounts[days] = amounts.get(days, Decimal(0)) + amount
        return cls(counts=dict(sorted(counts.items())), amounts=dict(sorted(amounts.items())))

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def days(self) -> int:
        """All days together."""
        return sum(days * count for days, count in self.counts.items())

    @property
    def amount(self) -> Decimal:
        """All amounts together."""
        return sum(self.amounts.values(), Decimal(0))

    @property
    def dollar_days(self) -> Decimal:
        """Amounts × days."""
        return sum((amount * days for days, amount in self.amounts.items()), Decimal(0))

    @property
    def longest(self) -> int | None:
        """The most days."""
        return max(self.counts, default=None)

    @property
    def mean(self) -> Decimal | None:
        """Days on average."""
        return Decimal(self.days) / self.count if self.count else None

    def percentile(self, percent: int) -> Decimal | None:
        """The value below which so many percent lie, between two of them in proportion; exact to a hundredth."""
        if not self.count:
            return None
        place = Decimal((self.count - 1) * percent) / 100
        low = int(place)
        below, above = self._at(low), self._at(min(low + 1, self.count - 1))
        return below + (place - low) * (above - below)

    def share(self, *, within: int) -> Decimal | None:
        """Which part is of at most so many days."""
        if not self.count:
            return None
        return Decimal(sum(count for days, count in self.counts.items() if days <= within)) / self.count

    def sorted_out(self) -> tuple[Self, int]:
        """The same without days below zero, and how many of those there were."""
        kept = [(days, count, self.amounts[days]) for days, count in self.counts.items() if days >= 0]
        spread = type(self).of(kept)
        return spread, self.count - spread.count

    def _at(self, place: int) -> Decimal:
        passed = 0
        for days, count in self.counts.items():
            passed += count
            if place < passed:
                return Decimal(days)
        raise IndexError(place)

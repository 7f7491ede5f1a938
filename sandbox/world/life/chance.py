"""Dice in arrays."""

from __future__ import annotations

import numpy as np

from sandbox.world.days import NEVER, Cents, Days, Flags, Places


class Dice:
    """A seeded source of chance; the same key always falls the same way."""

    def __init__(self, *key: int) -> None:
        self._rng = np.random.default_rng(key)

    def happens(self, share: float | np.ndarray, count: int) -> Flags:
        """True with that probability, each."""
        return self._rng.random(count, np.float32) < share

    def share(self, count: int, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        """Even between `low` and `high`."""
        return low + (high - low) * self._rng.random(count)

    def days(self, low: int, high: int, count: int) -> Days:
        """Whole days from `low` to `high`, both inclusive."""
        return self._rng.integers(low, high, count, np.int32, endpoint=True)

    def one_of(self, weights: list[float], count: int) -> Places:
        """Places with those weights."""
        edges = np.cumsum(weights) / sum(weights)
        return np.searchsorted(edges, self._rng.random(count), side="right").astype(np.int32)

    def within(self, starts: Places, counts: Places) -> Places:
        """One place of each range."""
        return (starts + self._rng.random(len(starts)) * counts).astype(np.int32)


def when(flags: Flags, days: Days) -> Days:
    """Those days where the flag is up, never elsewhere."""
    return np.where(flags, days, np.int32(NEVER)).astype(np.int32)


def amount(flags: Flags, cents: Cents) -> Cents:
    """Those cents where the flag is up, none elsewhere."""
    return np.where(flags, cents, np.int64(0))


def part_of(cents: Cents, share: float | np.ndarray) -> Cents:
    """A share of an amount, in whole cents."""
    return np.rint(cents * share).astype(np.int64)

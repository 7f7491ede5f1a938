"""A report's column before it is text: exact values, from which both CSV and totals of a page can be taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sandbox.world.days import NEVER, Cents, Days, Flags, Places


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts by their place in a table; a negative place is an empty cell."""

    places: Places
    table: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.places)

    def blank(self, where: Flags) -> Texts:
        """The same with empty cells."""
        return Texts(np.where(where, np.int32(-1), self.places).astype(np.int32), self.table)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whole numbers: cents for money, days of sandbox.world.days for dates (never is an empty cell), ids, counts."""

    kind: Literal["money", "date", "integer"]
    values: Cents | Days
    empty: Flags | None = None

    def __len__(self) -> int:
        return len(self.values)

    def blank(self, where: Flags) -> Numbers:
        """The same with empty cells."""
        return Numbers(self.kind, self.values, where if self.empty is None else self.empty | where)


Values = Texts | Numbers


def money(cents: Cents) -> Numbers:
    """An amount in every row."""
    return Numbers("money", cents)


def dates(days: Days) -> Numbers:
    """A date in every row whose day has come."""
    return Numbers("date", days, days >= NEVER)


def integers(values: np.ndarray, empty: Flags | None = None) -> Numbers:
    """A whole number in every row, but where it is empty."""
    return Numbers("integer", values.astype(np.int64), empty)


def texts(places: np.ndarray, *table: str) -> Texts:
    """Texts by place."""
    return Texts(places.astype(np.int32), table)

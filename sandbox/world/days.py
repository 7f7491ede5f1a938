"""Days and months as numbers, for arrays: a day counts from 1970-01-01, and what never happens is far in the future."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.integer]
Cents = NDArray[np.int64]
Places = NDArray[np.integer]
Flags = NDArray[np.bool_]

#: Later than any day. Sums with it are later still, so no event needs a mask.
NEVER = 1_000_000
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def date_of(number: int) -> date:
    """The day of a number."""
    return _EPOCH + timedelta(days=int(number))


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @staticmethod
    def of(day: date) -> Month:
        """The month in which a day lies."""
        return Month(day.year, day.month)

    @property
    def ordinal(self) -> int:
        """Months since the year 0: neighbours differ by one."""
        return self.year * 12 + self.month - 1

    def later(self, months: int) -> Month:
        """The month so many later, or earlier."""
        year, month = divmod(self.ordinal + months, 12)
        return Month(year, month + 1)

    @property
    def first_day(self) -> int:
        """The number of its first day."""
        return day_number(date(self.year, self.month, 1))

    @property
    def length(self) -> int:
        """How many days it has."""
        return self.later(1).first_day - self.first_day

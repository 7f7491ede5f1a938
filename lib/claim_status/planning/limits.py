"""What one query of a payer may ask for and answer with."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from lib.claim_status.model import Patient


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowLimits:
    """Claims of a page, claims that a query may find, days of a window with both ends, months back from today.

    The defaults are UHC's (contract §2); its 24th month is the same day of the month two years ago.
    """

    page_claims: int = 50
    most_claims: int = 500
    longest_days: int = 90
    months_back: int = 24


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Window:
    """Days of service that one query asks for, both included: of everybody, or of one patient."""

    first: date
    last: date
    patient: Patient | None = None

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def covers(self, other: Window) -> bool:
        """Whether every day of the other stands in this one; patients do not count."""
        return self.first <= other.first and other.last <= self.last


def earliest_day(today: date, limits: WindowLimits) -> date:
    """The first day of service that may be asked for; the last is today."""
    year, month = divmod(today.year * 12 + today.month - 1 - limits.months_back, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))

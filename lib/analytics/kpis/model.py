"""What a key figure answers: the value with everything that makes it provable, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lib.analytics.kpis.definitions import Unit


class NoValue(StrEnum):
    """Why a figure has no value."""

    NO_DATA = "no data"
    ZERO_DENOMINATOR = "nothing to divide by"
    IMMATURE = "immature"
    MISSING_COLUMN = "missing column"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Days from `first` to `last`, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days those are; none where the last is before the first."""
        return max((self.last - self.first).days + 1, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A column of a saved report that a client lacks; `label` is what to add to it at the vendor."""

    client_id: str
    report: str
    column: str
    label: str

    def __str__(self) -> str:
        return f"The saved report “{self.report}” lacks {self.column}; add “{self.label}” to it."


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """A client whose rows a figure of several clients does not count, and why."""

    client_id: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KpiValue:
    """The answer of a key figure: value = numerator × factor ÷ denominator, exact; of medians both make the mean.

    Money in dollars, percent as a fraction, days as days; nothing is rounded. `value` is None exactly where `no_value`
    says why and `reason` says it in a sentence; then `missing` may name the columns to add. `as_of` is the day of
    knowledge, for the latest the newest day that a row shows; `notes` tell where other rows are of an earlier day.
    `rows` are those of the views that numerator and denominator were taken from. `unheeded` are filters that its views
    have no column for. None of as_of and window: nothing was ever loaded. `clients` are those whose rows count.
    """

    name: str
    title: str
    unit: Unit
    version: int
    value: Decimal | None
    no_value: NoValue | None
    reason: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    factor: Decimal
    window: Window | None
    date_basis: str
    as_of: date | None
    rows: int
    settings: Mapping[str, int | str]
    extras: Mapping[str, Decimal | int | None]
    missing: tuple[Missing, ...]
    left_out: tuple[LeftOut, ...]
    unheeded: tuple[str, ...]
    notes: tuple[str, ...]
    clients: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class KpiChange:
    """A figure and the same figure of the period before."""

    now: KpiValue
    before: KpiValue

    @property
    def unlike(self) -> bool:
        """Whether the two are of different clients, so that nothing can be said of a change."""
        return self.before.value is not None and self.now.clients != self.before.clients

    @property
    def difference(self) -> Decimal | None:
        """Now − before; None where one of them has no value, or they are of different clients."""
        if self.now.value is None or self.before.value is None or self.unlike:
            return None
        return self.now.value - self.before.value

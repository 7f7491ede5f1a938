"""What a figure says before it is drawn: its parts, each with its exact sum, its rows and the mark that finds them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from lib.analytics.kpis.definitions import Unit
from lib.analytics.reading.filters import Conditions, Filters, Mark, MarkValue, both, conditions_on
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, View
from lib.core.errors import BadInput

__all__ = ["Figure", "Group", "Measure", "Part", "Target", "Unit", "fold", "rows_of", "sums"]

_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: A figure shows so many categories; what is beyond stands in one, “other (n)”.
MOST_LABELS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """An amount of a view that is added up; only rows where it is not zero stand behind a mark, or `every` row."""

    column: str
    title: str
    every: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One mark of a figure: a segment of a bar, a point of a line, a point between two axes.

    `amount` is the exact sum of the figure's measure (or of `measure`, where a part has its own) over `rows` rows,
    which `mark` finds again, as known on `as_of` where that is not the page's day. `value` is what is drawn: the
    amount, unless a ratio or a count is; None draws nothing. `across` is the value on the other axis of a scatter.
    `said`: further lines of the hover. `immature`: drawn, and marked as not yet final.
    """

    label: str
    mark: Mark
    rows: int
    amount: Decimal
    series: str = ""
    value: Decimal | None = None
    across: Decimal | None = None
    measure: Measure | None = None
    as_of: date | None = None
    said: tuple[str, ...] = ()
    immature: bool = False
    #: Stands for so many categories that are not shown.
    others: int = 0
    #: What stands beside the value where there is room: the counts of a rate, a cumulative share.
    beside: str = ""

    @property
    def height(self) -> Decimal | None:
        """What is drawn."""
        return self.amount if self.value is None else self.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A line to compare with, and where it comes from."""

    value: Decimal
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure of a page. `title` says measure, unit and clock; `labels` and `series` are in the order of drawing.

    `unheeded`: filters that its view has no column for. `basis`: the clock in words; of a fixed one too.
    """

    name: str
    title: str
    view: str
    measure: Measure
    parts: tuple[Part, ...]
    unit: Unit = Unit.MONEY
    series: tuple[str, ...] = ()
    basis: str = ""
    #: What a row is called.
    noun: str = "charge"
    unheeded: tuple[str, ...] = ()
    #: What has to be known to read it.
    note: str = ""
    target: Target | None = None
    #: Filters that the figure has beyond those of the page, so that its rows are found again.
    within: Mark | None = None
    dated: bool = True
    clock: Clock | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The categories in their order."""
        return tuple(dict.fromkeys(part.label for part in self.parts))

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(part.rows for part in self.parts)

    def measure_of(self, part: Part) -> Measure:
        """What a part's amount is the sum of."""
        return part.measure or self.measure


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Rows that share the values of some columns, how many they are, and what they add up to."""

    values: Mapping[str, MarkValue]
    rows: int
    amount: Decimal


def rows_of(
    view: View,
    filters: Filters,
    measure: Measure,
    *marks: Mark | None,
    clock: Clock | None = None,
    dated: bool = True,
) -> Conditions:
    """The rows behind a mark, or behind a whole figure: the filters, the marks, and a measure that is not zero."""
    nonzero = "TRUE" if measure.every else f"{_vetted(measure.column)} <> 0"
    counted = Conditions(sql=nonzero, parameters={}, unheeded=())
    conditions = both(conditions_on(view, filters, clock=clock, dated=dated), counted)
    for number, mark in enumerate(mark for mark in marks if mark is not None):
        conditions = both(conditions, _renamed(mark.conditions(view), f"_{number}"))
    return conditions


def sums(
    reader: Reader,
    view: View,
    filters: Filters,
    measure: Measure,
    groups: Sequence[str],
    *,
    within: Mark | None = None,
    clock: Clock | None = None,
    dated: bool = True,
) -> list[Group]:
    """What the measure adds up to by the columns of `groups`, which must be marks of the view."""
    unknown = [column for column in groups if column not in view.marks]
    if unknown:
        raise BadInput(f"{', '.join(unknown)} cannot be grouped by.", fix=f"Columns: {', '.join(view.marks)}.")
    conditions = rows_of(view, filters, measure, within, clock=clock, dated=dated)
    question = questions("figures")["sums"].format(
        groups=", ".join(groups), measure=measure.column, view=view.name, conditions=conditions.sql
    )
    found = reader.ask(question, conditions.parameters).rows
    return [Group(values=dict(zip(groups, row, strict=False)), rows=row[-2], amount=Decimal(row[-1])) for row in found]


def fold(
    parts: Iterable[Part], column: str, *, most: int = MOST_LABELS, rank: Callable[[Part], Decimal] | None = None
) -> tuple[Part, ...]:
    """The parts with the largest labels first, and all labels beyond `most` as one, “other (n)”.

    `column` is the mark's column that the label stands for; what is folded is still found by its values.
    """
    parts = list(parts)
    totals: dict[str, Decimal] = {}
    for part in parts:
        totals[part.label] = totals.get(part.label, Decimal(0)) + (rank(part) if rank else abs(part.amount))
    ranked = sorted(totals, key=lambda label: (-totals[label], label))
    shown, rest = (ranked, []) if len(ranked) <= most else (ranked[: most - 1], ranked[most - 1 :])
    place = {label: number for number, label in enumerate(shown)}
    kept = sorted((part for part in parts if part.label in place), key=lambda part: place[part.label])
    if not rest:
        return tuple(kept)
    folded: dict[Hashable, list[Part]] = {}
    for part in parts:
        if part.label not in place:
            folded.setdefault(part.series, []).append(part)
    every = {part.mark.values[column] for part in parts if part.label not in place}
    return (*kept, *(_together(of_series, column, every, len(rest)) for of_series in folded.values()))


def _together(parts: Sequence[Part], column: str, values: set[Any], count: int) -> Part:
    first = parts[0]
    ordered = tuple(sorted(values, key=lambda value: (value is None, str(value))))
    return replace(
        first,
        label=f"other ({count})",
        mark=Mark(values={**first.mark.values, column: ordered}),
        rows=sum(part.rows for part in parts),
        amount=sum((part.amount for part in parts), Decimal(0)),
        others=count,
    )


def _renamed(conditions: Conditions, suffix: str) -> Conditions:
    """The same conditions with parameters of their own, so that two marks can stand side by side."""
    names = sorted(conditions.parameters, key=len, reverse=True)
    text = conditions.sql
    for name in names:
        text = re.sub(rf"(?<!:):{name}\b", f":{name}{suffix}", text)
    return Conditions(
        sql=text,
        parameters={f"{name}{suffix}": value for name, value in conditions.parameters.items()},
        unheeded=conditions.unheeded,
    )


def _vetted(column: str) -> str:
    if not _NAME.fullmatch(column):
        raise BadInput(f"“{column}” is no column.")
    return column

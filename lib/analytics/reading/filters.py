"""What a person has narrowed the pages to, as one record that lives in an address and becomes conditions of a query."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from lib.analytics.reading.views import Clock, Dimension, View
from lib.core.errors import BadInput

#: In an address, many values of one filter stand beside each other; none of them holds this sign.
_BETWEEN = "|"
#: How a value that a report leaves empty is written and shown.
NOTHING = "(none)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """The filters of every page; an empty tuple or None narrows nothing.

    `chosen` holds values by dimension, as the reports write them (NOTHING: empty ones); client ids for the client.
    `first_day` and `last_day` (both inclusive) are read on `clock`; `as_of` is the day of knowledge.
    """

    chosen: Mapping[Dimension, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    first_day: date | None = None
    last_day: date | None = None
    clock: Clock = Clock.DOS
    as_of: date | None = None

    def values(self, dimension: Dimension) -> tuple[str, ...]:
        """The chosen values of one dimension."""
        return tuple(self.chosen.get(dimension, ()))

    def key(self) -> tuple[Any, ...]:
        """The same filters as something to cache under."""
        chosen = tuple((dimension, tuple(sorted(self.chosen[dimension]))) for dimension in sorted(self.chosen))
        return (chosen, self.first_day, self.last_day, self.clock, self.as_of)

    def to_address(self) -> dict[str, str]:
        """The filters as query parameters; never a patient's name or a claim's number, which are no dimensions."""
        found = {dimension.value: _BETWEEN.join(values) for dimension, values in self.chosen.items() if values}
        for name, day in (("from", self.first_day), ("to", self.last_day), ("as_of", self.as_of)):
            if day is not None:
                found[name] = day.isoformat()
        if self.clock is not Clock.DOS:
            found["clock"] = self.clock.value
        return found

    @classmethod
    def from_address(cls, parameters: Mapping[str, str]) -> Self:
        """Read query parameters; other names are left alone. Raises BadInput for a day or clock that is none."""
        chosen = {
            dimension: tuple(value for value in parameters[dimension.value].split(_BETWEEN) if value)
            for dimension in Dimension
            if parameters.get(dimension.value)
        }
        try:
            return cls(
                chosen=chosen,
                first_day=_day(parameters.get("from")),
                last_day=_day(parameters.get("to")),
                clock=Clock(parameters.get("clock", Clock.DOS)),
                as_of=_day(parameters.get("as_of")),
            )
        except ValueError:
            raise BadInput(
                "The address holds a day or a clock that is none.", fix="Days are written 2026-10-31; or begin anew."
            ) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """Filters as SQL over one view: `sql` is a condition (at least TRUE) with named parameters.

    `unheeded` are the filters that this view has no column for; a figure that is drawn from it says so.
    """

    sql: str
    parameters: dict[str, Any]
    unheeded: tuple[str, ...]


def conditions_on(view: View, filters: Filters, *, clock: Clock | None = None, dated: bool = True) -> Conditions:
    """What the filters mean for a view; `clock` is a fixed one, `dated` whether the days narrow at all."""
    parts: list[str] = []
    parameters: dict[str, Any] = {}
    unheeded: list[str] = []
    for dimension, values in sorted(filters.chosen.items()):
        if not values:
            continue
        column = view.column_of(dimension)
        if column is None:
            unheeded.append(dimension.value)
        elif dimension is Dimension.CLIENT:
            parts.append(f"{column} = ANY(:chosen_{dimension.value})")
            parameters[f"chosen_{dimension.value}"] = [_client_id(value) for value in values]
        else:
            parts.append(f"coalesce({column}, :nothing) = ANY(:chosen_{dimension.value})")
            parameters |= {f"chosen_{dimension.value}": list(values), "nothing": NOTHING}
    if dated and (filters.first_day or filters.last_day):
        column = view.clocks.get(clock or filters.clock)
        if column is None:
            unheeded.append("dates")
        else:
            if filters.first_day:
                parts.append(f"{column} >= :first_day")
                parameters["first_day"] = filters.first_day
            if filters.last_day:
                parts.append(f"{column} <= :last_day")
                parameters["last_day"] = filters.last_day
    return Conditions(sql=" AND ".join(parts) or "TRUE", parameters=parameters, unheeded=tuple(unheeded))


MarkValue = str | int | bool | date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What was clicked: the values of the columns that make a bar, a point or a cell of a chart.

    A drill into it keeps the filters and adds these; None stands for an empty value, a tuple for any of its values.
    """

    values: Mapping[str, MarkValue | tuple[MarkValue, ...]]

    def conditions(self, view: View) -> Conditions:
        """The mark as SQL over a view; raises BadInput for a column that the view has not, or that names a patient."""
        parts: list[str] = []
        parameters: dict[str, Any] = {}
        for number, (column, value) in enumerate(self.values.items()):
            if column not in view.marks:
                raise BadInput(f"{column} cannot be drilled into.", fix=f"Columns: {', '.join(view.marks)}.")
            if isinstance(value, tuple):
                filled = [each for each in value if each is not None]
                empty = f"{column} IS NULL OR " if None in value else ""
                parts.append(f"({empty}{column} = ANY(:mark_{number}))")
                parameters[f"mark_{number}"] = filled
            elif value is None:
                parts.append(f"{column} IS NULL")
            else:
                parts.append(f"{column} = :mark_{number}")
                parameters[f"mark_{number}"] = value
        return Conditions(sql=" AND ".join(parts) or "TRUE", parameters=parameters, unheeded=())


class Order(StrEnum):
    """Which way rows are sorted."""

    UP = "ASC"
    DOWN = "DESC"


def both(first: Conditions, *others: Conditions) -> Conditions:
    """Conditions that all must hold."""
    every = (first, *others)
    return Conditions(
        sql=" AND ".join(f"({each.sql})" for each in every),
        parameters={name: value for each in every for name, value in each.parameters.items()},
        unheeded=tuple(dict.fromkeys(name for each in every for name in each.unheeded)),
    )


def in_words(filters: Filters, client_names: Mapping[str, str]) -> Sequence[str]:
    """The filters in words, one a line, as an export prints them."""
    lines = []
    for dimension, values in filters.chosen.items():
        names = [client_names.get(value, value) for value in values] if dimension is Dimension.CLIENT else values
        if names:
            lines.append(f"{dimension.label}: {', '.join(names)}")
    if filters.first_day or filters.last_day:
        first = filters.first_day.isoformat() if filters.first_day else "the beginning"
        last = filters.last_day.isoformat() if filters.last_day else "the latest"
        lines.append(f"{filters.clock.label}: {first} to {last}")
    if filters.as_of:
        lines.append(f"As known on {filters.as_of.isoformat()}")
    return lines


def _client_id(value: str) -> int:
    if not (value.isascii() and value.isdecimal()):
        raise BadInput(f"“{value}” is no client.", fix="Choose the clients from the list.")
    return int(value)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

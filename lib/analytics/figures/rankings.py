"""Parts of a figure that rank the values of one column, whatever else narrows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from lib.analytics.figures.figure import Measure, Part, fold, sums
from lib.analytics.reading.filters import Filters, Mark, MarkValue
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, View

#: What a bar may be split by on the pages.
SPLITS = (Dimension.PAYER, Dimension.PRACTICE, Dimension.FACILITY, Dimension.PROVIDER)


def column_of(view: View, dimension: Dimension) -> str:
    """The column of a dimension that the view is known to have."""
    column = view.column_of(dimension)
    assert column is not None, f"{view.name} has no {dimension}"
    return column


def splits_of(view: View) -> tuple[Dimension, ...]:
    """What rows of a view can be split by."""
    return tuple(dimension for dimension in SPLITS if view.column_of(dimension) is not None)


def only(within: Mark | None, column: str) -> Mark | None:
    """What an opened “other (n)” stands for, without what else its bar was made of."""
    return None if within is None else Mark(values={column: within.values[column]})


def ranked(
    reader: Reader,
    view: View,
    filters: Filters,
    measure: Measure,
    column: str,
    *,
    nothing: str,
    fixed: Mapping[str, MarkValue] | None = None,
    within: Mark | None = None,
    clock: Clock | None = None,
    dated: bool = True,
    by_rows: bool = False,
    order: Sequence[str] | None = None,
) -> tuple[Part, ...]:
    """A part for each value of a column, the largest first and at most twelve, or in an `order` that names all.

    `nothing` is what an empty value is called, `fixed` what all rows have in common. `by_rows`: their number is drawn.
    """
    fixed = fixed or {}
    both = Mark(values={**fixed, **(within.values if within else {})})
    parts = [
        Part(
            label=nothing if group.values[column] is None else str(group.values[column]),
            mark=Mark(values=group.values),
            rows=group.rows,
            amount=group.amount,
        )
        for group in sums(reader, view, filters, measure, [column, *fixed], within=both, clock=clock, dated=dated)
    ]
    if order is not None:
        place = {label: number for number, label in enumerate(order)}
        found = tuple(sorted(parts, key=lambda part: place[part.label]))
    else:
        found = fold(parts, column, rank=_rows if by_rows else None)
    return counted_rows(found) if by_rows else found


def counted_rows(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The same parts, drawn by how many rows they have."""
    return tuple(replace(part, value=Decimal(part.rows)) for part in parts)


def _rows(part: Part) -> Decimal:
    return Decimal(part.rows)

"""The rows behind a mark: how many they are, what they add up to, and a page of them in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.analytics.figures.figure import Figure, Part, rows_of
from lib.analytics.reading.filters import Conditions, Filters, Order
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Answer, Reader
from lib.analytics.reading.views import View, view_named
from lib.core.errors import BadInput

#: What tells rows apart that are otherwise sorted alike, where a view has it.
_ROW_NAMES = ("charge_id", "claim_id", "payment_id", "patient_id", "package_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Behind:
    """The rows behind a mark, as a condition: what a drill, a count and an export have in common.

    `sum_of` is the column whose sum is the mark's amount.
    """

    view: View
    conditions: Conditions
    sum_of: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AddedUp:
    """All rows behind a mark, added up."""

    rows: int
    sums: Mapping[str, Decimal]


def behind(figure: Figure, part: Part, filters: Filters) -> Behind:
    """The rows behind a part of a figure."""
    view, measure = view_named(figure.view), figure.measure_of(part)
    return Behind(
        view=view,
        conditions=rows_of(view, filters, measure, figure.within, part.mark, clock=figure.clock, dated=figure.dated),
        sum_of=measure.column,
    )


def behind_all(figure: Figure, filters: Filters) -> Behind:
    """The rows behind a whole figure."""
    view = view_named(figure.view)
    return Behind(
        view=view,
        conditions=rows_of(view, filters, figure.measure, figure.within, clock=figure.clock, dated=figure.dated),
        sum_of=figure.measure.column,
    )


def columns_of(reader: Reader, view: View) -> tuple[str, ...]:
    """The columns of a view in their order."""
    return reader.ask(questions("figures")["columns"].format(view=view.name)).columns


def add_up(reader: Reader, rows: Behind, columns: Sequence[str]) -> AddedUp:
    """How many rows there are, and what each of these amounts adds up to in them."""
    _vet(reader, rows.view, [*columns, rows.sum_of])
    summed = list(dict.fromkeys([rows.sum_of, *columns]))
    question = questions("figures")["add_up"].format(
        view=rows.view.name,
        conditions=rows.conditions.sql,
        sums=", ".join(f"coalesce(sum({column}), 0) AS {column}" for column in summed),
    )
    found = reader.ask(question, rows.conditions.parameters).first
    return AddedUp(rows=found["row_count"], sums={column: Decimal(found[column]) for column in summed})


def read_rows(
    reader: Reader,
    rows: Behind,
    columns: Sequence[str],
    *,
    sort: str,
    order: Order = Order.DOWN,
    skip: int = 0,
    most: int = 500,
) -> Answer:
    """A page of the rows; the order is the same at every asking. Raises BadInput for an unknown column."""
    question = questions("figures")["rows"].format(
        view=rows.view.name,
        columns=", ".join(columns),
        conditions=rows.conditions.sql,
        order=ordering(reader, rows.view, columns, sort, order),
    )
    return reader.ask(question, {**rows.conditions.parameters, "most": most, "skip": skip})


def ordering(reader: Reader, view: View, columns: Sequence[str], sort: str, order: Order) -> str:
    """An ORDER BY that leaves nothing open. Raises BadInput for an unknown column."""
    keys = ordering_keys(reader, view, columns, sort, order)
    return ", ".join([*keys, *(column for column in columns if column not in keys and column != sort)])


def ordering_keys(reader: Reader, view: View, columns: Sequence[str], sort: str, order: Order) -> list[str]:
    """By what rows are sorted, and told apart where that leaves it open. Raises BadInput for an unknown column."""
    known = _vet(reader, view, [*columns, sort])
    return [f"{sort} {order} NULLS LAST", *(name for name in _ROW_NAMES if name in known and name != sort)]


def _vet(reader: Reader, view: View, columns: Sequence[str]) -> tuple[str, ...]:
    known = columns_of(reader, view)
    if unknown := [column for column in columns if column not in known]:
        raise BadInput(f"{view.title} has no column {', '.join(unknown)}.", fix=f"Columns: {', '.join(known)}.")
    return known

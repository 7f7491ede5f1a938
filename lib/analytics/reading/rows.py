"""A view's rows one page after another: every row once, in an order that leaves nothing open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from lib.analytics.reading.filters import Conditions
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.core.errors import BadInput, Conflict

#: With the client, the first of these that a view has is the key of its rows; few rows share one.
_ROW_IDS = ("charge_id", "claim_id", "payment_id", "patient_id", "customer_account")
_BOOLEANS = {"true": True, "false": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a page ended: the keys of its last row, and how many rows with these keys were passed."""

    keys: tuple[str, ...]
    passed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Rows in the order of their columns; `last` is where the next page begins, None where there is none."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    last: Place | None


def schema_of(reader: Reader, view: str) -> pa.Schema:
    """The columns of a view with their types."""
    with reader.stream(questions("figures")["columns"].format(view=view), {}, view=view) as (schema, _):
        return schema


def conditions_of(schema: pa.Schema, filters: Mapping[str, Sequence[str | None]]) -> Conditions:
    """By column, the values of which one must hold, as text; None or an empty text means rows without one.

    Raises BadInput for an unknown column, or for a value that is none of its column's type, which it does not say.
    """
    vet(schema, filters)
    parts: list[str] = []
    parameters: dict[str, Any] = {}
    for number, (column, values) in enumerate(sorted(filters.items())):
        filled = [_typed(value, column, schema.field(column).type) for value in values if value]
        choices = [f"{column} IS NULL"] if len(filled) < len(values) else []
        for place, value in enumerate(filled):
            parameters[f"filter_{number}_{place}"] = value
            choices.append(f"{column} = :filter_{number}_{place}")
        parts.append(f"({' OR '.join(choices) or 'FALSE'})")
    return Conditions(sql=" AND ".join(parts) or "TRUE", parameters=parameters, unheeded=())


def vet(schema: pa.Schema, columns: Sequence[str] | Mapping[str, Any]) -> None:
    """Raise BadInput for a column that is none of the view's."""
    if any(column not in schema.names for column in columns):
        raise BadInput("The view has no such column.", fix=f"Columns: {', '.join(schema.names)}.")


def page_of(
    reader: Reader,
    view: str,
    schema: pa.Schema,
    columns: Sequence[str],
    conditions: Conditions,
    *,
    after: Place | None,
    most: int,
) -> Page:
    """At most `most` rows after a place, of columns that were vetted.

    Rows may share their keys, and even all of their values: those at the border of two pages are counted. Raises
    BadInput for a place of other rows, Conflict where rows went away meanwhile.
    """
    keys = _keys(schema, columns)
    if after is not None and len(after.keys) != len(keys):
        raise BadInput("This is no place in these rows.", fix="Begin again without `after`.")
    begin = _Bound(keys=keys, at=after.keys if after else None, name="first", direction=">")
    asked = {**conditions.parameters, **begin.parameters}
    passed = after.passed if after else 0
    # Keys alone are sorted quickly; whole rows only as far as the page reaches.
    parts = {"view": view, "keys": ", ".join(keys), "conditions": conditions.sql, "beyond": begin.sql}
    reached = reader.ask(questions("rows")["reach"].format(**parts), asked | {"skip": passed + most}).rows
    end = _Bound(keys=keys, at=reached[0] if reached else None, name="last", direction="<")
    question = questions("rows")["page"].format(
        **parts,
        columns=", ".join(columns),
        reach=end.sql,
        order=", ".join([*keys, *(f"{column} NULLS LAST" for column in columns)]),
    )
    found = reader.ask(question, {**asked, **end.parameters, "most": most, "skip": passed}).rows
    width = len(columns)
    rows = [tuple(row[:width]) for row in found]
    if not reached:
        return Page(columns=tuple(columns), rows=rows, last=None)
    if not found:
        raise Conflict("The rows have changed meanwhile.", fix="Begin again without `after`.")
    last = tuple(found[-1][width:])
    alike = sum(1 for row in found if tuple(row[width:]) == last)
    if after is not None and last == after.keys:
        alike += after.passed
    return Page(columns=tuple(columns), rows=rows, last=Place(keys=last, passed=alike))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bound:
    """Rows whose keys are those of a place, or lie on the one side of it; without a place, all."""

    keys: Sequence[str]
    at: Sequence[str] | None
    name: str
    direction: str

    @property
    def sql(self) -> str:
        """The condition."""
        if self.at is None:
            return "TRUE"
        said = "TRUE"
        for number in reversed(range(len(self.keys))):
            key, at = self.keys[number], f":{self.name}_{number}"
            said = f"({key} {self.direction} {at} OR ({key} = {at} AND {said}))"
        return said

    @property
    def parameters(self) -> dict[str, str]:
        """Its values."""
        return {f"{self.name}_{number}": value for number, value in enumerate(self.at or ())}


def _keys(schema: pa.Schema, columns: Sequence[str]) -> list[str]:
    row_id = next((name for name in _ROW_IDS if name in schema.names), None)
    named = [name for name in ("client_id", row_id) if name in schema.names]
    return [f"coalesce(CAST({name} AS text), '')" for name in named or columns[:1]]


def _typed(value: str, column: str, kind: pa.DataType) -> Any:
    try:
        if pa.types.is_integer(kind):
            return int(value)
        if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
            return _finite(Decimal(value))
        if pa.types.is_date(kind):
            return date.fromisoformat(value)
        if pa.types.is_timestamp(kind):
            return datetime.fromisoformat(value)
        if pa.types.is_boolean(kind):
            return _BOOLEANS[value]
    except (ValueError, KeyError, InvalidOperation):
        raise BadInput(
            f"A value for {column} is none of its type ({kind}).",
            fix="Days are YYYY-MM-DD, amounts 12.50, true, false.",
        ) from None
    return value


def _finite(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError
    return number

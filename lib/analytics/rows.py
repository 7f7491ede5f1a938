"""A view's rows one page after another: every row once, in an order that leaves nothing open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pyarrow as pa

from lib.analytics.filters import Conditions
from lib.analytics.questions import questions
from lib.analytics.reading import Reader
from lib.core.errors import BadInput

#: What tells rows apart, where a view has it; rows that share all of it are told apart by all their columns.
_KEYS = ("client_id", "customer_account", "charge_id", "claim_id", "payment_id", "patient_id", "package_id")
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

    Rows may share their keys, and even all of their values: those at the border of two pages are counted.
    """
    keys = [f"coalesce(CAST({name} AS text), '')" for name in _KEYS if name in schema.names]
    keys = keys or [f"coalesce(CAST({name} AS text), '')" for name in columns]
    if after is not None and len(after.keys) != len(keys):
        raise BadInput("This is no place in these rows.", fix="Begin again without `after`.")
    question = questions("rows")["page"].format(
        columns=", ".join(columns),
        keys=", ".join(f"{key} AS key_{number}" for number, key in enumerate(keys)),
        view=view,
        conditions=conditions.sql,
        beyond=_from_on(keys) if after else "TRUE",
        order=", ".join([*keys, *(f"{column} NULLS LAST" for column in columns)]),
    )
    at = {f"at_{number}": value for number, value in enumerate(after.keys)} if after else {}
    asked = {**conditions.parameters, **at, "most": most + 1, "skip": after.passed if after else 0}
    found = reader.ask(question, asked).rows
    width = len(columns)
    rows = [tuple(row[:width]) for row in found[:most]]
    if len(found) <= most:
        return Page(columns=tuple(columns), rows=rows, last=None)
    last = tuple(found[most - 1][width:])
    passed = sum(1 for row in found[:most] if tuple(row[width:]) == last)
    if after is not None and last == after.keys:
        passed += after.passed
    return Page(columns=tuple(columns), rows=rows, last=Place(keys=last, passed=passed))


def _from_on(keys: Sequence[str]) -> str:
    """Rows whose keys are those of the place, or come later."""
    said = "TRUE"
    for number in reversed(range(len(keys))):
        said = f"{keys[number]} > :at_{number} OR ({keys[number]} = :at_{number} AND ({said}))"
    return said


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

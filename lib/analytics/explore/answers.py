"""What an exploration shows: its rows or groups a page at a time, their sums, the exact question, and a chart of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lib.analytics.explore.exploration import ROWS, Chart, Column, Exploration, title_shown, total_of
from lib.analytics.figures.drill import ordering
from lib.analytics.figures.figure import Figure, Measure, Part, Unit, fold
from lib.analytics.reading.columns import Holds, title_of
from lib.analytics.reading.filters import Conditions, Filters, Mark, conditions_on
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Answer, Reader
from lib.analytics.reading.views import view_named

#: A column with more values than this cannot be chosen from a list.
MOST_VALUES = 200
#: A chart of more groups than this would say nothing.
MOST_GROUPS = 2_000
#: So many lines or segments can be told apart.
_MOST_SERIES = 8
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
#: What a chart's axis would take for a number.
_NUMERIC = re.compile(r"[-+.\d]+([eE]\d+)?")
NO_VALUE = "(none)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question as it is asked: SQL with parameters written :name."""

    sql: str
    parameters: Mapping[str, Any]

    def statement(self, *, as_of: date | None = None) -> str:
        """The same with its values written in, as it can be run in PostgreSQL by who may read the views."""
        known = f"SET daysheet.as_of = '{as_of.isoformat()}';\n" if as_of else ""
        return (
            known
            + _PARAMETER.sub(lambda found: _literal(self.parameters[found[1]]), self.sql.strip().rstrip(";"))
            + ";"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much there is: rows, groups (None where there are none), and the sum of each added column."""

    rows: int
    groups: int | None
    sums: Mapping[str, Decimal]


def values_of(reader: Reader, view: str, column: str, filters: Filters) -> list[Any] | None:
    """The values of a column under the page's clients, the most frequent first; None where there are too many."""
    only = Filters(chosen={key: values for key, values in filters.chosen.items() if key.value == "clients"})
    narrowed = conditions_on(view_named(view), only, dated=False)
    question = questions("explore")["values"].format(column=column, view=view, conditions=narrowed.sql)
    found = reader.ask(question, {**narrowed.parameters, "most": MOST_VALUES + 1}).rows
    return None if len(found) > MOST_VALUES else [row[0] for row in found]


def size(
    reader: Reader, exploration: Exploration, columns: Sequence[Column], narrowed: Conditions, added: Sequence[str]
) -> Size:
    """Count rows and groups, and add columns up."""
    blocks = questions("explore")
    question = blocks["add_up"].format(view=exploration.view, conditions=narrowed.sql, sums=_sums(columns, added))
    found = reader.ask(question, narrowed.parameters).first
    groups = None
    if exploration.groups:
        counted = blocks["count_groups"].format(
            view=exploration.view, conditions=narrowed.sql, groups=", ".join(exploration.groups)
        )
        groups = reader.ask(counted, narrowed.parameters).rows[0][0]
    sums = {column: Decimal(found[total_of(column)] or 0) for column in added}
    return Size(rows=found[ROWS], groups=groups, sums=sums)


def whole(reader: Reader, exploration: Exploration, columns: Sequence[Column], narrowed: Conditions) -> Question:
    """The question for everything that is shown, in its order."""
    if exploration.groups:
        return _groups("groups", exploration, columns, narrowed)
    order = ordering(reader, view_named(exploration.view), exploration.columns, exploration.sort, exploration.order)
    return Question(
        sql=questions("figures")["whole"].format(
            columns=", ".join(exploration.columns), view=exploration.view, conditions=narrowed.sql, order=order
        ),
        parameters=narrowed.parameters,
    )


def read_page(
    reader: Reader, exploration: Exploration, columns: Sequence[Column], narrowed: Conditions, *, skip: int, most: int
) -> Answer:
    """A page of the rows or of the groups; the order is the same at every asking."""
    page = {"most": most, "skip": skip}
    if exploration.groups:
        asked = _groups("page_of_groups", exploration, columns, narrowed)
        return reader.ask(asked.sql, {**asked.parameters, **page})
    order = ordering(reader, view_named(exploration.view), exploration.columns, exploration.sort, exploration.order)
    question = questions("figures")["rows"].format(
        columns=", ".join(exploration.columns), view=exploration.view, conditions=narrowed.sql, order=order
    )
    return reader.ask(question, {**narrowed.parameters, **page})


def types_added(exploration: Exploration, columns: Sequence[Column]) -> dict[str, pa.DataType]:
    """The types of what a grouped answer has beside columns of its view."""
    known = {each.name: each for each in columns}
    found: dict[str, pa.DataType] = {ROWS: pa.int64()}
    for name in exploration.added:
        scale = known[name].sum_type.partition(",")[2].rstrip(")")
        found[total_of(name)] = pa.decimal128(38, int(scale)) if scale else pa.int64()
    return found


def figure(
    answer: Answer, exploration: Exploration, columns: Sequence[Column], names: Mapping[str, Mapping[str, str]]
) -> Figure:
    """The groups as a chart: a mark for each value of the first column, a series for each of the second.

    `answer` holds every group; `names` are what the values of a column are called, where not as they are. A mark holds
    the values of the groups' columns.
    """
    known = {each.name: each for each in columns}
    first, *rest = exploration.groups
    shown = total_of(exploration.added[0]) if exploration.added else ROWS
    drawn_over_days = exploration.chart is Chart.LINE
    series_column = rest[0] if rest and _few(answer, rest[0]) else None
    records = answer.records()
    merged: dict[tuple[Any, ...], Part] = {}
    for record in records:
        key = (record[first], *((record[series_column],) if series_column else ()))
        before = merged.get(key)
        part = Part(
            label=_label(record[first], {})
            if drawn_over_days
            else _category(first, record[first], names.get(first, {})),
            series=_label(record[series_column], names.get(series_column, {})) if series_column else "",
            mark=Mark(values=dict(zip((first, *((series_column,) if series_column else ())), key, strict=True))),
            rows=record[ROWS] + (before.rows if before else 0),
            amount=Decimal(record[shown] or 0) + (before.amount if before else Decimal(0)),
        )
        merged[key] = part
    parts = list(merged.values())
    if drawn_over_days:
        parts = sorted((part for part in parts if part.mark.values[first] is not None), key=lambda part: part.label)
    else:
        parts = list(fold(parts, first))
    undated = sum(record[ROWS] for record in records if record[first] is None)
    return Figure(
        name="explored",
        title=f"{title_shown(shown)} by {title_of(first).lower()}"
        + (f" and {title_of(series_column).lower()}" if series_column else ""),
        view=exploration.view,
        measure=Measure(column=exploration.added[0] if exploration.added else ROWS, title=title_shown(shown)),
        unit=_unit(known, exploration),
        parts=tuple(parts),
        series=tuple(sorted({part.series for part in parts}, key=_natural)),
        noun="row",
        note=f"{undated:,} rows have no {title_of(first).lower()} and are not drawn."
        if undated and drawn_over_days
        else "",
    )


def _groups(block: str, exploration: Exploration, columns: Sequence[Column], narrowed: Conditions) -> Question:
    ties = ", ".join(f"{name} ASC NULLS LAST" for name in exploration.groups if name != exploration.sort)
    order = f"{exploration.sort} {exploration.order} NULLS LAST"
    return Question(
        sql=questions("explore")[block].format(
            groups=", ".join(exploration.groups),
            sums=_sums(columns, exploration.added),
            view=exploration.view,
            conditions=narrowed.sql,
            order=f"{order}, {ties}" if ties else order,
        ),
        parameters=narrowed.parameters,
    )


def _sums(columns: Sequence[Column], added: Sequence[str]) -> str:
    known = {each.name: each for each in columns}
    return "".join(f", CAST(sum({name}) AS {known[name].sum_type}) AS {total_of(name)}" for name in added)


def _few(answer: Answer, column: str) -> bool:
    place = answer.columns.index(column)
    return len({row[place] for row in answer.rows}) <= _MOST_SERIES


def _unit(known: Mapping[str, Column], exploration: Exploration) -> Unit:
    money = exploration.added and known[exploration.added[0]].holds is Holds.MONEY
    return Unit.MONEY if money else Unit.COUNT


def _natural(label: str) -> tuple[bool, int, str]:
    """Buckets in their order: what begins with a number by that, and words after them."""
    number = re.match(r"\d+", label)
    return (number is None, int(number[0]) if number else 0, label)


def _label(value: Any, names: Mapping[str, str]) -> str:
    match value:
        case None:
            return NO_VALUE
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case _:
            return names.get(str(value), str(value))


def _category(column: str, value: Any, names: Mapping[str, str]) -> str:
    """A label for a bar: an axis of words takes what reads as a number or a day for a place on itself."""
    label = _label(value, names)
    if isinstance(value, date):
        return f"{value:%b} {value.day}, {value.year}"
    return f"{title_of(column)} {label}" if _NUMERIC.fullmatch(label) else label


def _literal(value: Any) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | Decimal():
            return str(value)
        case date():
            return f"DATE '{value.isoformat()}'"
        case list() | tuple():
            return f"ARRAY[{', '.join(map(_literal, value))}]"
        case _:
            return "'" + str(value).replace("'", "''") + "'"

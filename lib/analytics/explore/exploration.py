"""What somebody looks at in a view: which rows, which columns, grouped how; as a record that can be kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Self

from lib.analytics.reading.columns import Holds, holds, is_personal, title_of
from lib.analytics.reading.filters import Conditions, Filters, MarkValue, Order, both, conditions_on
from lib.analytics.reading.views import Clock, View, view_named
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.errors import BadInput
from lib.reports.views.dictionary import meaning_of
from lib.reports.views.view_rows import ViewColumn, columns_of

#: How many rows a group has; beside the sums, as a column of its own.
ROWS = "row_count"
_TOTAL = "total_"
YES, NO = "yes", "no"
#: Not to be looked at: the tenant's number of a package, and what is no single value.
_HIDDEN = ("package_id", "extras")
#: Numbers that say nothing when they are added up.
_NEVER_ADDED = ("_id", "_number", "_year", "_version", "_rate", "_share", "_age")


class Narrow(StrEnum):
    """How a column is narrowed."""

    CONTAINS = "contains"
    ONE_OF = "is one of"
    RANGE = "from to"


class Chart(StrEnum):
    """How groups are drawn."""

    NONE = "table"
    BARS = "bars"
    LINE = "line"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a view as it is offered: `type` in PostgreSQL's words, `said` what it means."""

    name: str
    title: str
    type: str
    holds: Holds
    said: str
    personal: bool

    @property
    def can_be_added(self) -> bool:
        """Whether its sum says anything, and is exact."""
        exact = "," in self.type or self.type in ("smallint", "integer", "bigint")
        return exact and not self.name.endswith(_NEVER_ADDED)

    @property
    def sum_type(self) -> str:
        """The type of its sum, the same in both engines."""
        scale = self.type.partition(",")[2].rstrip(")")
        return f"decimal(38,{scale})" if scale else "bigint"

    def read(self, text: str) -> MarkValue | Decimal:
        """A value of the column's kind from its text. Raises BadInput for a text that is none."""
        try:
            match self.holds:
                case Holds.YES_NO:
                    return {YES: True, NO: False}[text]
                case Holds.DAY:
                    return date.fromisoformat(text)
                case _ if self.type.startswith("numeric"):
                    return _finite(text)
                case _ if self.type in ("smallint", "integer", "bigint"):
                    return int(_finite(text))
                case _:
                    return text
        except (ValueError, KeyError, InvalidOperation):
            raise BadInput(
                f"A filter on {self.title} holds what is none.", fix="Days are written 2026-10-31."
            ) from None


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnFilter:
    """A condition on a column; values as texts (days ISO), None for an empty one. A range includes both ends."""

    column: str
    test: Narrow
    values: tuple[str | None, ...] = ()
    first: str | None = None
    last: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The filter as it is kept."""
        return {**dataclasses.asdict(self), "values": list(self.values)}

    def words(self) -> str:
        """The filter as an export says it."""
        title = title_of(self.column)
        if self.test is Narrow.RANGE:
            return f"{title}: {self.first or 'the smallest'} to {self.last or 'the largest'}"
        shown = ", ".join("(none)" if value is None else value for value in self.values)
        return f"{title} contains {shown}" if self.test is Narrow.CONTAINS else f"{title}: {shown}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Exploration:
    """Rows of a view (`columns`, in their order), or its groups by some columns; `added` are columns that are summed.

    `sort` is a column of rows, of groups also ROWS or a sum; empty: the first one.
    """

    view: str
    columns: tuple[str, ...] = ()
    filters: tuple[ColumnFilter, ...] = ()
    groups: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    sort: str = ""
    order: Order = Order.DOWN
    chart: Chart = Chart.NONE

    def within(self, filters: Iterable[ColumnFilter]) -> Exploration:
        """The rows of a group: the same with further filters, no longer grouped; what was added up still is."""
        return dataclasses.replace(self, filters=(*self.filters, *filters), groups=(), sort="")

    def refuse_personal_filters(self) -> None:
        """Raise BadInput where a filter holds what tells a patient, or the number of a claim or payment."""
        view = view_named(self.view)
        telling = [each.column for each in self.filters if is_personal(view, each.column) or _is_number(each.column)]
        if telling:
            raise BadInput(
                f"A saved view may hold no patient and no claim's number: {', '.join(map(title_of, telling))}.",
                fix="Take that filter away and save again; set it anew whenever the view is open.",
            )

    def to_json(self) -> dict[str, Any]:
        """The exploration as it is kept."""
        return {**dataclasses.asdict(self), "filters": [each.to_json() for each in self.filters]}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """An exploration as it was kept. Raises NotFound for a view, BadInput for anything else that is no more."""
        try:
            return cls(
                view=view_named(kept["view"]).name,
                columns=tuple(kept["columns"]),
                filters=tuple(_filter(each) for each in kept["filters"]),
                groups=tuple(kept["groups"]),
                added=tuple(kept["added"]),
                sort=kept["sort"],
                order=Order(kept["order"]),
                chart=Chart(kept["chart"]),
            )
        except (KeyError, TypeError, ValueError):
            raise BadInput("This view was saved by another version and cannot be read.", fix="Make it anew.") from None


def columns_offered(database: Database, actor: Actor, view: View) -> tuple[Column, ...]:
    """The columns of a view with what the dictionary says of them."""
    with database.session(actor) as session:
        found = columns_of(session, view.name)
    return tuple(_column(view, each) for each in found if each.name not in _HIDDEN)


def usual(view: View, columns: Sequence[Column]) -> Exploration:
    """What is looked at first: the columns that charts group by, days and amounts, and nobody's name."""
    clocks = set(view.clocks.values())
    first = [
        each.name
        for each in columns
        if not each.personal
        and each.name != "client_id"
        and (each.name in view.marks or each.name in clocks or each.holds is Holds.MONEY)
        and not each.name.endswith(("_bucket", "_week", "_month"))
    ]
    ids = [each.name for each in columns if _is_number(each.name) and not each.personal]
    return Exploration(view=view.name, columns=tuple([*ids[:1], *first][:14]) or tuple(c.name for c in columns[:14]))


def checked(exploration: Exploration, columns: Sequence[Column]) -> Exploration:
    """The exploration without columns that the view has not; what is sorted by is always among what is shown."""
    known = {each.name: each for each in columns}
    kept = dataclasses.replace(
        exploration,
        columns=tuple(name for name in exploration.columns if name in known),
        filters=tuple(each for each in exploration.filters if each.column in known),
        groups=tuple(name for name in exploration.groups if name in known),
        added=tuple(name for name in exploration.added if name in known and known[name].can_be_added),
    )
    sortable = [*kept.groups, ROWS, *map(total_of, kept.added)] if kept.groups else list(known)
    if kept.sort in sortable:
        return kept
    first = (total_of(kept.added[0]) if kept.added else ROWS) if kept.groups else (kept.columns or tuple(known))[0]
    return dataclasses.replace(kept, sort=first)


def conditions(
    exploration: Exploration, columns: Sequence[Column], filters: Filters, clock: Clock | None
) -> Conditions:
    """The page's filters and the exploration's own as one condition. Raises BadInput for a value that is none."""
    known = {each.name: each for each in columns}
    own = [_condition(known[each.column], each, number) for number, each in enumerate(exploration.filters)]
    return both(conditions_on(view_named(exploration.view), filters, clock=clock), *own)


def total_of(column: str) -> str:
    """The name of a column's sum."""
    return f"{_TOTAL}{column}"


def title_shown(name: str) -> str:
    """The title of a column, of a sum, or of the number of rows."""
    if name == ROWS:
        return "Rows"
    return f"{title_of(name.removeprefix(_TOTAL))}, total" if name.startswith(_TOTAL) else title_of(name)


def group_filters(groups: Sequence[str], values: Sequence[Any]) -> tuple[ColumnFilter, ...]:
    """The filters that find the rows of a group again; a tuple stands for any of its values."""
    return tuple(
        ColumnFilter(
            column=column,
            test=Narrow.ONE_OF,
            values=tuple(map(written, value)) if isinstance(value, tuple) else (written(value),),
        )
        for column, value in zip(groups, values, strict=True)
    )


def written(value: Any) -> str | None:
    """A value as the text that a filter holds."""
    match value:
        case None:
            return None
        case bool():
            return YES if value else NO
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _condition(column: Column, narrowed: ColumnFilter, number: int) -> Conditions:
    name, place = column.name, f"column_{number}"
    parts: list[str] = []
    parameters: dict[str, Any] = {}
    match narrowed.test:
        case Narrow.CONTAINS:
            parts.append(f"strpos(lower({name}), lower(:{place})) > 0")
            parameters[place] = narrowed.values[0] if narrowed.values else ""
        case Narrow.ONE_OF:
            filled = [column.read(value) for value in narrowed.values if value is not None]
            tests = [f"{name} = ANY(:{place})"] if filled else []
            if filled:
                parameters[place] = filled
            if None in narrowed.values:
                tests.append(f"{name} IS NULL")
            parts.append(" OR ".join(tests) or "FALSE")
        case Narrow.RANGE:
            for end, text, sign in (("first", narrowed.first, ">="), ("last", narrowed.last, "<=")):
                if text is not None:
                    parts.append(f"{name} {sign} :{place}_{end}")
                    parameters[f"{place}_{end}"] = column.read(text)
    return Conditions(sql=" AND ".join(parts) or "TRUE", parameters=parameters, unheeded=())


def _column(view: View, found: ViewColumn) -> Column:
    return Column(
        name=found.name,
        title=title_of(found.name),
        type=found.type,
        holds=holds(found.name, str(found.arrow_type)),
        said=meaning_of(view.name, found),
        personal=is_personal(view, found.name),
    )


def _filter(kept: Mapping[str, Any]) -> ColumnFilter:
    return ColumnFilter(
        column=kept["column"],
        test=Narrow(kept["test"]),
        values=tuple(kept["values"]),
        first=kept["first"],
        last=kept["last"],
    )


def _is_number(column: str) -> bool:
    """Whether a column holds numbers of claims, charges or payments, which tell whose they are."""
    return column.endswith("_id") and "payer" not in column and column != "client_id"


def _finite(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(text)
    return number

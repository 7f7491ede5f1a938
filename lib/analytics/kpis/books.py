"""What a key figure reads: questions asked of the views within the filters, and the clients that can answer them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lib.analytics.kpis.definitions import Definition
from lib.analytics.kpis.model import LeftOut, Missing, Window
from lib.analytics.kpis.spread import Spread
from lib.analytics.reading.filters import Conditions, Filters, conditions_on
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, View, view_named
from lib.reports.catalog import report_named

_NAMES = string.Formatter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """One answer, added up over the clients that count; a sum of nothing is zero."""

    rows: int
    columns: Mapping[str, Decimal]

    def __getitem__(self, name: str) -> Decimal:
        return self.columns.get(name, Decimal(0))

    def count(self, name: str) -> int:
        """A column that counts."""
        return int(self[name])


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What the clients have of a figure's views: who counts, who does not and why, and how new the rows are.

    `newest` is by view; None where nothing was loaded for anybody.
    """

    counted: frozenset[int]
    left_out: tuple[LeftOut, ...]
    missing: tuple[Missing, ...]
    newest: Mapping[str, date]


class Books:
    """Asks the named questions of a figure for the clients that count; what they answer is added up exactly.

    `only` one client's rows are looked at, though the questions are those of all, so that a reader answers them once.
    """

    def __init__(
        self,
        reader: Reader,
        definition: Definition,
        filters: Filters,
        settings: Mapping[str, int | str],
        *,
        only: str | None = None,
    ) -> None:
        self._reader = reader
        self._only = None if only is None else int(only)
        self._definition = definition
        self._filters = filters
        self.settings = settings
        self._views = list(dict.fromkeys(need.view for need in definition.needed(settings)))
        self._conditions: dict[str, Conditions] = {}
        self._counted: frozenset[int] = frozenset()

    @property
    def unheeded(self) -> tuple[str, ...]:
        """The filters that one of the views has no column for."""
        found = (name for view in self._views for name in self._on(view).unheeded)
        return tuple(dict.fromkeys(found))

    def newest(self) -> dict[str, dict[int, date]]:
        """By view, the newest day that each client's rows show."""
        return {view: {row["client_id"]: row["newest"] for row in self._of_clients(view, ())} for view in self._views}

    def count_in(self, newest: Mapping[str, Mapping[int, date]], window: Window) -> Standing:
        """Settle which clients count: those that have rows in every view and every column that is needed."""
        clients = sorted({client for days in newest.values() for client in days})
        lacking: dict[int, list[str]] = {client: [] for client in clients}
        missing: list[Missing] = []
        for view in self._views:
            for client in clients:
                if client not in newest[view]:
                    words = " and ".join(report.replace("_", " ") for report in view_named(view).reports)
                    lacking[client].append(f"No rows of the report {words} are loaded.")
        for each in self._missing(window):
            missing.append(each)
            lacking[int(each.client_id)].append(str(each))
        self._counted = frozenset(client for client in clients if not lacking[client])
        return Standing(
            counted=self._counted,
            left_out=tuple(
                LeftOut(client_id=str(client), why=" ".join(dict.fromkeys(why)))
                for client, why in lacking.items()
                if why
            ),
            missing=tuple(missing),
            newest={view: max(days.values()) for view, days in newest.items() if days},
        )

    def sums(self, question: str, window: Window | None = None, **words: str) -> Sums:
        """One row a client, added up."""
        return _added(self.records(question, window, **words))

    def by(self, column: str, question: str, window: Window | None = None, **words: str) -> dict[str, Sums]:
        """Some rows a client, added up by one of the columns."""
        records = self.records(question, window, **words)
        values = dict.fromkeys(record[column] for record in records)
        return {value: _added([record for record in records if record[column] == value]) for value in values}

    def spread(self, question: str, window: Window | None = None, **words: str) -> Spread:
        """A row for each number of days, with how many and what amount."""
        return Spread.of(
            (int(record["days"]), int(record["row_count"]), Decimal(record.get("amount") or 0))
            for record in self.records(question, window, **words)
            if record["days"] is not None
        )

    def ages(self, question: str, until: date) -> Spread:
        """A row for each day, as days from there to `until`."""
        return Spread.of(
            ((until - record["day"]).days, int(record["row_count"]), Decimal(record.get("amount") or 0))
            for record in self.records(question)
        )

    def records(self, question: str, window: Window | None = None, **words: str) -> list[dict[str, Any]]:
        """The rows of the clients that count."""
        text = questions("kpis")[question]
        read = [name for _, name, _, _ in _NAMES.parse(text) if name and name not in words]
        conditions = {view: self._on(view) for view in read}
        asked = text.format_map({**words, **{view: each.sql for view, each in conditions.items()}})
        parameters = {key: value for each in conditions.values() for key, value in each.parameters.items()}
        if window is not None:
            parameters |= {"first": window.first, "last": window.last}
        return [record for record in self._ask(asked, parameters) if record["client_id"] in self._counted]

    def _on(self, view: str) -> Conditions:
        if view not in self._conditions:
            self._conditions[view] = conditions_on(view_named(view), self._filters, dated=False)
        return self._conditions[view]

    def _missing(self, window: Window) -> list[Missing]:
        wanted: dict[tuple[str, bool], list[str]] = {}
        for need in self._definition.needed(self.settings):
            for column in (*need.add, *self._narrowed_by(view_named(need.view))):
                columns = wanted.setdefault((need.view, column in need.rare), [])
                if column not in columns:
                    columns.append(column)
        found = []
        for (view, rare), columns in wanted.items():
            report = report_named(view_named(view).reports[0])
            # Every dimension is asked for, so that the next filter finds the answer; of a column that is empty on most
            # rows, no row of the window need have it.
            asked = columns if rare else [*dict.fromkeys((*columns, *_dimensions(view_named(view))))]
            for row in self._of_clients(view, asked, None if rare else window):
                found += [
                    Missing(
                        client_id=str(row["client_id"]),
                        report=report.name,
                        column=column,
                        label=report.column(column).label,
                    )
                    for column in columns
                    if row["row_count"] and not row[f"has_{column}"]
                ]
        return found

    def _narrowed_by(self, view: View) -> list[str]:
        """The columns that the chosen values are looked for in; a client without such a column has no such rows."""
        chosen = {view.column_of(dimension) for dimension, values in self._filters.chosen.items() if values}
        return [column for column in _dimensions(view) if column in chosen]

    def first_entry(self) -> date | None:
        """The day on which the first charge of the clients that count was entered, whatever else narrows them."""
        conditions = self._only_clients("gross_billing_view")
        found = self._ask(questions("kpis")["first_entry"].format(conditions=conditions.sql), conditions.parameters)
        days = [row["first_day"] for row in found if row["client_id"] in self._counted and row["first_day"]]
        return min(days, default=None)

    def _only_clients(self, view: str) -> Conditions:
        only = {each: values for each, values in self._filters.chosen.items() if each is Dimension.CLIENT}
        return conditions_on(view_named(view), Filters(chosen=only))

    def _of_clients(self, view: str, columns: Sequence[str], window: Window | None = None) -> list[dict[str, Any]]:
        """Rows, newest day and filled columns by client; within a window on the day that the view is replaced by."""
        conditions = self._only_clients(view)
        sql, parameters = conditions.sql, dict(conditions.parameters)
        day = _day_of(view_named(view))
        if window is not None and day is not None:
            sql += f" AND {day} BETWEEN :first AND :last"
            parameters |= {"first": window.first, "last": window.last}
        text = questions("kpis")["newest"].format(
            view=view_named(view).name,
            conditions=sql,
            filled="".join(f", count({column}) AS has_{column}" for column in columns),
        )
        return self._ask(text, parameters)

    def _ask(self, text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        asked = {name: value for name, value in parameters.items() if re.search(rf":{name}\b", text)}
        found = self._reader.ask(text, asked).records()
        return found if self._only is None else [record for record in found if record["client_id"] == self._only]


def _added(records: Iterable[Mapping[str, Any]]) -> Sums:
    columns: dict[str, Decimal] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                columns[name] = columns.get(name, Decimal(0)) + value
    return Sums(rows=int(columns.get("row_count", Decimal(0))), columns=columns)


def _dimensions(view: View) -> list[str]:
    """The columns by which rows can be narrowed; each row has its client."""
    columns = (view.column_of(each) for each in Dimension if each is not Dimension.CLIENT)
    return [column for column in columns if column is not None]


def _day_of(view: View) -> str | None:
    """The day by which packages of the view's report replace each other; none where a package is a whole standing."""
    return view.clocks[_REPLACED_BY[view.name]] if view.name in _REPLACED_BY else None


_REPLACED_BY = {
    "gross_billing_view": Clock.ENTERED,
    "payment_trends_view": Clock.POSTED,
    "denial_trends_view": Clock.POSTED,
    "write_off_trends_view": Clock.POSTED,
}

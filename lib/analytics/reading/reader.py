"""One question, two engines: the views of Postgres, which are the truth, and their columnar copy, which is quick.

Questions are SQL that both understand, over views named reporting.<view>, with parameters written :name.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import pyarrow as pa
from psycopg2.extensions import cursor as PlainCursor

from lib.analytics.reading.questions import questions
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.privacy.masks import Masking, masking_in
from lib.reports.views.view_rows import columns_of

_SQL = named_queries("analytics_snapshot")
#: A parameter, and no part of a cast (::date).
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_ANY = re.compile(r"= ANY\(:([a-z_][a-z0-9_]*)\)")
#: A view in a question.
VIEW = re.compile(r"\breporting\.(\w+)")
#: Longer lists stay lists.
_MOST_WRITTEN_OUT = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The rows of an answer under the names of their columns; money is Decimal, days are dates."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """Each row by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    @property
    def first(self) -> dict[str, Any]:
        """The only row of a sum."""
        return dict(zip(self.columns, self.rows[0], strict=True))


#: The columns of an answer, and its rows in batches.
Streamed = tuple[pa.Schema, Iterator[pa.RecordBatch]]
#: Rows in a batch of a stream.
_BATCH_ROWS = 20_000


class Reader(Protocol):
    """Answers questions for one actor, as of one day of knowledge."""

    @property
    def version(self) -> str:
        """Changes whenever an answer may have changed."""
        ...

    @property
    def as_of(self) -> date | None:
        """The day of knowledge that was asked for; None: the latest."""
        ...

    def ask(self, question: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """The whole answer; for aggregates and pages of rows, which are small."""
        ...

    def stream(
        self,
        question: str,
        parameters: Mapping[str, Any],
        *,
        view: str,
        added: Mapping[str, pa.DataType] | None = None,
    ) -> AbstractContextManager[Streamed]:
        """The rows of a question about one view as they come, however many; for exports.

        `added` are the types of what is no column of the view: counts and sums.
        """
        ...

    def stream_rows(
        self, view: str, columns: Sequence[str], conditions: str, parameters: Mapping[str, Any], order: str
    ) -> AbstractContextManager[Streamed]:
        """The rows of a view that hold to some conditions, sorted, however many; for exports.

        Where `order` leaves it open, they come in an order that is the same at every asking.
        """
        ...


class ViewReader:
    """Asks the views themselves, in the actor's scope. Right, and slow where a client is large.

    Like every reader it masks patients for an actor who may not see them.
    """

    def __init__(self, database: Database, actor: Actor, *, as_of: date | None = None) -> None:
        self._database = database
        self._actor = actor
        self._as_of = as_of

    @property
    def version(self) -> str:
        """The last publication in the actor's scope."""
        with self._database.session(self._actor) as session:
            return f"{_SQL.version(session.raw)}{_masked_version(masking_in(session))}"

    @property
    def as_of(self) -> date | None:
        """The day of knowledge; None: the latest."""
        return self._as_of

    def ask(self, question: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        """Ask Postgres; raises DatabaseUnavailable."""
        # Columns are named by views, which may use words that no attribute can have.
        with (
            self._database.session(self._actor) as session,
            session.raw.cursor(cursor_factory=PlainCursor) as cursor,
        ):
            if self._as_of is not None:
                _SQL.read_as_of(session.raw, day=self._as_of.isoformat())
            cursor.execute(for_postgres(_masked(session, question)), dict(parameters or {}))
            columns = tuple(column.name for column in cursor.description or ())
            return Answer(columns=columns, rows=[tuple(row) for row in cursor.fetchall()])

    @contextlib.contextmanager
    def stream(
        self,
        question: str,
        parameters: Mapping[str, Any],
        *,
        view: str,
        added: Mapping[str, pa.DataType] | None = None,
    ) -> Generator[Streamed]:
        """The rows as they come, in the types of the view's columns and of what is added to them."""
        with self._database.session(self._actor) as session:
            types = {column.name: column.arrow_type for column in columns_of(session, view)} | dict(added or {})
            if self._as_of is not None:
                _SQL.read_as_of(session.raw, day=self._as_of.isoformat())
            with session.raw.cursor(name="stream", cursor_factory=PlainCursor) as cursor:
                cursor.itersize = _BATCH_ROWS
                cursor.execute(for_postgres(_masked(session, question)), dict(parameters))
                first = cursor.fetchmany(_BATCH_ROWS)
                schema = pa.schema([(column.name, types[column.name]) for column in cursor.description or ()])
                yield schema, _batches(cursor, first, schema)

    def stream_rows(
        self, view: str, columns: Sequence[str], conditions: str, parameters: Mapping[str, Any], order: str
    ) -> AbstractContextManager[Streamed]:
        """The rows of a view, sorted by Postgres."""
        question = questions("sorted_rows")["of_view"].format(
            columns=", ".join(columns), view=view, conditions=conditions, order=order
        )
        return self.stream(question, parameters, view=view)


def _masked(session: Session, question: str) -> str:
    """The question, over masked views for an actor who may not see patients."""
    masking = masking_in(session)
    if masking is None:
        return question
    masked = []
    for view in sorted(set(VIEW.findall(question))):
        names = [column.name for column in columns_of(session, view)]
        if expressions := masking.postgres(names):
            said = ", ".join(f"{expressions[name]} AS {name}" if name in expressions else name for name in names)
            masked.append(f"{view} AS NOT MATERIALIZED (SELECT {said} FROM reporting.{view})")
            question = re.sub(rf"\breporting\.{view}\b", view, question)
    if not masked:
        return question
    following = question.removeprefix("WITH ")
    return f"WITH {', '.join(masked)}{' ' if following == question else ', '}{following}"


def _masked_version(masking: Masking | None) -> str:
    """What tells answers apart that are masked: they are kept and continued beside those that are not."""
    return "-masked" if masking else ""


def _batches(cursor: PlainCursor, rows: list[tuple[Any, ...]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    while rows:
        yield pa.record_batch(
            [
                pa.array(values if kind != pa.string() else [None if v is None else str(v) for v in values], type=kind)
                for values, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
            ],
            schema=schema,
        )
        rows = cursor.fetchmany(_BATCH_ROWS)


def for_postgres(question: str) -> str:
    """The question with parameters as psycopg2 wants them."""
    return _PARAMETER.sub(r"%(\1)s", question.replace("%", "%%"))


def for_duckdb(question: str, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The question and its parameters as DuckDB wants them.

    A list to be found in is written out: DuckDB makes a join of = ANY, three times as slow as IN, which it also skips
    groups of rows by.
    """
    given = dict(parameters)

    def written_out(found: re.Match[str]) -> str:
        values = parameters[found[1]]
        if not 0 < len(values) <= _MOST_WRITTEN_OUT:
            return found[0]
        names = [f"{found[1]}_{number}_of_list" for number in range(len(values))]
        given.update(zip(names, values, strict=True))
        return f"IN ({', '.join(f':{name}' for name in names)})"

    text = _PARAMETER.sub(r"$\1", _ANY.sub(written_out, question))
    return text, {name: value for name, value in given.items() if re.search(rf"\${name}\b", text)}

"""The views of schema reporting: which there are, their columns, and their rows as a stream of typed batches."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import psycopg2
import pyarrow as pa
import pyarrow.csv as arrow_csv
from psycopg2 import sql

from lib.core.database import Session, named_queries
from lib.core.errors import BadInput, NotFound
from lib.core.privacy.masks import masking_in
from lib.core.settings import ROOT

_SQL = named_queries("views")
_SIMPLE_TYPES = {
    "text": pa.string(),
    "smallint": pa.int64(),
    "integer": pa.int64(),
    "bigint": pa.int64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "double precision": pa.float64(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
}
_NUMERIC = re.compile(r"numeric\((\d+),(\d+)\)")
#: Bytes that are typed at once. A row must fit: the widest report row that is loaded has 2 MiB.
_BLOCK = 8 << 20
#: What PostgreSQL says of a value that is none of its column's type.
_BAD_VALUE = "22"


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewColumn:
    """A column of a view; `type` in PostgreSQL's words, `said` its comment."""

    name: str
    type: str
    said: str | None

    @property
    def arrow_type(self) -> pa.DataType:
        """The exact type outside of the database: decimals stay decimals; what we know no type for is text."""
        if numeric := _NUMERIC.fullmatch(self.type):
            return pa.decimal128(int(numeric[1]), int(numeric[2]))
        return _SIMPLE_TYPES.get(self.type, pa.string())


@lru_cache(maxsize=1)
def views_version() -> str:
    """Changes with the text of any view or migration, and so whenever a column may have come to mean something else."""
    digest = hashlib.sha256()
    for path in sorted([*Path(ROOT, "sql", "views").glob("*.sql"), *Path(ROOT, "sql", "migrations").glob("*.sql")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def list_views(session: Session) -> list[str]:
    """The names of all views, sorted."""
    return [row.name for row in _SQL.views(session.raw)]


def columns_of(session: Session, view: str) -> list[ViewColumn]:
    """The columns of a view in their order. Raises NotFound with the names there are."""
    columns = [ViewColumn(name=row.name, type=row.type, said=row.said) for row in _SQL.columns(session.raw, view=view)]
    if not columns:
        raise NotFound(f"There is no view “{view}”.", fix=f"Views: {', '.join(list_views(session))}.")
    return columns


@contextlib.contextmanager
def view_rows(
    session: Session,
    view: str,
    *,
    filters: Sequence[tuple[str, str]] = (),
    as_of: date | None = None,
    sorted_by: str | None = None,
) -> Generator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """All rows of a view in the session's scope, as they come, in no order; memory does not grow with them.

    Patients are masked for an actor who may not see them.

    `sorted_by` is a column by which they come in order after all, which takes its time.

    `filters` are column and value as text; every one must hold, and an empty value means rows that have none.
    `as_of`: as it was known on that day. Raises NotFound for an unknown view, BadInput for an unknown column or a
    value that is none of its column's type.
    """
    columns = columns_of(session, view)
    types = {column.name: column.type for column in columns}
    for name, _ in filters:
        if name not in types:
            raise BadInput(f"The view {view} has no column “{name}”.", fix=f"Columns: {', '.join(types)}.")
    if as_of is not None:
        _SQL.know_as_of(session.raw, day=as_of.isoformat())
    schema = pa.schema([(column.name, column.arrow_type) for column in columns])
    masking = masking_in(session)
    masked = masking.postgres(types) if masking else {}
    received = _Received(session, _copy(view, types, masked, filters, sorted_by))
    try:
        yield schema, _typed(received.content, schema)
    except pa.ArrowInvalid:
        received.end()
        if received.error is None:
            raise
    finally:
        received.end()
    if received.error is not None:
        asked = [f"{name} ({types[name]})" for name, _ in filters]
        raise _explained(received.error, asked) from None


def _explained(error: Exception, asked: Sequence[str]) -> Exception:
    if isinstance(error, psycopg2.Error) and (error.pgcode or "").startswith(_BAD_VALUE) and asked:
        # The database's own sentence quotes the value, which may be a patient's.
        return BadInput(
            f"A filter's value is none of its column's type: {', '.join(asked)}.", fix="Dates are YYYY-MM-DD."
        )
    return error


class _Received:
    """What COPY sends, through a pipe, from a thread of its own; `error` is what ended it."""

    def __init__(self, session: Session, statement: sql.Composed) -> None:
        reading, self._writing = os.pipe()
        self.content = io.BufferedReader(io.FileIO(reading, "rb"), buffer_size=1 << 20)
        self.error: Exception | None = None
        self._session = session
        self._statement = statement.as_string(session.raw)
        self._thread = threading.Thread(target=self._copy, name="view-rows", daemon=True)
        self._thread.start()

    def _copy(self) -> None:
        try:
            with open(self._writing, "wb", buffering=1 << 20) as target, self._session.raw.cursor() as cursor:
                cursor.copy_expert(self._statement, target)
        # Whatever it is, it is raised where the rows are read.
        except Exception as error:
            self.error = error

    def end(self) -> None:
        """Wait for the end of COPY; where the rows were not read to their end, stop it first."""
        if self.content.closed:
            return
        unread = self._thread.is_alive() and bool(self.content.peek(1))
        if unread:
            self._session.raw.cancel()
        self.content.close()
        self._thread.join()
        if unread:
            self.error = None


def _copy(
    view: str,
    types: Mapping[str, str],
    masked: Mapping[str, str],
    filters: Sequence[tuple[str, str]],
    sorted_by: str | None,
) -> sql.Composed:
    conditions = [
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
        if value
        else sql.SQL("{} IS NULL").format(sql.Identifier(name))
        for name, value in filters
    ]
    order = sql.SQL("ORDER BY {}").format(sql.Identifier(sorted_by)) if sorted_by else sql.SQL("")
    columns = [
        sql.SQL("{} AS {}").format(sql.SQL(masked[name]), sql.Identifier(name))
        if name in masked
        else sql.Identifier(name)
        for name in types
    ]
    statement = (
        "COPY (SELECT * FROM (SELECT {} FROM reporting.{}) AS seen WHERE {} {}) "
        "TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')"
    )
    return sql.SQL(statement).format(
        sql.SQL(", ").join(columns),
        sql.Identifier(view),
        sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true"),
        order,
    )


def _typed(content: io.BufferedReader[io.FileIO], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    # The reader refuses a file without a single row.
    if not content.peek(1):
        return
    yield from arrow_csv.open_csv(
        content,
        read_options=arrow_csv.ReadOptions(column_names=schema.names, block_size=_BLOCK),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )

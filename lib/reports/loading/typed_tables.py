"""The typed tables of the reports: rows go in by COPY, are counted, and are deleted, a package at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg2
import pyarrow as pa
from psycopg2 import sql
from psycopg2.errorcodes import DISK_FULL, OUT_OF_MEMORY

from lib.core.database import DatabaseUnavailable, Session, named_queries
from lib.core.errors import DaysheetError
from lib.reports.catalog import Report
from lib.reports.model import Cell
from lib.reports.reading.copy_stream import COPY_OPTIONS, copy_stream

_SQL = named_queries("packages")
_PART = 1 << 18
_DELETED_AT_ONCE = 20_000


class RowsRefused(DaysheetError):
    """The database does not take the rows as they are."""


class LoadBrokenOff(DaysheetError):
    """A load ended before its rows were in; nothing of it is kept, and it may be done again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Staged:
    """What the database holds of a package: rows, sums by money column, window dates, keys that come twice."""

    rows: int
    totals: dict[str, Decimal]
    days: tuple[date, date] | None
    undated: bool
    repeated_keys: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedTable:
    """The rows of one package in the table of its report."""

    report: Report
    cell: Cell
    package_id: str

    def copy(self, session: Session, batches: Iterable[pa.RecordBatch], columns: Sequence[str]) -> None:
        """Copy batches of these columns in; nobody sees them before the package is published.

        An error of the batches comes up as itself. Raises RowsRefused, LoadBrokenOff, DatabaseUnavailable; none of
        them quotes a row, as the database's own words do.
        """
        fixed = {
            "client_id": self.cell.client_id,
            "package_id": self.package_id,
            "customer_account": self.cell.account,
        }
        statement = sql.SQL("COPY {} ({}) FROM STDIN WITH ({})").format(
            sql.Identifier("intake", self.report.name),
            sql.SQL(", ").join(sql.Identifier(name) for name in (*fixed, *columns)),
            sql.SQL(COPY_OPTIONS),
        )
        with without_rows_in_errors(session), copy_stream(batches, fixed) as stream, session.raw.cursor() as cursor:
            cursor.copy_expert(statement, stream, size=_PART)

    def examine(self, session: Session) -> Staged:
        """Count and sum what this actor's scope lets it see of the package."""
        window = self.report.window
        sums = [
            sql.SQL(", coalesce(sum({name}), 0) AS {name}").format(name=sql.Identifier(name))
            for name in self.report.money_columns
        ]
        dates = (
            sql.SQL("min({w}) AS first_day, max({w}) AS last_day, bool_or({w} IS NULL) AS undated").format(
                w=sql.Identifier(window)
            )
            if window
            else sql.SQL("NULL AS first_day, NULL AS last_day, false AS undated")
        )
        with without_rows_in_errors(session):
            _SQL.give_sorting_room(session.raw)
            found = self._one(session, _SQL.staged_sums.sql, window=dates, sums=sql.SQL(" ").join(sums))
            repeated = self._repeated_keys(session) if self.report.keys else 0
        return Staged(
            rows=found.rows,
            totals={name: Decimal(getattr(found, name)) for name in self.report.money_columns},
            days=(found.first_day, found.last_day) if found.first_day else None,
            undated=bool(found.undated),
            repeated_keys=repeated,
        )

    def delete_all(self, session: Session) -> None:
        """Delete every row of the package in this transaction."""
        while self.delete(session):
            pass

    def delete(self, session: Session, *, most: int = _DELETED_AT_ONCE) -> int:
        """Delete at most so many rows of the package; returns how many went."""
        with session.raw.cursor() as cursor:
            cursor.execute(self._statement(_SQL.delete_rows.sql), self._which() | {"most": most})
            return cursor.rowcount

    def _repeated_keys(self, session: Session) -> int:
        keys = sql.SQL(", ").join(sql.Identifier(name) for name in self.report.keys)
        return self._one(session, _SQL.repeated_keys.sql, keys=keys).count

    def _one(self, session: Session, statement: str, **parts: sql.Composable) -> Any:
        with session.raw.cursor() as cursor:
            cursor.execute(self._statement(statement, **parts), self._which())
            return cursor.fetchone()

    def _statement(self, statement: str, **parts: sql.Composable) -> sql.Composed:
        return sql.SQL(statement).format(table=sql.Identifier("warehouse", self.report.name), **parts)

    def _which(self) -> dict[str, Any]:
        return {"client_id": self.cell.client_id, "package_id": self.package_id}


@contextlib.contextmanager
def without_rows_in_errors(session: Session) -> Generator[None]:
    """Turn the database's errors into ours without their text, which may quote a row.

    Raises RowsRefused where the rows are at fault, DatabaseUnavailable where the connection is gone, LoadBrokenOff
    for everything else.
    """
    try:
        yield
    except psycopg2.Error as error:
        if session.raw.closed or isinstance(error, psycopg2.InterfaceError):
            raise DatabaseUnavailable from None
        if error.pgcode in (DISK_FULL, OUT_OF_MEMORY):
            raise LoadBrokenOff(
                "The database has no room left for this report.", fix="Make room for it, then load it again."
            ) from None
        if isinstance(error, (psycopg2.DataError, psycopg2.IntegrityError)):
            raise RowsRefused(f"The database does not take the rows of this report (code {error.pgcode}).") from None
        raise LoadBrokenOff(
            f"The database broke off the load (code {error.pgcode}).", fix="Load the report again; nothing is lost."
        ) from None

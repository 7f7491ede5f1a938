"""Hand-made ledgers: packages, what is shown of them, and their rows, written down in the words of the typed tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg2.extras

from lib.core import clients
from lib.core.actor import Actor, shell_user
from lib.core.database import Database

ACCOUNT = "10001001"
AS_OF = date(2026, 11, 20)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Ledger:
    """Writes packages into a database and reads views, as an operator who sees every client unless told otherwise."""

    database: Database

    @property
    def actor(self) -> Actor:
        """Who writes, and reads what nobody narrows."""
        return shell_user("tester")

    def client(self, name: str = "Test client") -> str:
        """A new client's id."""
        return clients.add_client(self.database, self.actor, name).id

    def show(
        self,
        report: str,
        rows: Sequence[Row],
        *,
        client: str,
        account: str = ACCOUNT,
        as_of: date = AS_OF,
        known: str = "[2000-01-01,)",
    ) -> int:
        """A published package whose rows are all shown on the days of knowledge in `known`; its number."""
        with self.database.session(self.actor) as session, session.raw.cursor() as cursor:
            cursor.execute(
                "INSERT INTO warehouse.packages (client_id, customer_account, report_name, state, as_of, rows_loaded,"
                " loaded_at, published_at) VALUES (%s, %s, %s, 'published', %s, %s, %s, %s) RETURNING id",
                (client, account, report, as_of, len(rows), as_of, as_of),
            )
            package = cursor.fetchone()[0]
            cursor.execute(
                "INSERT INTO warehouse.shown_packages (client_id, report_name, customer_account, package_id, as_of,"
                " known, undated) VALUES (%s, %s, %s, %s, %s, %s, true)",
                (client, report, account, package, as_of, known),
            )
            for row in rows:
                values = {"client_id": client, "package_id": package, "customer_account": account, **row}
                psycopg2.extras.execute_values(
                    cursor,
                    f"INSERT INTO warehouse.{report} ({', '.join(values)}) VALUES %s",
                    [tuple(values.values())],
                )
        return package

    def ask(self, report: str, state: str, *, client: str, identifier: str | None = None) -> None:
        """A report that was asked for and stands there."""
        with self.database.session(self.actor) as session, session.raw.cursor() as cursor:
            cursor.execute(
                "INSERT INTO warehouse.account_reports (client_id, login, customer_account, report_name, state, as_of,"
                " report_seq, filter_seq, requested_by, identifier)"
                " VALUES (%s, 'login', %s, %s, %s, %s, '1', '2', 'x', %s)",
                (client, ACCOUNT, report, state, AS_OF, identifier),
            )

    def read(
        self,
        view: str,
        columns: str = "*",
        *,
        where: str = "true",
        client: str | None = None,
        as_of: date | None = None,
    ) -> list[Any]:
        """Rows of a view, in the order of the columns asked for."""
        actor = self.actor if client is None else self.actor.narrowed(client)
        with self.database.session(actor) as session, session.raw.cursor() as cursor:
            if as_of is not None:
                cursor.execute("SELECT set_config('daysheet.as_of', %s, true)", (as_of.isoformat(),))
            cursor.execute(f"SELECT {columns} FROM reporting.{view} WHERE {where} ORDER BY {columns}")
            return [tuple(row) for row in cursor.fetchall()]

    def views(self) -> list[str]:
        """The names of all views."""
        with self.database.session(self.actor) as session, session.raw.cursor() as cursor:
            cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting' ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

"""Who sees what: two clients, a reader's role that tries everything, views without a row."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from decimal import Decimal

import psycopg2
import pytest
from psycopg2.extensions import connection as RawConnection

from lib.core import clients
from lib.core.actor import shell_user
from lib.core.database import Database
from lib.core.errors import Conflict, NotFound
from lib.core.settings import Settings
from lib.reports.catalog import catalog
from lib.reports.views.readers import Reader, drop_reader, make_reader
from tests.integration.views.ledger import Ledger

ACTOR = shell_user("tester")
TYPED = tuple(catalog())


@pytest.fixture
def two(ledger: Ledger, owner: str) -> tuple[str, str]:
    """Two clients with one row each in every report, and a request each."""
    both = owner, ledger.client("Other client")
    for client in both:
        for report in TYPED:
            ledger.show(report, [a_row(report, client)], client=client)
            ledger.ask(report, "loaded", client=client)
    return both


def a_row(report: str, client: str) -> dict[str, object]:
    names = {column.name for column in catalog()[report].columns}
    row = {
        "charge_id": f"charge of {client}",
        "claim_id": f"claim of {client}",
        "charge_from_date": "2026-09-01",
        "charge_to_date": "2026-09-01",
        "payment_entered": "2026-10-01",
        "practice_name": f"practice of {client}",
        "charge_amount": Decimal(100),
        "charge_balance": Decimal(100),
        "payment_total_paid": Decimal(100),
    }
    return {name: value for name, value in row.items() if name in names} or {"user_name": f"user of {client}"}


@pytest.fixture
def reader(database: Database, settings: Settings, two: tuple[str, str]) -> Iterator[Reader]:
    client = clients.client_by_id(database, ACTOR, two[0])
    yield make_reader(database, settings, ACTOR, client)
    with contextlib.suppress(NotFound):
        drop_reader(database, settings, ACTOR, client)


@pytest.fixture
def connection(reader: Reader) -> Iterator[RawConnection]:
    with contextlib.closing(psycopg2.connect(reader.url)) as opened:
        opened.autocommit = True
        yield opened


def ask(connection: RawConnection, statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def refused(connection: RawConnection, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_view_has_rows_of_both_clients_and_of_one_for_who_may_see_one(
    ledger: Ledger, two: tuple[str, str]
) -> None:
    for view in ledger.views():
        everybody = {client for (client,) in ledger.read(view, "client_id::text")}
        assert everybody == set(two), view
        assert {client for (client,) in ledger.read(view, "client_id::text", client=two[1])} == {two[1]}, view
        assert ledger.read(view, "client_id", client="999999") == [], view


def test_every_view_answers_without_a_row(ledger: Ledger, owner: str) -> None:
    assert len(ledger.views()) > 25
    for view in ledger.views():
        assert ledger.read(view, "count(*)") == [(0,)], view


ATTEMPTS = (
    "SELECT 1",
    "SET daysheet.clients = '*'",
    "SET daysheet.clients = '1,2,3,4,5'",
    "SET ROLE daysheet_reader",
    "SET ROLE NONE",
)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_reader_sees_its_client_whatever_it_sets(
    ledger: Ledger, connection: RawConnection, two: tuple[str, str], attempt: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(attempt)
    relations = [f"reporting.{view}" for view in ledger.views()] + [f"warehouse.{report}" for report in TYPED]
    for relation in (*relations, "warehouse.shown_packages"):
        found = ask(connection, f"SELECT DISTINCT client_id::text FROM {relation}")
        assert found == [(two[0],)], relation


def test_a_reader_may_not_become_somebody_else(connection: RawConnection) -> None:
    refused(connection, "SET ROLE daysheet_app")
    refused(connection, "SET SESSION AUTHORIZATION daysheet_app")


def test_a_reader_cannot_write(connection: RawConnection) -> None:
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction), connection.cursor() as cursor:
        cursor.execute("DELETE FROM warehouse.ar_aging")
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
    for table in (*TYPED, "shown_packages", "packages", "account_reports"):
        refused(connection, f"DELETE FROM warehouse.{table}")
        refused(connection, f"UPDATE warehouse.{table} SET client_id = client_id")
        refused(connection, f"INSERT INTO warehouse.{table} (client_id) VALUES (1)")
    refused(connection, "UPDATE ops.readers SET client_id = 2")
    refused(connection, "UPDATE reporting.denial_codes SET is_denial = false")
    refused(connection, "CREATE TABLE reporting.mine (a integer)")


def test_a_reader_knows_nothing_of_the_office(
    connection: RawConnection, database: Database, settings: Settings, two: tuple[str, str], reader: Reader
) -> None:
    other = make_reader(database, settings, ACTOR, clients.client_by_id(database, ACTOR, two[1]))
    with connection.cursor() as cursor:
        cursor.execute("SET daysheet.clients = '*'")
    assert ask(connection, "SELECT role_name FROM ops.readers") == [(reader.role,)]
    tables = ask(
        connection,
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname IN ('ops', 'queue', 'intake') AND c.relkind IN ('r', 'p', 'v') AND c.relname <> 'readers'",
    )
    assert len(tables) > 10
    for (table,) in tables:
        refused(connection, f"SELECT count(*) FROM {table}")
    for what in ("package_rejects", "report_settings"):
        refused(connection, f"SELECT * FROM warehouse.{what}")
    refused(connection, "SELECT raw_path FROM warehouse.packages")
    refused(connection, "SELECT login FROM warehouse.account_reports")
    drop_reader(database, settings, ACTOR, clients.client_by_id(database, ACTOR, other.client_id))


def test_a_role_of_the_group_that_is_in_no_list_reads_nothing(
    connection: RawConnection, database: Database, reader: Reader
) -> None:
    with database.session(ACTOR) as session, session.raw.cursor() as cursor:
        cursor.execute("DELETE FROM ops.readers WHERE role_name = %s", (reader.role,))
    with connection.cursor() as cursor:
        cursor.execute("SET daysheet.clients = '*'")
    assert ask(connection, "SELECT count(*) FROM warehouse.ar_aging") == [(0,)]
    with database.session(ACTOR) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ops.readers (role_name, client_id, created_by) VALUES (%s, %s, 'x')",
            (reader.role, reader.client_id),
        )


def test_a_client_has_one_reader_and_a_dropped_one_is_locked_out(
    database: Database, settings: Settings, two: tuple[str, str], reader: Reader, connection: RawConnection
) -> None:
    client = clients.client_by_id(database, ACTOR, two[0])
    with pytest.raises(Conflict, match=reader.role):
        make_reader(database, settings, ACTOR, client)
    assert ask(connection, "SHOW statement_timeout") == [("5min",)]
    assert drop_reader(database, settings, ACTOR, client) == reader.role
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(reader.url)
    with pytest.raises(psycopg2.Error):
        ask(connection, "SELECT * FROM reporting.ar_aging_view")
    with pytest.raises(NotFound):
        drop_reader(database, settings, ACTOR, client)
    with database.session(ACTOR) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT action, client_id::text FROM ops.audit_events WHERE action LIKE 'reports:reader:%'")
        assert [tuple(row) for row in cursor.fetchall()] == [
            ("reports:reader:add:done", two[0]),
            ("reports:reader:drop:done", two[0]),
        ]


def test_scope_is_worked_out_once_and_rows_are_read_by_their_package(ledger: Ledger, two: tuple[str, str]) -> None:
    with ledger.database.session(ACTOR) as session, session.raw.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for report in TYPED:
            cursor.execute(f"EXPLAIN SELECT count(*) FROM reporting.{report}_rows")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert plan.count("InitPlan") >= 4 and "SubPlan" not in plan, plan
            assert "in_scope" not in plan, plan
            assert "(client_id = s.client_id) AND (package_id = s.package_id)" in plan, plan

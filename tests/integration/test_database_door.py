"""The door to the database: scope below every read and write, under a role that cannot go round it."""

from __future__ import annotations

import contextlib

import psycopg2
import pytest

from jobs.office import Office
from lib.core import audit, clients, connections, runs
from lib.core.actor import Actor, ActorKind
from lib.core.clients import Client
from lib.core.database import APP_ROLE, Database, open_database
from lib.core.errors import Conflict, Misconfigured, NotFound
from lib.core.runs import RunState
from lib.core.settings import Settings
from lib.reports.catalog import catalog
from tests.conftest import Connect

NOBODY = Actor(kind=ActorKind.PERSON, name="nobody")


def _guarded_tables(database: Database) -> list[str]:
    with contextlib.closing(psycopg2.connect(database.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'client_id' AND NOT a.attisdropped "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'intake') "
            "ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def _fill(office: Office, client: Client) -> None:
    with office.database.session(office.actor) as session:
        runs.create(
            session, client_id=client.id, kind="charges", title="sheet", state=RunState.DRAFT, params={}, lane=None
        )


def test_without_a_scope_every_table_of_a_client_is_empty(office: Office, client: Client) -> None:
    _fill(office, client)
    tables = _guarded_tables(office.database)
    assert {"ops.runs", "ops.intents", "ops.connections", "ops.audit_events", "ops.charge_rows"} <= set(tables)
    with contextlib.closing(psycopg2.connect(office.database.url)) as connection, connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table
    with office.database.session(NOBODY) as session, session.raw.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


def test_every_table_of_a_client_is_under_row_level_security(office: Office, settings: Settings) -> None:
    assert settings.database_url is not None
    with contextlib.closing(psycopg2.connect(settings.database_url.get_secret_value())) as connection:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.oid::regclass::text FROM pg_class c WHERE c.oid::regclass::text = ANY (%s) "
                "AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
                (_guarded_tables(office.database),),
            )
            assert cursor.fetchall() == []


def test_what_copy_writes_into_can_only_be_added_to(database: Database) -> None:
    with contextlib.closing(psycopg2.connect(database.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(p.privilege ORDER BY p.privilege) FROM pg_class c "
            "CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p(privilege) "
            "WHERE c.relnamespace = 'intake'::regnamespace AND c.relkind = 'r' "
            "AND has_table_privilege(c.oid, p.privilege) GROUP BY c.relname"
        )
        assert dict(cursor.fetchall()) == {report: ["INSERT"] for report in catalog()}


def test_the_application_role_owns_nothing_and_cannot_bypass_the_scope(database: Database) -> None:
    with contextlib.closing(psycopg2.connect(database.url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (APP_ROLE, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("ALTER TABLE ops.runs DISABLE ROW LEVEL SECURITY")


def test_an_actor_of_one_client_neither_reads_nor_writes_anothers(office: Office) -> None:
    mine = clients.add_client(office.database, office.actor, "Mine")
    other = clients.add_client(office.database, office.actor, "Other")
    _fill(office, other)
    me = office.actor.narrowed(mine.id)
    assert [client.name for client in clients.list_clients(office.database, me)] == ["Mine"]
    assert runs.list_runs(office.database, me, with_drafts=True) == []
    with pytest.raises(NotFound):
        clients.client_by_id(office.database, me, other.id)
    with pytest.raises(psycopg2.errors.InsufficientPrivilege), office.database.session(me) as session:
        runs.create(session, client_id=other.id, kind="charges", title="x", state=RunState.DRAFT, params={})


def test_the_scope_does_not_outlive_its_transaction(office: Office, client: Client) -> None:
    for _ in range(20):
        assert clients.list_clients(office.database, office.actor)
        assert clients.list_clients(office.database, NOBODY) == []


def test_audit_rows_can_be_added_and_never_changed(office: Office, client: Client) -> None:
    with office.database.session(office.actor) as session:
        audit.record(session, "office:client:look:done", f"client:{client.id}", client_id=client.id)
    for act in ("UPDATE ops.audit_events SET actor = 'x'", "DELETE FROM ops.audit_events", "TRUNCATE ops.audit_events"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), office.database.session(office.actor) as session:
            with session.raw.cursor() as cursor:
                cursor.execute(act)


def test_a_dead_pooled_connection_is_replaced_unnoticed(office: Office, client: Client, settings: Settings) -> None:
    assert clients.list_clients(office.database, office.actor)
    assert settings.database_url is not None
    with contextlib.closing(psycopg2.connect(settings.database_url.get_secret_value())) as owner:
        with owner.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE usename = %s AND datname = current_database()",
                (APP_ROLE,),
            )
    assert [found.name for found in clients.list_clients(office.database, office.actor)] == [client.name]


def test_secrets_are_not_readable_in_the_database(office: Office, client: Client) -> None:
    connection = connections.connection_of(office.database, office.actor, client.id, "tebra")
    with office.database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT settings::text, encode(secret, 'escape') FROM ops.connections")
        stored = " ".join(cursor.fetchone())
    assert connection.secrets["password"] not in stored
    assert connection.secrets["customer_key"] not in stored


def test_a_login_that_the_scope_does_not_bind_is_refused(settings: Settings) -> None:
    unbound = settings.model_copy(update={"database_app_url": settings.database_url})
    with pytest.raises(Misconfigured, match="not bound by the client scope"):
        open_database(unbound)


def test_an_account_belongs_to_one_client(connect_client: Connect) -> None:
    connect_client("First")
    with pytest.raises(Conflict, match="Another client is connected"):
        connect_client("Second")

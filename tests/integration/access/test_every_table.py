"""Every table of the database: who sees one client neither reads nor writes a row of another, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from lib.core.database import APP_ROLE, open_database
from lib.core.settings import read_settings
from tests.conftest import KEY, Cluster
from tests.integration.access.two_clients import ANYBODY_ADDS, OTHER, OWN, TwoClients, fill, of_client

#: What the whole office shares, and what of it could tell of a client.
OF_THE_OFFICE = {
    "ops.users, ops.user_roles, ops.role_permissions, ops.identities, ops.group_roles": "people and roles",
    "ops.passwords, ops.second_factors, ops.recovery_codes": "secrets, which nobody reads as a table",
    "ops.sessions, ops.setup_links, ops.refused_sign_ins, ops.wider_access": "sign-in, of people",
    "ops.api_tokens": "names of programs; their clients stand apart",
    "ops.keys": "wrapped under the instance's key",
    "ops.audit_waiting": "numbers of events",
    "ops.throttles": "paces of vendors' accounts",
    "ops.notification_deliveries": "numbers of notices and channels",
    "reporting.denial_codes, reporting.adjustment_kinds": "codes that everybody has",
}
#: By owner or for the whole office instead of by client.
_OTHERWISE_BOUND = {"ops.notification_channels", "ops.audit_seals"}
_MADE_OF_ITS_ID = "ops.clients"


@pytest.fixture(scope="module")
def two(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    home = tmp_path_factory.mktemp("tables") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with closing(open_database(settings)) as database:
        yield fill(settings, database)


def _tried(two: TwoClients, statement: str) -> int:
    """How many rows the statement reads or changes for who sees OWN; none where it is refused. Nothing stays."""
    with two.database.session(of_client(OWN)) as session, session.raw.cursor() as cursor:
        try:
            cursor.execute(statement)
        except psycopg2.errors.InsufficientPrivilege:
            return 0
        finally:
            found = cursor.rowcount
            session.raw.rollback()
        return found


def test_every_table_shows_and_gives_one_client_only(two: TwoClients) -> None:
    before = two.digest(OTHER)
    readable = set()
    for table in two.tables:
        assert _tried(two, f"SELECT client_id FROM {table} WHERE client_id = {OTHER}") == 0, table
        if _tried(two, f"SELECT client_id FROM {table} WHERE client_id = {OWN}"):
            readable.add(table)
        for column in _changeable(two, table):
            assert _tried(two, f"UPDATE {table} SET {column} = {column} WHERE client_id = {OTHER}") == 0, table
        if table != _MADE_OF_ITS_ID:
            assert _tried(two, f"UPDATE {table} SET client_id = {OTHER} WHERE client_id = {OWN}") == 0, table
        assert _tried(two, f"DELETE FROM {table} WHERE client_id = {OTHER}") == 0, table
    assert two.digest(OTHER) == before
    assert readable == set(two.tables)


def test_nobody_adds_a_row_to_a_client_that_he_does_not_see(two: TwoClients) -> None:
    for table in set(two.tables) - ANYBODY_ADDS - {_MADE_OF_ITS_ID}:
        # The scope is looked at before what the row lacks.
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), two.database.session(of_client(OWN)) as session:
            with session.raw.cursor() as cursor:
                cursor.execute(f"INSERT INTO {table} (client_id) VALUES ({OTHER})")


def test_what_knows_no_client_is_known_to_be_the_offices(two: TwoClients) -> None:
    with two.as_owner() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text, c.relrowsecurity FROM pg_class c"
            " WHERE c.relnamespace::regnamespace::text IN ('ops', 'warehouse', 'reporting')"
            " AND c.relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid"
            f" AND a.attname = 'client_id') AND has_any_column_privilege('{APP_ROLE}', c.oid, 'SELECT, INSERT')"
        )
        found = dict(cursor.fetchall())
    offices = {table for tables in OF_THE_OFFICE for table in tables.split(", ")}
    assert {table for table, bound in found.items() if not bound} == offices
    assert {table for table, bound in found.items() if bound} == _OTHERWISE_BOUND


def test_no_view_reads_with_its_owners_eyes(two: TwoClients) -> None:
    with two.as_owner() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('v', 'm')"
            " AND c.relnamespace::regnamespace::text IN ('ops', 'warehouse', 'reporting')"
            " AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)"
            f" AND has_any_column_privilege('{APP_ROLE}', c.oid, 'SELECT')"
        )
        assert cursor.fetchall() == []


def _changeable(two: TwoClients, table: str) -> list[str]:
    with two.as_owner() as connection, connection.cursor() as cursor:
        cursor.execute(
            f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0"
            f" AND attidentity = '' AND attgenerated = '' AND has_column_privilege('{APP_ROLE}', attrelid, attnum,"
            " 'UPDATE') LIMIT 1"
        )
        return [row[0] for row in cursor.fetchall()]

"""An office of two clients with a row of each in every table there is, made from the catalog: new tables are in it."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date

import psycopg2
from psycopg2.extensions import connection as RawConnection

from lib.charges.params import ChargesParams
from lib.core.actor import Actor, ActorKind, shell_user
from lib.core.clients import Client
from lib.core.database import Database
from lib.core.secrets import encrypt
from lib.core.settings import Settings

SHELL = shell_user("operator")
#: Whatever the application keeps; the queue holds numbers of runs alone.
SCHEMAS = ("ops", "warehouse", "reporting", "intake", "queue")
#: What an actor does outside its scope is recorded, and told, above all.
ANYBODY_ADDS = {"ops.audit_events", "ops.notifications"}
_DAY = date(2026, 11, 20)
#: Every id of a client's rows is that of the client, so that they belong together without a word.
OWN, OTHER = "4711", "9009"
#: Whatever is of a report is of this one.
REPORT = "ar_aging"
#: A word in every text of a client's rows.
WORDS = {OWN: "heron", OTHER: "zebra"}
_PARAMS = ChargesParams(file_name="sheet.xlsx", mode="check", today=_DAY, post_date=_DAY).model_dump_json()
#: What a text has to be where not every text will do; new rules of the database are said here.
_TEXTS = {
    "ops.clients.time_zone": "America/New_York",
    "ops.clients.settings": "{}",
    "ops.runs.kind": "charges",
    "ops.runs.state": "checked",
    "ops.runs.params": _PARAMS,
    "ops.run_files.role": "upload",
    "ops.intents.state": "unknown",
    "ops.intents.problems": "[]",
    "ops.charge_rows.problems": "[]",
    "ops.reference_lists.entries": "[]",
    "ops.charge_rows.outcome": "ready",
    "ops.schedules.kind": "backup",
    "ops.schedules.rule": "0 5 * * *",
    "ops.schedules.time_zone": None,
    "ops.notifications.link": "/runs",
    "ops.saved_views.shared": "true",
    "ops.payer_practices.tin": "123456789",
    "ops.payer_practices.payer": "uhc",
    "ops.payer_practices.payer_id": "87726",
    "ops.payer_practices.npi": "",
    "ops.claim_answers.outcome": "paid",
    "ops.claim_status_rows.state": "answered",
    "ops.claim_status_rows.asked": '{"row": 1, "claim_number": "1"}',
    "ops.connections.vendor": "tebra",
    "ops.connections.tested": "let_in",
    "ops.audit_events.action": "office:client:add:done",
    "ops.nicknames.kind": "practice",
    "warehouse.account_reports.state": "loaded",
    "warehouse.packages.state": "held",
    "warehouse.report_settings.report_seq": "1",
    "warehouse.report_settings.filter_seq": "1",
}
_TYPES = {
    "boolean": "false",
    "date": "2026-11-01",
    "timestamp with time zone": "2026-11-01 12:00+00",
    "jsonb": "{}",
    "daterange": "[2000-01-01,)",
    "datemultirange": "{[2000-01-01,)}",
    "ARRAY": "{}",
    "uuid": "00000000-0000-0000-0000-00000000",
}


@dataclass(frozen=True, kw_only=True)
class TwoClients:
    """The office; `tables` are all that know a client, with their schemas."""

    settings: Settings
    database: Database
    owner: str
    tables: tuple[str, ...]

    @contextlib.contextmanager
    def as_owner(self) -> Generator[RawConnection]:
        """A connection that no scope binds, one transaction."""
        with contextlib.closing(psycopg2.connect(self.owner)) as connection, connection:
            yield connection

    def digest(self, client: str) -> dict[str, str]:
        """What stands of a client in each table, without what anybody may add."""
        found = {}
        with self.as_owner() as connection, connection.cursor() as cursor:
            for table in self.tables:
                only = "id = client_id" if table in ANYBODY_ADDS else "true"
                cursor.execute(f"SELECT t::text FROM {table} t WHERE client_id = %s AND {only} ORDER BY 1", (client,))
                found[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
        return found


def of_client(client: str) -> Actor:
    """Somebody who may do everything and sees this client alone."""
    return Actor(kind=ActorKind.PERSON, name="amber", clients=frozenset({client}))


def fill(settings: Settings, database: Database) -> TwoClients:
    """Fill a fresh database."""
    assert settings.database_url is not None
    owner = settings.database_url.get_secret_value()
    with contextlib.closing(psycopg2.connect(owner)) as connection, connection, connection.cursor() as cursor:
        # Foreign keys hold by the numbers alone; what the audit's triggers do is not looked at here.
        cursor.execute("SET session_replication_role = replica")
        tables = _tables_of_clients(connection)
        for table in tables:
            for client in (OWN, OTHER):
                _add_row(connection, table, client)
    office = TwoClients(settings=settings, database=database, owner=owner, tables=tables)
    for client in (OWN, OTHER):
        secrets = {"password": WORDS[client], "customer_key": WORDS[client]}
        with database.session(SHELL) as session:
            sealed = encrypt(session, json.dumps(secrets))
        with office.as_owner() as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE ops.connections SET secret = %s WHERE client_id = %s", (sealed, client))
    return office


def client_of(office: TwoClients, client: str) -> Client:
    """The client, as who sees every one of them knows it."""
    return Client(id=client, name=WORDS[client], time_zone="America/New_York", settings={})


def _tables_of_clients(connection: RawConnection) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " AND a.attname = 'client_id' AND NOT a.attisdropped"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text = ANY (%s)"
            " AND c.relnamespace <> 'intake'::regnamespace ORDER BY c.relname <> 'clients', 1",
            (list(SCHEMAS),),
        )
        return tuple(row[0] for row in cursor.fetchall())


def _add_row(connection: RawConnection, table: str, client: str) -> None:
    schema, _, name = table.partition(".")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position",
            (schema, name),
        )
        columns = {column: _value(table, column, kind, client) for column, kind in cursor.fetchall()}
        places = ", ".join(["%s"] * len(columns))
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING SYSTEM VALUE VALUES ({places})",
            list(columns.values()),
        )


def _value(table: str, column: str, kind: str, client: str) -> str | bytes | None:
    full = f"{table}.{column}"
    if column == "report_name":
        return REPORT
    if full in _TEXTS:
        return _TEXTS[full]
    match kind:
        case "text" | "character varying" | "name":
            return WORDS[client]
        case "bytea":
            return WORDS[client].encode()
        case "uuid":
            return _TYPES["uuid"] + client
        case "bigint" if column == "id" or column.endswith("_id"):
            return client
        case "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision":
            return "1"
        case _:
            return _TYPES[kind]

"""Database roles that read the reports of one client, for that client's own tools; see docs/decisions/0003_scope.md.

The row in ops.readers says whose reports a role reads; a role without one reads nothing, whatever it sets.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import psycopg2
from psycopg2 import sql
from psycopg2.errorcodes import INSUFFICIENT_PRIVILEGE
from psycopg2.extensions import encrypt_password
from sqlalchemy.engine import make_url

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import Client
from lib.core.database import READER_GROUP, Database, as_owner, named_queries
from lib.core.errors import Conflict, Misconfigured, NotFound
from lib.core.settings import Settings

_SQL = named_queries("readers")
_CONNECTIONS = 10
#: Guards against accidents; what a reader may not do at all is not granted to it.
_HABITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "10min",
    "timezone": "UTC",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """A role that reads one client's reports; the password is kept nowhere."""

    client_id: str
    role: str
    password: str = field(repr=False)
    #: With the password.
    url: str = field(repr=False)


def make_reader(database: Database, settings: Settings, actor: Actor, client: Client) -> Reader:
    """Make the role that reads this client's reports.

    Raises Conflict when the client has one, Misconfigured when the database's owner may not create roles.
    """
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    # Roles belong to a whole server: a second Daysheet beside this one has clients of the same numbers.
    role = f"daysheet_reader_{client.id}_{secrets.token_hex(3)}"
    password = secrets.token_urlsafe(24)
    with database.session(actor) as session:
        known = _SQL.reader_of(session.raw, client_id=client.id)
        if known is not None:
            raise Conflict(f"The client has a reader already: {known}.", fix="Remove it first, with --drop.")
        _SQL.add_reader(session.raw, role=role, client_id=client.id, created_by=actor.label)
        audit.record(session, "reports:reader:add:done", f"reader:{role}", client_id=client.id)
        _create_role(settings, role, password)
    url = make_url(database.url).set(username=role, password=password)
    return Reader(client_id=client.id, role=role, password=password, url=url.render_as_string(hide_password=False))


def drop_reader(database: Database, settings: Settings, actor: Actor, client: Client) -> str:
    """Take the role away and return its name; from then on its open sessions read nothing. Raises NotFound."""
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    with database.session(actor) as session:
        role = _SQL.reader_of(session.raw, client_id=client.id)
        if role is None:
            raise NotFound("The client has no reader.", fix="Make one with: python -m jobs client reader NAME.")
        _SQL.drop_reader(session.raw, role=role)
        audit.record(session, "reports:reader:drop:done", f"reader:{role}", client_id=client.id)
    with as_owner(settings) as owner, owner.cursor() as cursor:
        cursor.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
    return role


def _create_role(settings: Settings, role: str, password: str) -> None:
    name = sql.Identifier(role)
    with as_owner(settings) as owner, owner.cursor() as cursor:
        # The server may log statements, so it is not told the password itself.
        hashed = encrypt_password(password, role, scope=owner, algorithm="scram-sha-256")
        try:
            cursor.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} CONNECTION LIMIT {} IN ROLE {}").format(
                    name, sql.Literal(hashed), sql.Literal(_CONNECTIONS), sql.Identifier(READER_GROUP)
                )
            )
        except psycopg2.Error as error:
            if error.pgcode != INSUFFICIENT_PRIVILEGE:
                raise
            raise Misconfigured(
                "The login of DAYSHEET_DATABASE_URL may not create roles.", fix="Grant it CREATEROLE."
            ) from None
        for habit, value in _HABITS.items():
            cursor.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(habit), sql.Literal(value)))

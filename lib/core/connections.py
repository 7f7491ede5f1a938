"""Clients' connections to vendors: their options, their secrets, and how the last test of them went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import psycopg2

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, as_json, named_queries
from lib.core.errors import Conflict, NotFound
from lib.core.secrets import decrypt, encrypt

_SQL = named_queries("connections")


class LoginTest(StrEnum):
    """How the vendor answered a test of a connection."""

    LET_IN = "let_in"
    REFUSED = "refused"
    #: No answer, or none about the login.
    UNREACHED = "unreached"


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A client's account at a vendor; `secrets` are in clear and go no further than the vendor's door."""

    id: str
    client_id: str
    vendor: str
    account: str
    settings: dict[str, Any]
    practice: bool
    secrets: dict[str, str] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptConnection:
    """A connection without its secrets; whoever saves it must have seen the latest `version`. Times are UTC."""

    id: str
    client_id: str
    client_name: str
    vendor: str
    account: str
    settings: dict[str, Any]
    practice: bool
    version: int
    updated_at: datetime
    updated_by: str
    secrets_changed_at: datetime
    tested: LoginTest | None
    tested_at: datetime | None


def save_connection(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    vendor: str,
    account: str,
    values: dict[str, Any],
    secrets: Mapping[str, str],
    practice: bool = False,
    seen: int | None = None,
    tested: LoginTest | None = None,
) -> str:
    """Make or replace a client's connection to a vendor and return its id; the secrets are encrypted first.

    `seen` is the version that was changed, 0 where there was none; None replaces whatever there is. `tested` is how a
    test of just these values went. Raises Conflict when somebody else was faster, and when another client is connected
    to that account.
    """
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    with database.session(actor) as session:
        before = _SQL.connection_for_update(session.raw, client_id=client_id, vendor=vendor)
        if seen is not None and seen != (before.version if before else 0):
            who = f"{before.updated_by}, at {before.updated_at:%H:%M} UTC" if before else "somebody else"
            raise Conflict(
                f"This connection was changed meanwhile by {who}; nothing was saved.",
                fix="Look at what it is now, and change that.",
            )
        same = before is not None and json.loads(decrypt(session, before.secret)) == dict(secrets)
        try:
            connection_id = _SQL.save_connection(
                session.raw,
                client_id=client_id,
                vendor=vendor,
                account=account,
                settings=as_json(values),
                secret=encrypt(session, json.dumps(dict(secrets))),
                same_secret=same,
                practice=practice,
                tested=tested,
                updated_by=actor.label,
            )
        except psycopg2.IntegrityError:
            raise Conflict(
                f"Another client is connected to this {vendor} account already.",
                fix="An account belongs to one client; use that client, or connect it to another account first.",
            ) from None
        audit.record(
            session,
            "office:connection:save:done",
            f"connection:{connection_id}",
            client_id=client_id,
            vendor=vendor,
            practice=practice,
            secrets_changed=not same,
            tested=tested or "not",
        )
    return str(connection_id)


def connection_of(database: Database, actor: Actor, client_id: str, vendor: str) -> Connection:
    """A client's connection to a vendor, with its secrets; raises NotFound when there is none."""
    with database.session(actor) as session:
        row = _SQL.connection(session.raw, client_id=client_id, vendor=vendor)
        if row is None:
            raise NotFound(
                f"This client has no {vendor} connection.",
                fix=f"Make one on the Connections page, or with: python -m jobs connect {vendor} --client NAME "
                "--set … --secret-stdin.",
            )
        return Connection(
            id=str(row.id),
            client_id=str(row.client_id),
            vendor=row.vendor,
            account=row.account,
            settings=row.settings,
            practice=row.practice,
            secrets=json.loads(decrypt(session, row.secret)),
        )


def list_connections(database: Database, actor: Actor, vendor: str | None = None) -> list[KeptConnection]:
    """The connections in the actor's scope, to one vendor or to all, by client."""
    with database.session(actor) as session:
        rows = list(_SQL.connections(session.raw))
    return [
        KeptConnection(
            id=str(row.id),
            client_id=str(row.client_id),
            client_name=row.client_name,
            vendor=row.vendor,
            account=row.account,
            settings=row.settings,
            practice=row.practice,
            version=row.version,
            updated_at=row.updated_at,
            updated_by=row.updated_by,
            secrets_changed_at=row.secret_changed_at,
            tested=LoginTest(row.tested) if row.tested else None,
            tested_at=row.tested_at,
        )
        for row in rows
        if vendor in (None, row.vendor)
    ]


def note_test(database: Database, actor: Actor, connection: Connection, tested: LoginTest) -> None:
    """Keep how a test of a connection, as it is kept, went."""
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    with database.session(actor) as session:
        _SQL.note_test(session.raw, connection_id=connection.id, tested=tested)
        audit.record(
            session,
            "office:connection:test:done",
            f"connection:{connection.id}",
            client_id=connection.client_id,
            vendor=connection.vendor,
            tested=tested,
        )


def practice_clients(database: Database, actor: Actor) -> frozenset[str]:
    """The ids of the clients that have a connection to a stand-in vendor."""
    return frozenset(each.client_id for each in list_connections(database, actor) if each.practice)

"""Clients of the office and their connections to vendors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import psycopg2

from lib.core import audit
from lib.core.actor import Actor
from lib.core.database import Database, as_json, named_queries
from lib.core.errors import BadInput, Conflict, NotFound
from lib.core.secrets import decrypt, encrypt
from lib.core.settings import Settings

_SQL = named_queries("clients")


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """A customer of the billing office."""

    id: str
    name: str
    time_zone: str
    settings: dict[str, Any]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which this client's days begin and end."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A client's account at a vendor; `secrets` are in clear and go no further than the vendor's door."""

    id: str
    client_id: str
    vendor: str
    account: str
    settings: dict[str, Any]
    practice: bool
    secrets: dict[str, str]

    def __repr__(self) -> str:
        return f"Connection(id={self.id!r}, vendor={self.vendor!r})"


def add_client(database: Database, actor: Actor, name: str, *, time_zone: str = "America/New_York") -> Client:
    """Add a client; raises BadInput for a poor name or zone, Conflict when the name is taken."""
    name = " ".join(name.split())
    if not name or len(name) > 200:
        raise BadInput("A client needs a name of 1 to 200 letters.")
    if time_zone not in available_timezones():
        raise BadInput(f"“{time_zone}” is not a time zone.", fix="Use a name such as America/New_York.")
    with database.session(actor) as session:
        client_id = _SQL.add_client(session.raw, name=name, time_zone=time_zone, created_by=actor.label)
        if client_id is None:
            raise Conflict(f"There is a client “{name}” already.")
        audit.record(session, "office:client:add:done", f"client:{client_id}", client_id=str(client_id))
    return Client(id=str(client_id), name=name, time_zone=time_zone, settings={})


def list_clients(database: Database, actor: Actor) -> list[Client]:
    """The clients in the actor's scope, by name."""
    with database.session(actor) as session:
        return [_client(row) for row in _SQL.list_clients(session.raw)]


def client_named(database: Database, actor: Actor, name: str) -> Client:
    """The client of that name; raises NotFound with the names there are."""
    with database.session(actor) as session:
        row = _SQL.client_by_name(session.raw, name=" ".join(name.split()))
        if row is None:
            known = ", ".join(f"“{r.name}”" for r in _SQL.list_clients(session.raw)) or "none yet"
            raise NotFound(
                f"There is no client “{name}” (known: {known}).", fix="Add it with: python -m jobs client add NAME."
            )
        return _client(row)


def client_by_id(database: Database, actor: Actor, client_id: str) -> Client:
    """The client with that id; raises NotFound outside the actor's scope."""
    with database.session(actor) as session:
        row = _SQL.client_by_id(session.raw, client_id=client_id)
    if row is None:
        raise NotFound(f"There is no client {client_id}.")
    return _client(row)


def change_settings(database: Database, actor: Actor, client: Client, changes: dict[str, Any]) -> Client:
    """Change some of a client's settings and leave the others."""
    with database.session(actor) as session:
        _SQL.change_settings(session.raw, client_id=client.id, changes=as_json(changes))
        audit.record(
            session, "office:client:change:done", f"client:{client.id}", client_id=client.id, settings=sorted(changes)
        )
    return client_by_id(database, actor, client.id)


def save_connection(
    database: Database,
    settings: Settings,
    actor: Actor,
    *,
    client_id: str,
    vendor: str,
    account: str,
    values: dict[str, Any],
    secrets: dict[str, str],
    practice: bool = False,
) -> str:
    """Make or replace a client's connection to a vendor and return its id; the secrets are encrypted first.

    Raises Conflict when another client is connected to that account.
    """
    with database.session(actor) as session:
        try:
            connection_id = _SQL.save_connection(
                session.raw,
                client_id=client_id,
                vendor=vendor,
                account=account,
                settings=as_json(values),
                secret=encrypt(settings, json.dumps(secrets)),
                practice=practice,
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
        )
    return str(connection_id)


def connection_of(database: Database, settings: Settings, actor: Actor, client_id: str, vendor: str) -> Connection:
    """A client's connection to a vendor, with its secrets; raises NotFound when there is none."""
    with database.session(actor) as session:
        row = _SQL.connection(session.raw, client_id=client_id, vendor=vendor)
    if row is None:
        raise NotFound(
            f"This client has no {vendor} connection.",
            fix=f"Make one with: python -m jobs connect {vendor} --client NAME --set … --secret-stdin.",
        )
    return Connection(
        id=str(row.id),
        client_id=str(row.client_id),
        vendor=row.vendor,
        account=row.account,
        settings=row.settings,
        practice=row.practice,
        secrets=json.loads(decrypt(settings, row.secret)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionOptions:
    """A client's connection without its secrets."""

    client_id: str
    account: str
    settings: dict[str, Any]
    practice: bool


def list_connections(database: Database, actor: Actor, vendor: str) -> list[ConnectionOptions]:
    """The connections to a vendor in the actor's scope, by client."""
    with database.session(actor) as session:
        return [
            ConnectionOptions(
                client_id=str(row.client_id), account=row.account, settings=row.settings, practice=row.practice
            )
            for row in _SQL.connections(session.raw)
            if row.vendor == vendor
        ]


def practice_clients(database: Database, actor: Actor) -> frozenset[str]:
    """The ids of the clients that have a connection to a stand-in vendor."""
    with database.session(actor) as session:
        return frozenset(str(row.client_id) for row in _SQL.connections(session.raw) if row.practice)


def _client(row: Any) -> Client:
    return Client(id=str(row.id), name=row.name, time_zone=row.time_zone, settings=row.settings)

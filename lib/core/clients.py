"""Clients of the office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, as_json, named_queries
from lib.core.errors import BadInput, Conflict, NotFound

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


def add_client(database: Database, actor: Actor, name: str, *, time_zone: str = "America/New_York") -> Client:
    """Add a client; raises BadInput for a poor name or zone, Conflict when the name is taken."""
    gate.must(database, actor, Permission.CLIENTS_EDIT)
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
    gate.must(database, actor, Permission.CLIENTS_EDIT)
    with database.session(actor) as session:
        _SQL.change_settings(session.raw, client_id=client.id, changes=as_json(changes))
        audit.record(
            session, "office:client:change:done", f"client:{client.id}", client_id=client.id, settings=sorted(changes)
        )
    return client_by_id(database, actor, client.id)


def _client(row: Any) -> Client:
    return Client(id=str(row.id), name=row.name, time_zone=row.time_zone, settings=row.settings)

"""Connecting clients to CollaborateMD, one by one or from the settings of an older installation."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.core import clients, connections
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.connections import LoginTest
from lib.core.database import Database
from lib.core.errors import Conflict, NotFound
from lib.reports.asking.login import open_connection
from lib.reports.import_config import ImportedClient, read_config
from lib.reports.matrix import accounts_of
from lib.reports.params import VENDOR
from lib.vendors.collaboratemd.client import CollaborateMdClient
from lib.vendors.collaboratemd.connection import CollaborateMdConnection
from lib.vendors.throttle import NoThrottle

#: Never a report of anybody's: a look at it tells whether the login is let in, and nothing else.
_NO_REPORT = "1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What an older installation's settings have become; `left_out` names what means nothing here."""

    connected: tuple[ImportedName, ...]
    left_out: tuple[str, ...]
    #: Whether it named a database, whose tables stay where they are.
    had_database: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedName:
    """A client that was connected; `added` where it was not known before."""

    client_id: str
    name: str
    accounts: tuple[str, ...]
    added: bool


def connect(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    values: Mapping[str, Any],
    password: str,
    practice: bool = False,
    check: bool = False,
    seen: int | None = None,
) -> CollaborateMdConnection:
    """Make or replace a client's connection; with `check`, only if CollaborateMD lets the login in.

    `seen` as in save_connection. Raises BadInput naming an option that cannot be used, Conflict where another client
    has one of the accounts or somebody was faster, LoginRefused by the check.
    """
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    connection = CollaborateMdConnection.from_settings({**values, "practice": practice}, password=password)
    refuse_shared_accounts(database, actor, client_id, connection.accounts)
    if check:
        check_login(connection)
    connections.save_connection(
        database,
        actor,
        client_id=client_id,
        vendor=VENDOR,
        account=connection.account,
        values=connection.model_dump(mode="json", exclude={"password", "practice"}, exclude_unset=True),
        secrets={"password": password},
        practice=practice,
        seen=seen,
        tested=LoginTest.LET_IN if check else None,
    )
    return connection


def check_kept(database: Database, actor: Actor, client_id: str) -> None:
    """Sign in once with a client's connection as it is kept; raises NotFound without one, VendorError if refused."""
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    check_login(open_connection(database, actor, client_id))


def check_login(connection: CollaborateMdConnection) -> None:
    """Sign in once with each account; raises LoginRefused, NotPermitted or Unavailable."""
    client = CollaborateMdClient(connection, NoThrottle())
    with tempfile.TemporaryDirectory(prefix="daysheet-") as folder:
        for account in connection.accounts:
            client.fetch_result(account, _NO_REPORT, Path(folder) / "nothing")


def refuse_shared_accounts(database: Database, actor: Actor, client_id: str, accounts: tuple[str, ...]) -> None:
    """Raise Conflict where another client in the actor's scope has one of these accounts."""
    for other in connections.list_connections(database, actor, VENDOR):
        shared = sorted(set(accounts) & set(accounts_of(other.settings)))
        if shared and other.client_id != client_id:
            raise Conflict(
                f"Another client has the account {', '.join(shared)} already.",
                fix="An account's reports belong to one client; take it from the other one first.",
            )


def import_config(database: Database, actor: Actor, text: str, environment: Mapping[str, str]) -> Imported:
    """Add the clients of a config.ini and connect them; a client of that name is connected anew.

    Which saved reports they have is not in such a file: the ids have to be set. Raises BadInput before anything is done
    where the file cannot be used, Conflict where an account belongs to another client.
    """
    config = read_config(text, environment)
    connected = [_connect_imported(database, actor, found) for found in config.clients]
    return Imported(connected=tuple(connected), left_out=config.left_out, had_database=config.database_url is not None)


def _connect_imported(database: Database, actor: Actor, found: ImportedClient) -> ImportedName:
    added = False
    try:
        client = clients.client_named(database, actor, found.name)
    except NotFound:
        # An account that another client has is refused before the client is added.
        refuse_shared_accounts(database, actor, "", found.connection.accounts)
        client, added = clients.add_client(database, actor, found.name), True
    connection = found.connection
    connect(
        database,
        actor,
        client_id=client.id,
        values=connection.model_dump(mode="json", exclude={"password", "practice"}, exclude_unset=True),
        password=connection.password.get_secret_value(),
    )
    return ImportedName(client_id=client.id, name=client.name, accounts=connection.accounts, added=added)

"""Connecting a client to Tebra, and trying whether Tebra lets a connection in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib.charges.params import VENDOR
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.connections import LoginTest, connection_of, save_connection
from lib.core.database import Database
from lib.vendors.tebra.client import TebraClient
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.throttle import NoThrottle


def connect(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    values: Mapping[str, Any],
    customer_key: str,
    password: str,
    practice: bool = False,
    check: bool = False,
    seen: int | None = None,
) -> TebraConnection:
    """Make or replace a client's connection; with `check`, only if Tebra lets the login in.

    `seen` as in save_connection. Raises BadInput naming an option that cannot be used, Conflict where another client
    has the account or somebody was faster, and a VendorError by the check.
    """
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    options = {**values, "customer_key": customer_key, "practice": practice}
    connection = TebraConnection.from_settings(options, password=password)
    if check:
        check_login(connection)
    save_connection(
        database,
        actor,
        client_id=client_id,
        vendor=VENDOR,
        account=connection.account,
        values=dict(values),
        secrets={"password": password, "customer_key": customer_key},
        practice=practice,
        seen=seen,
        tested=LoginTest.LET_IN if check else None,
    )
    return connection


def check_kept(database: Database, actor: Actor, client_id: str) -> None:
    """Sign in once with a client's connection as it is kept; raises NotFound without one, VendorError if refused."""
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    stored = connection_of(database, actor, client_id, VENDOR)
    options = {**stored.settings, "customer_key": stored.secrets["customer_key"], "practice": stored.practice}
    check_login(TebraConnection.from_settings(options, password=stored.secrets["password"]))


def check_login(connection: TebraConnection) -> None:
    """Sign in once; raises LoginRefused, CustomerKeyRefused, NotPermitted or Unavailable."""
    client = TebraClient(connection, NoThrottle())
    if client.offers("GetCustomerIdFromKey"):
        client.check_credentials()
    else:
        # With an older WSDL the first list refuses credentials just as well.
        client.get_practices()

"""Connecting clients to payers, and trying whether a payer lets a connection in."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.connections import Connection, LoginTest, connection_of, save_connection
from lib.core.database import Database
from lib.vendors.clearinghouse.client import ClearinghouseClient
from lib.vendors.clearinghouse.connection import ClearinghouseConnection
from lib.vendors.clearinghouse.model import StatusInquiry
from lib.vendors.errors import BadRequest
from lib.vendors.throttle import NoThrottle
from lib.vendors.uhc.client import UhcClient
from lib.vendors.uhc.connection import UhcConnection

UHC, CLEARINGHOUSE = "uhc", "clearinghouse"
_ABOUT_NOBODY = StatusInquiry(
    payer_id="NOBODY",
    organization="TEST",
    npi="0000000000",
    member_id="0",
    first_name="TEST",
    last_name="TEST",
    date_of_birth=date(2000, 1, 1),
    first=date(2026, 1, 1),
    last=date(2026, 1, 1),
)


def connect_uhc(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    values: Mapping[str, Any],
    client_secret: str,
    practice: bool = False,
    check: bool = False,
    seen: int | None = None,
) -> UhcConnection:
    """Make or replace a client's connection to UHC; with `check`, only if UHC gives a token for it.

    `seen` as in save_connection. Raises BadInput naming an option that cannot be used, Conflict where another client
    has the credentials or somebody was faster, LoginRefused and Unavailable by the check.
    """
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    connection = UhcConnection.from_settings({**values, "practice": practice}, client_secret=client_secret)
    if check:
        UhcClient(connection, NoThrottle()).sign_in()
    save_connection(
        database,
        actor,
        client_id=client_id,
        vendor=UHC,
        account=connection.account,
        values=dict(values),
        secrets={"client_secret": client_secret},
        practice=practice,
        seen=seen,
        tested=LoginTest.LET_IN if check else None,
    )
    return connection


def connect_clearinghouse(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    values: Mapping[str, Any],
    key: str,
    practice: bool = False,
    check: bool = False,
    seen: int | None = None,
) -> ClearinghouseConnection:
    """Make or replace a client's connection to a clearinghouse; with `check`, only if it lets the key in.

    `seen` as in save_connection. Raises what connect_uhc raises.
    """
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    connection = ClearinghouseConnection.from_settings({**values, "practice": practice}, key=key)
    if check:
        _try_key(connection)
    save_connection(
        database,
        actor,
        client_id=client_id,
        vendor=CLEARINGHOUSE,
        account=connection.account,
        values=dict(values),
        secrets={"key": key},
        practice=practice,
        seen=seen,
        tested=LoginTest.LET_IN if check else None,
    )
    return connection


def check_uhc(database: Database, actor: Actor, client_id: str) -> None:
    """Ask for a token with a client's connection as it is kept; raises NotFound without one, VendorError if refused."""
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    UhcClient(uhc_connection(connection_of(database, actor, client_id, UHC)), NoThrottle()).sign_in()


def check_clearinghouse(database: Database, actor: Actor, client_id: str) -> None:
    """Ask once with a client's connection as it is kept; raises NotFound without one, VendorError if refused."""
    gate.must(database, actor, Permission.CONNECTIONS_EDIT)
    _try_key(clearinghouse_connection(connection_of(database, actor, client_id, CLEARINGHOUSE)))


def _try_key(connection: ClearinghouseConnection) -> None:
    """Ask about nobody: that the inquiry cannot be used says that the key is let in."""
    with contextlib.suppress(BadRequest):
        ClearinghouseClient(connection, NoThrottle()).status(_ABOUT_NOBODY)


def uhc_connection(stored: Connection) -> UhcConnection:
    """A kept connection as UHC's client takes it."""
    return UhcConnection.from_settings(
        {**stored.settings, "practice": stored.practice}, client_secret=stored.secrets["client_secret"]
    )


def clearinghouse_connection(stored: Connection) -> ClearinghouseConnection:
    """A kept connection as the clearinghouse's client takes it."""
    return ClearinghouseConnection.from_settings(
        {**stored.settings, "practice": stored.practice}, key=stored.secrets["key"]
    )

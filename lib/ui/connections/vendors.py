"""The vendors that a client can be connected to: what is asked for, and how a connection is saved and tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.charges import connect as tebra
from lib.charges.params import VENDOR as TEBRA
from lib.claim_status import connect as payers
from lib.core.actor import Actor
from lib.core.database import Database
from lib.reports import connect as collaboratemd
from lib.reports.params import VENDOR as COLLABORATEMD
from lib.vendors.clearinghouse.connection import ClearinghouseConnection
from lib.vendors.collaboratemd.connection import CollaborateMdConnection
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.uhc.connection import UhcConnection


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A connection as it was typed; `seen` is the version that was on the page, 0 where there was none."""

    client_id: str
    options: Mapping[str, str]
    secrets: Mapping[str, str]
    practice: bool
    check: bool
    seen: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Vendor:
    """A vendor's part of the page: names and titles of what is asked first, of secrets, and all options with a line.

    `save` and `try_kept` raise what lib/charges/connect.py and lib/reports/connect.py raise.
    """

    name: str
    title: str
    first: Mapping[str, str]
    secrets: Mapping[str, str]
    options: Mapping[str, str]
    save: Callable[[Database, Actor, Wanted], object]
    try_kept: Callable[[Database, Actor, str], None]


def _save_tebra(database: Database, actor: Actor, wanted: Wanted) -> object:
    return tebra.connect(
        database,
        actor,
        client_id=wanted.client_id,
        values=wanted.options,
        customer_key=wanted.secrets["customer_key"],
        password=wanted.secrets["password"],
        practice=wanted.practice,
        check=wanted.check,
        seen=wanted.seen,
    )


def _save_collaboratemd(database: Database, actor: Actor, wanted: Wanted) -> object:
    return collaboratemd.connect(
        database,
        actor,
        client_id=wanted.client_id,
        values=wanted.options,
        password=wanted.secrets["password"],
        practice=wanted.practice,
        check=wanted.check,
        seen=wanted.seen,
    )


def _save_uhc(database: Database, actor: Actor, wanted: Wanted) -> object:
    return payers.connect_uhc(
        database,
        actor,
        client_id=wanted.client_id,
        values=wanted.options,
        client_secret=wanted.secrets["client_secret"],
        practice=wanted.practice,
        check=wanted.check,
        seen=wanted.seen,
    )


def _save_clearinghouse(database: Database, actor: Actor, wanted: Wanted) -> object:
    return payers.connect_clearinghouse(
        database,
        actor,
        client_id=wanted.client_id,
        values=wanted.options,
        key=wanted.secrets["key"],
        practice=wanted.practice,
        check=wanted.check,
        seen=wanted.seen,
    )


VENDORS: tuple[Vendor, ...] = (
    Vendor(
        name=TEBRA,
        title="Tebra",
        first={"url": "Address of the WSDL", "user": "User"},
        secrets={"customer_key": "Customer key", "password": "Password"},
        options=TebraConnection.options(),
        save=_save_tebra,
        try_kept=tebra.check_kept,
    ),
    Vendor(
        name=COLLABORATEMD,
        title="CollaborateMD",
        first={"user": "User", "accounts": "Customer numbers"},
        secrets={"password": "Password"},
        options=CollaborateMdConnection.options(),
        save=_save_collaboratemd,
        try_kept=collaboratemd.check_kept,
    ),
    Vendor(
        name=payers.UHC,
        title="UHC claim status",
        first={"client_id": "Client id"},
        secrets={"client_secret": "Client secret"},
        options=UhcConnection.options(),
        save=_save_uhc,
        try_kept=payers.check_uhc,
    ),
    Vendor(
        name=payers.CLEARINGHOUSE,
        title="Clearinghouse claim status",
        first={"url": "Address"},
        secrets={"key": "Key"},
        options=ClearinghouseConnection.options(),
        save=_save_clearinghouse,
        try_kept=payers.check_clearinghouse,
    ),
)

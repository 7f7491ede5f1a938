"""The vendors that a client can be connected to: what is asked for, and how a connection is saved and tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.charges import connect as tebra
from lib.charges.params import VENDOR as TEBRA
from lib.core.actor import Actor
from lib.core.database import Database
from lib.reports import connect as collaboratemd
from lib.reports.params import VENDOR as COLLABORATEMD
from lib.vendors.collaboratemd.connection import CollaborateMdConnection
from lib.vendors.tebra.connection import TebraConnection


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
)

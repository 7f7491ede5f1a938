"""Tells the workbench of the practice clients and their vendors, through the product's own command line."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from sandbox.collaboratemd.control import ReportClient
from sandbox.tebra.wsdl import SERVICE_PATH
from sandbox.workbench import Stamps, run_jobs
from sandbox.world import Customer

VISIBILITY_DELAY_SECONDS = 5
#: A stand-in builds a report in no time, so its reports are looked at soon and often.
_POLL_SECONDS, _BUSY_SECONDS = 0.2, 0.5


class RegistrationFailed(Exception):
    """The workbench did not take a practice client; the text is what its command said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A client's connection to one vendor, in the words of the command line."""

    client: str
    vendor: str
    options: tuple[str, ...]
    secret: str

    @property
    def name(self) -> str:
        """What people and the stamp call it; Tebra, which came first, goes by the client alone."""
        return self.client if self.vendor == "tebra" else f"{self.client} ({self.vendor})"

    def mark(self) -> str:
        """Changes when anything does that the workbench must be told of."""
        known_by = (self.vendor, *self.options, self.secret, os.environ.get("DAYSHEET_DATABASE_URL", ""))
        return hashlib.sha256("\n".join(known_by).encode()).hexdigest()[:16]


async def register_clients(
    customers: tuple[Customer, ...], report_clients: tuple[ReportClient, ...], base_url: str, home: Path
) -> list[str]:
    """Register those connections that are not registered at this address yet; returns the names of the new ones.

    CollaborateMD, and the clients that are there only, wait until the workbench knows that vendor. What is done is
    stamped in the folder practice/ of `home`, for this address, these credentials and this database, so that a
    second start runs no command. RegistrationFailed when a connection is refused.
    """
    connections = [_to_tebra(customer, base_url) for customer in customers]
    to_collaboratemd = [_to_collaboratemd(client, base_url) for client in report_clients]
    stamps = Stamps(home / "practice" / "registered.json")
    added = []
    if not all(stamps.has(connection.name, connection.mark()) for connection in to_collaboratemd):
        known = await run_jobs(home, "connect", "collaboratemd", "--help")
        connections += to_collaboratemd if known.code == 0 else []
    for connection in connections:
        if stamps.has(connection.name, connection.mark()):
            continue
        await register_connection(connection, home)
        stamps.add(connection.name, connection.mark())
        added.append(connection.name)
    return added


def _to_tebra(customer: Customer, base_url: str) -> Connection:
    user = customer.users[0]
    return Connection(
        client=customer.name,
        vendor="tebra",
        options=(
            f"url={base_url}{SERVICE_PATH}?wsdl",
            f"customer_key={customer.customer_key}",
            f"user={user.name}",
            f"visibility_delay_seconds={VISIBILITY_DELAY_SECONDS}",
        ),
        secret=user.password,
    )


def _to_collaboratemd(client: ReportClient, base_url: str) -> Connection:
    return Connection(
        client=client.name,
        vendor="collaboratemd",
        options=(
            f"url={base_url}",
            f"user={client.user}",
            f"accounts={','.join(client.accounts)}",
            f"poll_seconds={_POLL_SECONDS}",
            f"busy_seconds={_BUSY_SECONDS}",
        ),
        secret=client.password,
    )


async def register_connection(connection: Connection, home: Path) -> None:
    """Tell the workbench of one connection, and of its client; RegistrationFailed when it is refused."""
    # A client that is there already is no failure here: whether it can be connected decides.
    added = await run_jobs(home, "client", "add", connection.client)
    options = [word for option in connection.options for word in ("--set", option)]
    connected = await run_jobs(
        home,
        *("connect", connection.vendor, "--client", connection.client, "--practice", *options, "--secret-stdin"),
        secret=connection.secret,
    )
    if connected.code:
        raise RegistrationFailed(f"{connection.name} could not be registered. {added.said} {connected.said}".strip())

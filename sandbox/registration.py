"""Tells the workbench of the practice clients and their vendors, through the product's own command line."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from sandbox.collaboratemd.control import ReportClient
from sandbox.tebra.wsdl import SERVICE_PATH
from sandbox.world import Customer

VISIBILITY_DELAY_SECONDS = 5
_ROOT = Path(__file__).resolve().parent.parent


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
    state = home / "practice"
    stamp = state / "registered.json"
    stamped: dict[str, str] = json.loads(stamp.read_text()) if stamp.exists() else {}
    added = []
    if any(stamped.get(connection.name) != connection.mark() for connection in to_collaboratemd):
        unknown, _ = await _run_jobs(home, "connect", "collaboratemd", "--help")
        connections += [] if unknown else to_collaboratemd
    for connection in connections:
        if stamped.get(connection.name) == connection.mark():
            continue
        await _register(connection, home)
        stamped[connection.name] = connection.mark()
        state.mkdir(parents=True, exist_ok=True)
        half_written = stamp.with_suffix(".tmp")
        half_written.write_text(json.dumps(stamped, indent=1))
        half_written.replace(stamp)
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
        options=(f"url={base_url}", f"user={client.user}", f"accounts={','.join(client.accounts)}"),
        secret=client.password,
    )


async def _register(connection: Connection, home: Path) -> None:
    # A client that is there already is no failure here: whether it can be connected decides.
    _, added = await _run_jobs(home, "client", "add", connection.client)
    options = [word for option in connection.options for word in ("--set", option)]
    code, connected = await _run_jobs(
        home,
        *("connect", connection.vendor, "--client", connection.client, "--practice", *options, "--secret-stdin"),
        secret=connection.secret,
    )
    if code:
        raise RegistrationFailed(f"{connection.name} could not be registered. {added} {connected}".strip())


async def _run_jobs(home: Path, *arguments: str, secret: str = "") -> tuple[int, str]:
    """Run one `python -m jobs` command; its exit code and what it printed."""
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jobs", *arguments),
        cwd=_ROOT,
        env=os.environ | {"DAYSHEET_HOME": str(home.resolve())},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        printed, _ = await command.communicate(secret.encode())
    except asyncio.CancelledError:
        command.terminate()
        await command.wait()
        raise
    return command.returncode or 0, printed.decode(errors="replace").strip()

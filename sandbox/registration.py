"""Tells the workbench of the practice clients, through the product's own command line."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path

from sandbox.tebra.wsdl import SERVICE_PATH
from sandbox.world import Customer

VISIBILITY_DELAY_SECONDS = 5
_ROOT = Path(__file__).resolve().parent.parent


class RegistrationFailed(Exception):
    """The workbench did not take a practice client; the text is what its command said."""


async def register_clients(customers: tuple[Customer, ...], base_url: str, home: Path) -> list[str]:
    """Register those customers that are not registered at this address yet; returns the names of the new ones.

    What is done is stamped in the folder practice/ of `home`, for this address, these credentials and this database,
    so that a second start runs no command. RegistrationFailed when a connection is refused.
    """
    state = home / "practice"
    stamp = state / "registered.json"
    stamped: dict[str, str] = json.loads(stamp.read_text()) if stamp.exists() else {}
    added = []
    for customer in customers:
        mark = _mark(customer, base_url)
        if stamped.get(customer.name) == mark:
            continue
        await _register(customer, base_url, home)
        stamped[customer.name] = mark
        state.mkdir(parents=True, exist_ok=True)
        half_written = stamp.with_suffix(".tmp")
        half_written.write_text(json.dumps(stamped, indent=1))
        half_written.replace(stamp)
        added.append(customer.name)
    return added


def _mark(customer: Customer, base_url: str) -> str:
    user = customer.users[0]
    known_by = (base_url, customer.customer_key, user.name, user.password, os.environ.get("DAYSHEET_DATABASE_URL", ""))
    return hashlib.sha256("\n".join(known_by).encode()).hexdigest()[:16]


async def _register(customer: Customer, base_url: str, home: Path) -> None:
    user = customer.users[0]
    # A client that is there already is no failure here: whether it can be connected decides.
    _, added = await _run_jobs(home, "client", "add", customer.name)
    code, connected = await _run_jobs(
        home,
        *("connect", "tebra", "--client", customer.name, "--practice"),
        *("--set", f"url={base_url}{SERVICE_PATH}?wsdl"),
        *("--set", f"customer_key={customer.customer_key}"),
        *("--set", f"user={user.name}"),
        *("--set", f"visibility_delay_seconds={VISIBILITY_DELAY_SECONDS}"),
        "--secret-stdin",
        secret=user.password,
    )
    if code:
        raise RegistrationFailed(f"{customer.name} could not be registered. {added} {connected}".strip())


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

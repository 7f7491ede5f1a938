"""Clients of the office and their settings."""

from __future__ import annotations

from typing import Annotated

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import open_office
from lib.core import clients
from lib.core.errors import BadInput

app = typer.Typer(help="The clients of the office.", no_args_is_help=True)

ClientName = Annotated[str, typer.Option("--client", metavar="NAME", help="The client's name.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The client's name, as people will choose it on the pages.")],
    time_zone: Annotated[str, typer.Option(help="Zone in which the client's days begin.")] = "America/New_York",
    as_json: Json = False,
) -> None:
    """Add a client."""
    office = open_office()
    client = clients.add_client(office.database, office.actor, name, time_zone=time_zone)
    tell(as_json, {"client": client.id, "name": client.name}, f"Client {client.id}: {client.name}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the clients."""
    office = open_office()
    found = clients.list_clients(office.database, office.actor)
    tell(
        as_json,
        {"clients": [{"client": c.id, "name": c.name, "time_zone": c.time_zone} for c in found]},
        table(("id", "name", "time zone"), [(c.id, c.name, c.time_zone) for c in found]) if found else "No client yet.",
    )


@app.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="The client's name.")],
    timely_filing_months: Annotated[
        int | None, typer.Option(min=1, max=120, help="Warn about a DOS older than this (12 unless set).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change a client's settings."""
    office = open_office()
    client = clients.client_named(office.database, office.actor, name)
    if timely_filing_months is None:
        raise BadInput("Say what to set.", fix="For example: --timely-filing-months 6.")
    changed = clients.change_settings(
        office.database, office.actor, client, {"timely_filing_months": timely_filing_months}
    )
    tell(
        as_json,
        {"client": changed.id, "settings": changed.settings},
        f"{changed.name} is warned about a DOS older than {timely_filing_months} months.",
    )

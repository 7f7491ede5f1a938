"""The database role with which a client's own tools read its reports."""

from __future__ import annotations

from typing import Annotated

import typer

from jobs.commands.telling import Json, tell
from jobs.office import open_office
from lib.core import clients
from lib.reports.views.readers import drop_reader, make_reader


def reader(
    name: Annotated[str, typer.Argument(help="The client's name.")],
    drop: Annotated[bool, typer.Option("--drop", help="Take the role away again.")] = False,
    as_json: Json = False,
) -> None:
    """Make a database role that reads this client's reports and nothing else. Its password is shown once."""
    office = open_office()
    client = clients.client_named(office.database, office.actor, name)
    if drop:
        role = drop_reader(office.database, office.settings, office.actor, client)
        tell(as_json, {"client": client.id, "dropped": role}, f"{role} is gone.")
        return
    made = make_reader(office.database, office.settings, office.actor, client)
    tell(
        as_json,
        {"client": client.id, "role": made.role, "password": made.password, "url": made.url},
        f"Role {made.role} reads the reports of {client.name}: schemas reporting and warehouse.",
        f"Password, shown this once: {made.password}",
        f"Address: {made.url}",
    )

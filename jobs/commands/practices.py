"""Which practice asks which payer for claim status."""

from __future__ import annotations

from typing import Annotated

import typer

from jobs.commands.clients import ClientName
from jobs.commands.telling import Json, table, tell
from jobs.office import open_office
from lib.claim_status.practices import list_practices, map_practice
from lib.core.clients import client_named

app = typer.Typer(help="Practices and the payers that they ask for claim status.", no_args_is_help=True)


@app.command("map")
def map_(
    client: ClientName,
    practice: Annotated[str, typer.Option("--practice", metavar="NAME", help="The practice, as the reports name it.")],
    tin: Annotated[str, typer.Option("--tin", metavar="DIGITS", help="The tax id that it bills under: nine digits.")],
    payer: Annotated[str, typer.Option("--payer", metavar="CODE", help="Who is asked: uhc or clearinghouse.")],
    payer_id: Annotated[str, typer.Option("--payer-id", metavar="ID", help="The payer's id, as 87726.")],
    npi: Annotated[str, typer.Option("--npi", help="The billing NPI; a clearinghouse wants it.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Keep the mapping, and ask no more with it.")] = False,
    as_json: Json = False,
) -> None:
    """Let a practice ask a payer, or change how it does."""
    office = open_office()
    owner = client_named(office.database, office.actor, client)
    mapped = map_practice(
        office.database,
        office.actor,
        client_id=owner.id,
        practice=practice,
        tin=tin,
        payer=payer,
        payer_id=payer_id,
        npi=npi,
        active=not off,
    )
    said = "asks no more at" if off else "asks"
    tell(as_json, {"mapping": mapped, "client": owner.id}, f"{practice} of {owner.name} {said} {payer} ({payer_id}).")


@app.command("list")
def list_(client: ClientName, as_json: Json = False) -> None:
    """List the practices of a client that ask payers; of a tax id its last four digits."""
    office = open_office()
    owner = client_named(office.database, office.actor, client)
    found = list_practices(office.database, office.actor, owner.id)
    rows = [
        (p.id, p.practice, f"…{p.tin[-4:]}", p.payer, p.payer_id, p.npi, "yes" if p.active else "no") for p in found
    ]
    titles = ("id", "practice", "tax id", "payer", "payer id", "npi", "active")
    tell(
        as_json,
        {"practices": [dict(zip(titles, row, strict=True)) for row in rows]},
        table(titles, rows) if rows else "No practice is mapped yet.",
    )

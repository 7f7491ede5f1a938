"""Intents whose outcome is unknown, and a person's decision on them."""

from __future__ import annotations

from typing import Annotated

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import open_office
from lib.core import intents
from lib.core.errors import BadInput
from lib.core.intents import Intent

app = typer.Typer(
    help="Writes to a vendor that happen at most once, and those whose outcome is unknown.", no_args_is_help=True
)


@app.command("list")
def list_(
    unknown: Annotated[bool, typer.Option("--unknown", help="Those whose outcome is unknown.")] = False,
    as_json: Json = False,
) -> None:
    """List the intents that may or may not have been posted, with the evidence."""
    if not unknown:
        raise BadInput("Say which intents.", fix="Give --unknown.")
    office = open_office()
    found = intents.unknown(office.database, office.actor)
    rows = [
        (i.id, i.run_id, i.client_name, i.kind, f"{i.amount:,.2f}" if i.amount is not None else "", _who(i), i.evidence)
        for i in found
    ]
    titles = ("id", "run", "client", "kind", "amount", "waits for", "evidence")
    tell(as_json, {"intents": [as_object(i) for i in found]}, table(titles, rows) if rows else "Nothing is unknown.")


@app.command()
def decide(
    intent_id: Annotated[str, typer.Argument(metavar="ID", help="The intent's number.")],
    posted: Annotated[
        str | None,
        typer.Option("--posted", metavar="VENDOR_ID", help="It is in Tebra, under this payment or encounter id."),
    ] = None,
    absent: Annotated[
        bool, typer.Option("--absent", help="You looked, and it is not in Tebra: it may be sent again.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="How you know; required with --absent.")] = "",
    as_json: Json = False,
) -> None:
    """Decide an unknown intent after looking in Tebra. Then go on with its run: “runs resume ID”."""
    if (posted is None) == (not absent):
        raise BadInput("Say what you found.", fix="Give --posted VENDOR_ID, or --absent --reason “…”.")
    office = open_office()
    intent = intents.decide(office.database, office.actor, intent_id, vendor_id=posted, reason=reason)
    tell(
        as_json,
        as_object(intent),
        f"Intent {intent.id} is {intent.state}. Go on with: python -m jobs runs resume {intent.run_id}",
    )


def as_object(intent: Intent) -> dict[str, object]:
    """The intent as JSON, without the patient's names."""
    return {
        "intent": intent.id,
        "run": intent.run_id,
        "client": intent.client_name,
        "kind": intent.kind,
        "state": str(intent.state),
        "amount": str(intent.amount) if intent.amount is not None else None,
        "key": intent.natural_key,
        "waits_for": _who(intent),
        "evidence": intent.evidence,
        "vendor_id": intent.vendor_id,
    }


def _who(intent: Intent) -> str:
    return "a person" if intent.undecidable else "its run"

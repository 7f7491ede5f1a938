"""Tokens of other programs for the REST API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import open_office
from lib.core import clients
from lib.core.access import tokens
from lib.core.access.tokens import USUAL_A_MINUTE, Scope, Token

app = typer.Typer(help="Tokens of other programs for the REST API.", no_args_is_help=True)


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="What uses it, in small letters; the audit goes by it.")],
    scope: Annotated[list[Scope], typer.Option(help="What it is for; may be given several times.")],
    client: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A client that it sees; may be given several times."),
    ] = None,
    all_clients: Annotated[bool, typer.Option("--all-clients", help="It sees every client.")] = False,
    days: Annotated[int, typer.Option(min=1, max=366, help="It works for so many days.")] = 90,
    a_minute: Annotated[int, typer.Option(min=1, help="Requests a minute, of each web process.")] = USUAL_A_MINUTE,
    as_json: Json = False,
) -> None:
    """Make a token and print it; it is shown this once."""
    office = open_office()
    seen = [clients.client_named(office.database, office.actor, each).id for each in client or ()]
    now = datetime.now(UTC)
    token, text = tokens.make_token(
        office.database,
        office.actor,
        name=name,
        scopes=scope,
        clients=None if all_clients else seen,
        ends_at=now + timedelta(days=days),
        now=now,
        a_minute=a_minute,
    )
    said = f"Token {token.name} works until {token.ends_at:%Y-%m-%d}. It is shown this once:"
    tell(as_json, {"name": token.name, "token": text, "ends_at": token.ends_at}, said, text)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List every token there was; never its text."""
    office = open_office()
    names = {each.id: each.name for each in clients.list_clients(office.database, office.actor)}
    rows = [_row(token, names) for token in tokens.list_tokens(office.database, office.actor)]
    titles = ("name", "begins with", "scopes", "clients", "a minute", "last used", "ends", "state")
    told = [[", ".join(cell) if isinstance(cell, list) else cell for cell in row.values()] for row in rows]
    tell(as_json, {"tokens": rows}, table(titles, told) if rows else "No token yet.")


@app.command()
def revoke(
    name: Annotated[str, typer.Argument(help="The token's name.")],
    as_json: Json = False,
) -> None:
    """End a token at once."""
    office = open_office()
    tokens.revoke(office.database, office.actor, tokens.token_named(office.database, office.actor, name))
    tell(as_json, {"name": name, "revoked": True}, f"Token {name} works no more.")


def _row(token: Token, names: dict[str, str]) -> dict[str, str | int | list[str]]:
    return {
        "name": token.name,
        "begins_with": token.beginning,
        "scopes": sorted(token.scopes),
        "clients": "all" if token.clients is None else sorted(names[each] for each in token.clients),
        "a_minute": token.a_minute,
        "last_used": f"{token.used_at:%Y-%m-%d %H:%M} UTC" if token.used_at else "never",
        "ends": f"{token.ends_at:%Y-%m-%d}",
        "state": "works" if token.in_force else "revoked" if token.revoked_at else "over",
    }

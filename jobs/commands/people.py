"""The people who may sign in, for the shell: to add the first ones, and to help somebody who is locked out."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import Office, open_office
from lib.core import clients
from lib.core.access import links, people, second_factor
from lib.core.access.people import Person
from lib.core.access.permissions import Role

app = typer.Typer(help="The people who may sign in.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The person's login.")]


@app.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="The person's name, as pages show it.")],
    role: Annotated[list[Role], typer.Option(help="A role; may be given several times.")],
    client: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A client that the person sees; may be given several times."),
    ] = None,
    all_clients: Annotated[bool, typer.Option("--all-clients", help="The person sees every client.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making a link.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add a person; without a password, print a link by which the person chooses one."""
    office = open_office()
    seen = [clients.client_named(office.database, office.actor, each).id for each in client or ()]
    person = people.add_person(
        office.database,
        office.actor,
        login=login,
        name=name,
        roles=set(role),
        clients=None if all_clients else seen,
        password=sys.stdin.readline().rstrip("\n") if password_stdin else None,
    )
    link = None if password_stdin else _link(office, person.id)
    said = f"Person {person.id}: {person.login}"
    tell(as_json, {"person": person.id, "login": person.login, "link": link}, said, *_said_of(link))


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List everybody."""
    office = open_office()
    found = people.list_people(office.database, office.actor)
    names = {each.id: each.name for each in clients.list_clients(office.database, office.actor)}
    rows = [_row(person, names) for person in found]
    titles = ("login", "roles", "clients", "second factor", "state")
    told = [[", ".join(cell) if isinstance(cell, list) else cell for cell in row.values()] for row in rows]
    tell(as_json, {"people": rows}, table(titles, told) if rows else "Nobody yet.")


@app.command()
def disable(login: Login, as_json: Json = False) -> None:
    """Let a person in no more; whoever is signed in is out at the next click."""
    office = open_office()
    person = people.person_named(office.database, office.actor, login)
    people.disable(office.database, office.actor, person)
    tell(as_json, {"person": person.id, "disabled": True}, f"{person.login} cannot sign in any more.")


@app.command()
def enable(login: Login, as_json: Json = False) -> None:
    """Let a person in again."""
    office = open_office()
    person = people.person_named(office.database, office.actor, login)
    people.enable(office.database, office.actor, person)
    tell(as_json, {"person": person.id, "disabled": False}, f"{person.login} can sign in again.")


@app.command("reset-password")
def reset_password(
    login: Login,
    second_factor_too: Annotated[
        bool, typer.Option("--second-factor-too", help="Take the second factor away as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print a link by which a person chooses a new password; it works once, for a day."""
    office = open_office()
    person = people.person_named(office.database, office.actor, login)
    if second_factor_too:
        second_factor.remove(office.database, office.actor, person.id)
    link = _link(office, person.id)
    tell(as_json, {"person": person.id, "link": link}, *_said_of(link))


def _row(person: Person, names: dict[str, str]) -> dict[str, str | list[str]]:
    return {
        "login": person.login,
        "roles": sorted(person.roles),
        "clients": "all" if person.clients is None else sorted(names[each] for each in person.clients),
        "second_factor": "on" if person.has_second_factor else "off",
        "state": "disabled" if person.disabled_at else "may sign in" if person.has_password else "no password yet",
    }


def _link(office: Office, user_id: str) -> str:
    path = links.password_link(office.database, office.actor, user_id, datetime.now(UTC))
    return f"{office.settings.web_url}{path}"


def _said_of(link: str | None) -> list[str]:
    return ["A password is chosen here, once, within a day:", f"  {link}"] if link else []

"""Clients and their connections to vendors."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import open_office
from lib.charges.params import VENDOR
from lib.core import clients
from lib.core.errors import BadInput
from lib.vendors.tebra.connection import TebraConnection

app = typer.Typer(help="The clients of the office.", no_args_is_help=True)
connect = typer.Typer(help="Connect a client to a vendor's account.", no_args_is_help=True)

#: Given by options of the command itself.
_NOT_SET = frozenset({"password", "practice"})
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


def _options() -> str:
    """The options of a Tebra connection, one a line, for the end of the help."""
    lines = [f"  {name}: {said}" for name, said in TebraConnection.options().items() if name not in _NOT_SET]
    return "\b\nOptions to --set:\n" + "\n".join(lines)


@connect.command(epilog=_options())
def tebra(
    client: ClientName,
    options: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="OPTION=VALUE",
            help="An option of the connection; give it as often as needed. url, customer_key and user are required: "
            "url is the address of the WSDL.",
        ),
    ],
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the password from standard input, up to the first line's end.")
    ] = False,
    practice: Annotated[bool, typer.Option("--practice", help="The account is a stand-in of practice mode.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Sign in once before saving, and save only if it works.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Connect a client to its Tebra account, or replace that connection.

    Password and customer key are kept encrypted.
    """
    if not secret_stdin:
        raise BadInput("The password is missing.", fix="Give --secret-stdin and pass the password on standard input.")
    typed = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline()
    password = typed.rstrip("\r\n")
    values = dict(_split(option) for option in options)
    connection = TebraConnection.from_settings({**values, "practice": practice}, password=password)
    office = open_office()
    owner = clients.client_named(office.database, office.actor, client)
    if check:
        from lib.vendors.tebra.client import TebraClient
        from lib.vendors.throttle import NoThrottle

        TebraClient(connection, NoThrottle()).check_credentials()
    clients.save_connection(
        office.database,
        office.settings,
        office.actor,
        client_id=owner.id,
        vendor=VENDOR,
        account=connection.account,
        values={name: value for name, value in values.items() if name != "customer_key"},
        secrets={"password": password, "customer_key": values["customer_key"]},
        practice=practice,
    )
    tell(
        as_json,
        {"client": owner.id, "vendor": VENDOR, "account": connection.account},
        f"{owner.name} is connected to Tebra ({connection.account}).",
    )


def _split(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not equals or not name.strip():
        raise BadInput(f"--set “{name}” is not OPTION=VALUE.", fix="For example: --set user=billing@example.com.")
    return name.strip(), value

"""Connecting clients to their accounts at vendors."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from jobs.commands.clients import ClientName
from jobs.commands.telling import Json, tell
from jobs.office import open_office
from lib.charges.connect import connect as connect_tebra
from lib.charges.params import VENDOR as TEBRA
from lib.claim_status.connect import CLEARINGHOUSE, UHC, connect_clearinghouse, connect_uhc
from lib.core import clients
from lib.core.errors import BadInput
from lib.reports import service as reports
from lib.reports.params import VENDOR as COLLABORATEMD
from lib.vendors.clearinghouse.connection import ClearinghouseConnection
from lib.vendors.collaboratemd.connection import CollaborateMdConnection
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.uhc.connection import UhcConnection

app = typer.Typer(help="Connect a client to a vendor's account.", no_args_is_help=True)

#: Given by options of the commands themselves.
_NOT_SET = frozenset({"password", "client_secret", "key", "practice"})
SecretStdin = Annotated[
    bool, typer.Option("--secret-stdin", help="Read the password from standard input, up to the first line's end.")
]
Practice = Annotated[bool, typer.Option("--practice", help="The account is a stand-in of practice mode.")]
Check = Annotated[bool, typer.Option("--check", help="Sign in once before saving, and save only if it works.")]


def _epilog(options: Mapping[str, str]) -> str:
    """The options of a connection, one a line, for the end of the help."""
    lines = [f"  {name}: {said}" for name, said in options.items() if name not in _NOT_SET]
    return "\b\nOptions to --set:\n" + "\n".join(lines)


@app.command(epilog=_epilog(TebraConnection.options()))
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
    secret_stdin: SecretStdin = False,
    practice: Practice = False,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Connect a client to its Tebra account, or replace that connection.

    Password and customer key are kept encrypted.
    """
    password = _read_password(secret_stdin)
    values = _split_all(options)
    customer_key = values.pop("customer_key", "")
    # Looked at before the database is: what is mistyped is told at once.
    TebraConnection.from_settings({**values, "customer_key": customer_key, "practice": practice}, password=password)
    office = open_office()
    owner = clients.client_named(office.database, office.actor, client)
    connection = connect_tebra(
        office.database,
        office.actor,
        client_id=owner.id,
        values=values,
        customer_key=customer_key,
        password=password,
        practice=practice,
        check=check,
    )
    tell(
        as_json,
        {"client": owner.id, "vendor": TEBRA, "account": connection.account},
        f"{owner.name} is connected to Tebra ({connection.account}).",
    )


@app.command(epilog=_epilog(CollaborateMdConnection.options()))
def collaboratemd(
    client: ClientName,
    options: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="OPTION=VALUE",
            help="An option of the connection; give it as often as needed. user and accounts are required: accounts "
            "are the client's customer numbers, separated by commas.",
        ),
    ],
    secret_stdin: SecretStdin = False,
    practice: Practice = False,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Connect a client to its CollaborateMD accounts, or replace that connection.

    The password is kept encrypted. Then tell the ids of its saved reports: “reports set”.
    """
    password = _read_password(secret_stdin)
    values = _split_all(options)
    # Looked at before the database is: what is mistyped is told at once.
    CollaborateMdConnection.from_settings({**values, "practice": practice}, password=password)
    office = open_office()
    owner = clients.client_named(office.database, office.actor, client)
    connection = reports.connect(
        office.database,
        office.actor,
        client_id=owner.id,
        values=values,
        password=password,
        practice=practice,
        check=check,
    )
    tell(
        as_json,
        {
            "client": owner.id,
            "vendor": COLLABORATEMD,
            "account": connection.account,
            "accounts": list(connection.accounts),
        },
        f"{owner.name} is connected to CollaborateMD ({', '.join(connection.accounts)}).",
    )


@app.command(epilog=_epilog(UhcConnection.options()))
def uhc(
    client: ClientName,
    options: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="OPTION=VALUE",
            help="An option of the connection; give it as often as needed. client_id is required.",
        ),
    ],
    secret_stdin: SecretStdin = False,
    practice: Practice = False,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Connect a client to UHC for claim status, or replace that connection.

    The client secret is kept encrypted. Then tell which practices ask: “practices map”.
    """
    secret = _read_password(secret_stdin)
    values = _split_all(options)
    # Looked at before the database is: what is mistyped is told at once.
    UhcConnection.from_settings({**values, "practice": practice}, client_secret=secret)
    office = open_office()
    owner = clients.client_named(office.database, office.actor, client)
    connection = connect_uhc(
        office.database,
        office.actor,
        client_id=owner.id,
        values=values,
        client_secret=secret,
        practice=practice,
        check=check,
    )
    tell(
        as_json,
        {"client": owner.id, "vendor": UHC, "account": connection.account},
        f"{owner.name} is connected to UHC ({connection.account}).",
    )


@app.command(epilog=_epilog(ClearinghouseConnection.options()))
def clearinghouse(
    client: ClientName,
    options: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OPTION=VALUE", help="An option of the connection; give it as often as needed."),
    ] = None,
    secret_stdin: SecretStdin = False,
    practice: Practice = False,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Connect a client to a clearinghouse for claim status, or replace that connection.

    The key is kept encrypted. Then tell which practices ask: “practices map”.
    """
    key = _read_password(secret_stdin)
    values = _split_all(options or ())
    # Looked at before the database is: what is mistyped is told at once.
    ClearinghouseConnection.from_settings({**values, "practice": practice}, key=key)
    office = open_office()
    owner = clients.client_named(office.database, office.actor, client)
    connection = connect_clearinghouse(
        office.database, office.actor, client_id=owner.id, values=values, key=key, practice=practice, check=check
    )
    tell(
        as_json,
        {"client": owner.id, "vendor": CLEARINGHOUSE, "account": connection.account},
        f"{owner.name} is connected to the clearinghouse ({connection.account}).",
    )


def _read_password(from_stdin: bool) -> str:
    if not from_stdin:
        raise BadInput("The password is missing.", fix="Give --secret-stdin and pass the password on standard input.")
    typed = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline()
    return typed.rstrip("\r\n")


def _split_all(options: Sequence[str]) -> dict[str, str]:
    return dict(_split(option) for option in options)


def _split(option: str) -> tuple[str, str]:
    name, equals, value = option.partition("=")
    if not equals or not name.strip():
        raise BadInput(f"--set “{name}” is not OPTION=VALUE.", fix="For example: --set user=billing@example.com.")
    return name.strip(), value

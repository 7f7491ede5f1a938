"""The command line, one module a subject."""

from __future__ import annotations

import sys

import typer

from jobs.commands import (
    audit,
    backup,
    charges,
    claim_status,
    clients,
    connections,
    database,
    export,
    intents,
    kpi,
    office,
    people,
    practices,
    readers,
    reports,
    runs,
    secrets,
    tokens,
)
from jobs.commands.telling import complain
from lib.core.errors import DaysheetError

app = typer.Typer(
    name="python -m jobs",
    help="Daysheet at the command line. Without a command: the side process, that is scheduler and workers.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.callback(invoke_without_command=True)(office.side_process)
app.command("up")(office.up)
app.command("down")(office.down)
app.command("clean-data")(office.clean_data)
app.command("migrate")(database.migrate_command)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(clients.app, name="client")
clients.app.command("reader")(readers.reader)
app.add_typer(connections.app, name="connect")
app.command("charges")(charges.charges)
app.command("claim-status")(claim_status.claim_status)
app.add_typer(practices.app, name="practices")
app.add_typer(reports.app, name="reports")
app.command("export")(export.export)
app.command("dictionary")(export.write_dictionary)
app.command("kpi")(kpi.kpi)
app.add_typer(people.app, name="people")
app.add_typer(tokens.app, name="tokens")
app.add_typer(runs.app, name="runs")
app.add_typer(intents.app, name="intents")
app.add_typer(audit.app, name="audit")
app.add_typer(secrets.app, name="secrets")


def main() -> None:
    """Run a command; an expected failure is one sentence on standard error and exit code 2."""
    try:
        app()
    except DaysheetError as error:
        complain(error)
        sys.exit(2)

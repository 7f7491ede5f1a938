"""The practice command: `python -m sandbox [serve|register|load|sheet|claims]`."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import requests
import typer

from sandbox.claim_file import ClaimFileOrder, write_claim_file
from sandbox.clearinghouse.service import sign_up_clients
from sandbox.collaboratemd.control import PREFIX, REPORT_CLIENTS, ReportClient, report_clients_of
from sandbox.collaboratemd.settings import Settings
from sandbox.first_load import load_reports
from sandbox.payer_registration import register_payers
from sandbox.registration import RegistrationFailed, register_clients
from sandbox.server import CUSTOMERS, HOST, serving, until_told_to_stop
from sandbox.sheets import SheetOrder, draw_sheet, write_sheet
from sandbox.uhc.clients import uhc_clients_of
from sandbox.world import Customer, World
from sandbox.world.clients import open_billing_clients

app = typer.Typer(
    help="Practice mode: stand-in vendors over an invented population. Without a command it serves.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

Port = Annotated[
    int, typer.Option(envvar="DAYSHEET_PRACTICE_PORT", min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
]
Home = Annotated[
    Path, typer.Option(envvar="DAYSHEET_HOME", help="Daysheet's home folder; the vendors remember in practice/ there.")
]
Seed = Annotated[int, typer.Option(help="Another seed is another invented population.")]
Claims = Annotated[int, typer.Option(min=1, help="Claims that each CollaborateMD client has in three years.")]
Patients = Annotated[int, typer.Option(min=1, help="How many patients, over all practices.")]


@app.command()
def serve(
    port: Port = 8701,
    home: Home = Path(".daysheet"),
    patients: Patients = 200,
    claims: Claims = 2_000,
    seed: Seed = 7,
    register: Annotated[
        bool,
        typer.Option(help="Tell the workbench of the practice clients before being ready, and have it load them then."),
    ] = False,
) -> None:
    """Serve the stand-in vendors until SIGTERM or Ctrl-C; one line says when they are ready."""
    world = World(seed=seed, patients=patients)
    try:
        asyncio.run(_serve(world, home, port, claims=claims, register=register))
    except OSError as error:
        _give_up(f"Port {port} of {HOST} cannot be used ({error.strerror}). Choose another with --port.")
    except RegistrationFailed as failed:
        _give_up(str(failed))


@app.command()
def register(port: Port = 8701, home: Home = Path(".daysheet")) -> None:
    """Tell the workbench of the practice clients of the vendors that are serving; does nothing the second time."""
    base_url, customers, report_clients = _ask_who_is_there(port)
    try:
        added = asyncio.run(register_clients(customers, report_clients, base_url, home))
    except RegistrationFailed as failed:
        _give_up(str(failed))
    typer.echo(f"Registered: {', '.join(added)}." if added else "All practice clients were registered already.")


@app.command()
def load(port: Port = 8701, home: Home = Path(".daysheet")) -> None:
    """Have the workbench load the registered clients' reports, today's and month ends; goes on where it was."""
    _, _, report_clients = _ask_who_is_there(port)
    if not asyncio.run(load_reports(report_clients, home, typer.echo)):
        sys.exit(1)


@app.command()
def sheet(
    output: Annotated[Path, typer.Option("--output", "-o", help="The .xlsx file to write.")],
    rows: Annotated[int, typer.Option(min=1, help="Rows, which are procedure lines.")] = 100,
    seed: Annotated[int, typer.Option(help="Another seed is another day's work.")] = 7,
    mistakes: Annotated[int, typer.Option(min=0, help="Encounters with one deliberate mistake each.")] = 0,
    days: Annotated[int, typer.Option(min=1, max=60, help="Days of service before today.")] = 20,
    payments: Annotated[float, typer.Option(min=0, max=1, help="Share of encounters with a payment.")] = 0.5,
    lines: Annotated[int, typer.Option(min=1, max=12, help="Most lines an encounter has.")] = 3,
    customer: Annotated[str, typer.Option(help="The customer whose patients are in it, by name.")] = "",
    patients: Patients = 200,
    world_seed: Annotated[int, typer.Option(help="Seed of the population; the one that serves.")] = 7,
) -> None:
    """Write a Charges workbook about patients of the invented population, for training and tests."""
    order = SheetOrder(
        rows=rows,
        seed=seed,
        today=date.today(),
        mistakes=mistakes,
        days=days,
        payment_share=payments,
        most_lines=lines,
        customer=customer,
    )
    try:
        drawn = draw_sheet(World(seed=world_seed, patients=patients), order)
    except ValueError as error:
        _give_up(str(error))
    write_sheet(drawn, output)
    typer.echo(
        f"{output}: {len(drawn.rows)} rows, {len(drawn.encounters)} encounters, {len(drawn.payments)} payments, "
        f"{len(drawn.mistakes)} mistakes."
    )


@app.command()
def claims(
    output: Annotated[Path, typer.Option("--output", "-o", help="The .csv file to write.")],
    rows: Annotated[int, typer.Option(min=1, help="Claims that the payer knows.")] = 100,
    client: Annotated[str, typer.Option(help="The client whose claims they are, by a word of its name.")] = "Harbor",
    unknown: Annotated[int, typer.Option(min=0, help="Claims besides that no payer knows.")] = 0,
    ssn: Annotated[bool, typer.Option(help="Add a column of invented social security numbers.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed is another choice of claims.")] = 7,
    size: Claims = 2_000,
    patients: Patients = 200,
    world_seed: Annotated[int, typer.Option(help="Seed of the population; the one that serves.")] = 7,
) -> None:
    """Write a file of claims whose status can be asked for in bulk."""
    order = ClaimFileOrder(
        client=client, rows=rows, today=date.today(), claims=size, seed=seed, unknown=unknown, ssn=ssn
    )
    try:
        written = write_claim_file(World(seed=world_seed, patients=patients), order, output)
    except ValueError as error:
        _give_up(str(error))
    typer.echo(f"{output}: {written} claims.")


async def _serve(world: World, home: Path, port: int, *, claims: int, register: bool) -> None:
    stop = asyncio.create_task(until_told_to_stop())
    async with serving(world, home / "practice", port, claims=claims) as base_url:
        if register:
            report_clients = report_clients_of(open_billing_clients(world), Settings().day)
            registering = asyncio.create_task(register_clients(world.customers, report_clients, base_url, home))
            if not await _ended_before(stop, registering):
                return
        print(f"practice vendors ready on {base_url}", flush=True)
        if register:
            loading = asyncio.create_task(load_reports(report_clients, home, partial(print, flush=True)))
            if not await _ended_before(stop, loading):
                return
            at_payers = asyncio.create_task(_register_at_payers(world, base_url, home))
            if not await _ended_before(stop, at_payers):
                return
        await stop


async def _register_at_payers(world: World, base_url: str, home: Path) -> None:
    clients = open_billing_clients(world)
    uhc, clearinghouse = uhc_clients_of(clients, world.seed), sign_up_clients(clients, world.seed)
    await register_payers(uhc, clearinghouse, base_url, home, partial(print, flush=True))


async def _ended_before(stop: asyncio.Task[None], work: asyncio.Task[Any]) -> bool:
    """Wait for work, which is broken off when the stop comes first; raises what the work raised."""
    await asyncio.wait({stop, work}, return_when=asyncio.FIRST_COMPLETED)
    if not work.done():
        work.cancel()
        await asyncio.wait({work})
        return False
    work.result()
    return True


def _ask_who_is_there(port: int) -> tuple[str, tuple[Customer, ...], tuple[ReportClient, ...]]:
    """Address, customers and report clients of the vendors that are serving."""
    base_url = f"http://{HOST}:{port}"
    session = requests.Session()
    session.trust_env = False
    try:
        customers = session.get(f"{base_url}/control/world", timeout=10)
        customers.raise_for_status()
        report_clients = session.get(f"{base_url}{PREFIX}/clients", timeout=10)
        report_clients.raise_for_status()
    except requests.RequestException:
        _give_up(f"No practice vendors answer on {base_url}. Start them with: python -m sandbox serve --port {port}")
    return base_url, CUSTOMERS.validate_json(customers.content), REPORT_CLIENTS.validate_json(report_clients.content)


def _give_up(why: str) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(1)


def main(arguments: list[str]) -> None:
    """Run a command; options without a command are those of `serve`."""
    names_no_command = not arguments or arguments[0].startswith("-")
    app(["serve", *arguments] if names_no_command and arguments != ["--help"] else arguments)


if __name__ == "__main__":
    main(sys.argv[1:])

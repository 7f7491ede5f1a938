"""A file of claims, from the shell to what payers say of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from jobs.commands.clients import ClientName
from jobs.commands.exit_codes import DONE, INTERRUPTED, REFUSED, UNDONE
from jobs.commands.telling import Json, complain, table, tell
from jobs.foreground import finish
from jobs.office import Office, open_office
from lib.claim_status import service
from lib.claim_status.reading.claims import read_claims
from lib.core.clients import client_named
from lib.core.database import DatabaseUnavailable
from lib.core.errors import BadInput, DaysheetError
from lib.core.runs import Run, RunState


def claim_status(
    file: Annotated[Path, typer.Argument(help="The claims, as .csv or .xlsx, with a column claim_number.")],
    client: ClientName,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where the result goes: .csv, or .xlsx for a workbook.")
    ] = None,
    payer: Annotated[
        str | None, typer.Option("--payer", metavar="CODE", help="Who is asked; else the first connected payer.")
    ] = None,
    scan: Annotated[
        bool, typer.Option("--scan", help="Look through every month for claims of which nobody knows the day.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Ask anew for what is known of the last days, too.")] = False,
    reasons: Annotated[
        bool, typer.Option("--reasons/--no-reasons", help="Ask why, claim by claim, where a payer has refused.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Ask payers for the status of claims, in the foreground, with the fewest calls.

    An SSN column is dropped while the file is read. Exit code 0: every row is answered. 3: some failed. 2: refused
    before anything was asked. 130: interrupted; go on with “runs resume”.
    """
    office = open_office()
    try:
        run_id = _take_in(office, file, client, payer=payer, scan=scan, forced=force, reasons=reasons)
    except DaysheetError as error:
        complain(error, as_json=as_json, run=None, state="refused")
        raise typer.Exit(REFUSED) from None
    try:
        run = finish(office, run_id, quiet=as_json)
    except DatabaseUnavailable as error:
        complain(error, as_json=as_json, run=run_id, state="interrupted")
        raise typer.Exit(INTERRUPTED) from None
    if out is not None and not run.open:
        copy_result(office, run, out)
    tell(as_json, as_object(run), *describe(run))
    raise typer.Exit(exit_code(run))


def _take_in(office: Office, file: Path, client: str, *, payer: str | None, **choices: bool) -> str:
    owner = client_named(office.database, office.actor, client)
    if not file.is_file():
        raise BadInput(f"There is no file {file}.", fix="Give the path of the claims.")
    today = service.today_of(office.database, office.actor, owner.id)
    read = read_claims(file.read_bytes(), today=today)
    return service.start(
        office.database, office.actor, client_id=owner.id, read=read, name=file.name, payer=payer, **choices
    )


def copy_result(office: Office, run: Run, out: Path) -> None:
    """Copy the result to where the operator wants it, as its name says; raises NotFound where there is none."""
    role = "workbook" if out.suffix.lower() == ".xlsx" else "result"
    made = service.take_file(office.database, office.settings, office.actor, run, role)
    out.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made.path, out)


def exit_code(run: Run) -> int:
    """0 every row is answered, 3 some are not, 2 the payer let nobody in, 130 interrupted."""
    result = run.result or {}
    if run.open:
        return INTERRUPTED
    if run.state is RunState.FAILED and not result.get("success"):
        return REFUSED
    return DONE if run.state is RunState.FINISHED and not result.get("failure") else UNDONE


def as_object(run: Run) -> dict[str, Any]:
    """The batch as one JSON object."""
    return {
        "run": run.id,
        "client": run.client_name,
        "kind": run.kind,
        "state": str(run.state),
        "error": run.error,
    } | (run.result or {})


def describe(run: Run) -> list[str]:
    """The batch for a person."""
    result = run.result or {}
    lines = [f"Run {run.id} ({run.title}): {run.state}."]
    if run.error:
        lines.append(run.error)
    lines += result.get("notes", [])
    if "rows_total" in result:
        lines.append(
            f"Rows: {result['rows_total']:,}, answered {result['success']:,} ({result['from_cache']:,} known already), "
            f"failed {result['failure']:,}."
        )
    if outcomes := result.get("outcomes"):
        lines.append(", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items()) + ".")
    if sent := result.get("calls"):
        lines.append(table(("operation", "calls"), list(sent.items())))
    return lines

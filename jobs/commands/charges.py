"""A Charges workbook, from the shell to its result."""

from __future__ import annotations

import shutil
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, Any

import typer

from jobs.commands.clients import ClientName
from jobs.commands.exit_codes import DONE, INTERRUPTED, REFUSED, UNDONE
from jobs.commands.telling import Json, complain, table, tell
from jobs.foreground import finish
from jobs.office import Office, open_office
from lib.charges import service
from lib.charges.model import RepeatedPayments
from lib.charges.params import Mode
from lib.core import intents
from lib.core.clients import client_named
from lib.core.database import DatabaseUnavailable
from lib.core.errors import BadInput, DaysheetError, NotFound
from lib.core.intents import IntentState
from lib.core.runs import Run, RunState


def charges(
    file: Annotated[Path, typer.Argument(help="The Charges workbook (.xlsx or .xls).")],
    client: ClientName,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Where the result workbook goes: the same sheet, columns filled.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Check only: verify against Tebra, send no write.")] = False,
    control_payments: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="What the patient payments must add up to; else nothing is sent."),
    ] = None,
    control_charges: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="What the charges must add up to when read back from Tebra.")
    ] = None,
    repeated_payments: Annotated[
        RepeatedPayments | None,
        typer.Option(help="A payment that repeats on the lines of one encounter is one payment, or each is its own."),
    ] = None,
    split_providers: Annotated[
        bool,
        typer.Option("--split-providers", help="Rows that differ only in the rendering provider: one encounter each."),
    ] = False,
    failed_rows: Annotated[
        Path | None,
        typer.Option("--failed-rows", help="Where a workbook with only the failed rows goes, if any failed."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a Charges workbook and post its payments and encounters into Tebra, to the end, in the foreground.

    Exit code 0: every row is done. 3: some rows failed or need a person. 2: refused before anything was sent.
    130: interrupted; go on with “runs resume”.
    """
    office = open_office()
    try:
        run_id = _take_in(
            office,
            file,
            client,
            mode=Mode.CHECK if check else Mode.RUN,
            control_payments=_amount(control_payments, "--control-payments"),
            control_charges=_amount(control_charges, "--control-charges"),
            repeated_payments=repeated_payments,
            split_by_provider=split_providers,
        )
    except DaysheetError as error:
        complain(error, as_json=as_json, run=None, state="refused")
        raise typer.Exit(REFUSED) from None
    try:
        run = finish(office, run_id, quiet=as_json)
    except DatabaseUnavailable as error:
        complain(error, as_json=as_json, run=run_id, state="interrupted")
        raise typer.Exit(INTERRUPTED) from None
    code = exit_code(office, run)
    copy_outputs(office, run, {"result": out, "failed_rows": failed_rows})
    tell(as_json, as_object(run), *describe(run))
    raise typer.Exit(code)


def _take_in(office: Office, file: Path, client: str, *, mode: Mode, **choices: Any) -> str:
    """Take the workbook in as a queued run and return its id."""
    owner = client_named(office.database, office.actor, client)
    if not file.is_file():
        raise BadInput(f"There is no file {file}.", fix="Give the path of the Charges workbook.")
    with file.open("rb") as content:
        run_id = service.receive_upload(
            office.database,
            office.settings,
            office.actor,
            client_id=owner.id,
            name=file.name,
            content=content,
            **choices,
        )
    queue = service.queue_check if mode is Mode.CHECK else service.queue_posting
    queue(office.database, office.actor, run_id)
    return run_id


def exit_code(office: Office, run: Run) -> int:
    """0 all rows done, 3 some are not, 2 refused before anything was sent, 130 interrupted."""
    result = run.result or {}
    if run.open:
        return INTERRUPTED
    if run.state is RunState.FAILED:
        with office.database.session(office.actor) as session:
            sent = {IntentState.POSTED, IntentState.UNKNOWN, IntentState.REFUSED, IntentState.SENDING}
            return UNDONE if any(s.state in sent for s in intents.sums(session, run.id)) else REFUSED
    agreed = all(value for name, value in result.get("control", {}).items() if name.endswith("_agree"))
    all_done = result.get("rows_total") == result.get("rows_done")
    return DONE if all_done and agreed and run.state is not RunState.CANCELLED else UNDONE


def copy_outputs(office: Office, run: Run, wanted: dict[str, Path | None]) -> None:
    """Copy files of a run to where the operator wants them; a file that the run did not make is left out."""
    for role, out in wanted.items():
        if out is None:
            continue
        try:
            made = service.take_file(office.database, office.settings, office.actor, run, role)
        except NotFound:
            continue
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made.path, out)


def as_object(run: Run) -> dict[str, Any]:
    """The run as one JSON object."""
    result = run.result or {}
    return {
        "run": run.id,
        "client": run.client_name,
        "kind": run.kind,
        "state": str(run.state),
        "error": run.error,
    } | result


def describe(run: Run) -> list[str]:
    """The run for a person."""
    result = run.result or {}
    lines = [f"Run {run.id} ({run.title}): {run.state}."]
    if run.error:
        lines.append(run.error)
    if rows := result.get("rows"):
        lines.append("Rows: " + ", ".join(f"{count:,} {outcome}" for outcome, count in rows.items()) + ".")
    for kind in ("payments", "encounters"):
        if sums := result.get(kind):
            said = ", ".join(f"{e['count']:,} {state} (${Decimal(e['total']):,.2f})" for state, e in sums.items())
            lines.append(f"{kind.capitalize()}: {said}.")
    if price := result.get("price"):
        counted = ", ".join(f"{count:,} {operation}" for operation, count in price["calls"].items())
        lines.append(f"Posting would take {counted}: at least {price['minutes']} minutes.")
    if sent := result.get("calls"):
        lines.append(table(("operation", "calls"), list(sent.items())))
    return lines


def _amount(text: str | None, option: str) -> Decimal | None:
    if text is None:
        return None
    try:
        amount = Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount != round(amount, 2):
        raise BadInput(f"{option} “{text}” is not an amount.", fix="Write it as 1234.50.")
    return amount

"""Runs: what is going on, what was, and going on with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jobs.commands import charges, claim_status, reports
from jobs.commands.charges import as_object, copy_outputs
from jobs.commands.exit_codes import DONE, INTERRUPTED, UNDONE
from jobs.commands.telling import Json, complain, table, tell
from jobs.foreground import finish
from jobs.office import Office, open_office
from lib.charges import service
from lib.claim_status.params import KIND as CLAIM_STATUS
from lib.core import runs
from lib.core.database import DatabaseUnavailable
from lib.core.errors import BadInput, NotFound
from lib.core.files import RunFiles
from lib.core.runs import Run, RunState
from lib.core.schedules.kinds import KINDS
from lib.reports import service as report_service
from lib.reports.params import KIND as REPORTS

app = typer.Typer(help="Runs: one execution of long work each.", no_args_is_help=True)
RunId = Annotated[str, typer.Argument(metavar="ID", help="The run's number.")]


@app.command("list")
def list_(most: Annotated[int, typer.Option(help="How many, the newest first.")] = 50, as_json: Json = False) -> None:
    """List runs, the newest first."""
    office = open_office()
    found = runs.list_runs(office.database, office.actor, most=most)
    rows = [(r.id, r.state, r.kind, r.client_name, r.title, f"{r.created_at:%Y-%m-%d %H:%M}Z") for r in found]
    tell(
        as_json,
        {"runs": [as_object(run) for run in found]},
        table(("id", "state", "kind", "client", "title", "created"), rows) if rows else "No run yet.",
    )


@app.command()
def show(run_id: RunId, as_json: Json = False) -> None:
    """Show a run: state, and what became of its rows or reports."""
    office = open_office()
    run = runs.get(office.database, office.actor, run_id)
    tell(as_json, as_object(run) | {"progress": run.progress}, *_describe(run))


@app.command()
def resume(
    run_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The run's number.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Finish every run that a crash or a stop has left.")] = False,
    as_json: Json = False,
) -> None:
    """Go on with a run in the foreground, to its end; with --all, with every unfinished one.

    Exit code as of the run's own command, “charges” or “reports”: the worst of the runs.
    """
    if (run_id is None) == (not all_):
        raise BadInput("Say which run.", fix="Give its number, or --all.")
    office = open_office()
    if run_id is None:
        ids = runs.unfinished(office.database, office.actor, silence_seconds=0)
    else:
        run = runs.get(office.database, office.actor, run_id)
        if not run.open:
            service.resume(office.database, office.actor, run_id)
        ids = [run_id]
    finished = []
    for each in ids:
        try:
            finished.append(finish(office, each, quiet=as_json))
        except DatabaseUnavailable as error:
            complain(error, as_json=as_json, run=each, state="interrupted")
            raise typer.Exit(INTERRUPTED) from None
        if office.executor.stopped:
            break
    codes = [_exit_code(office, run) for run in finished]
    lines = [line for run in finished for line in _describe(run)] or ["No run was left unfinished."]
    tell(as_json, as_object(finished[0]) if run_id else {"runs": [as_object(r) for r in finished]}, *lines)
    raise typer.Exit(INTERRUPTED if INTERRUPTED in codes else max(codes, default=DONE))


@app.command()
def cancel(run_id: RunId, as_json: Json = False) -> None:
    """Cancel a run: calls in flight are finished, nothing more is sent. What is posted or loaded stays."""
    office = open_office()
    cancelled = report_service.cancel if _is_of_reports(office, run_id) else runs.request_cancel
    run = cancelled(office.database, office.actor, run_id)
    said = "cancelled" if run.state is RunState.CANCELLED else "asked to stop after the calls in flight"
    tell(as_json, as_object(run), f"Run {run.id} is {said}.")


@app.command()
def result(
    run_id: RunId,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where the result workbook goes.")],
    failed_rows: Annotated[
        Path | None,
        typer.Option("--failed-rows", help="Where a workbook with only the failed rows goes, if any failed."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy a run's result workbook. Exit code 3 when the run has none yet."""
    office = open_office()
    run = runs.get(office.database, office.actor, run_id)
    try:
        with office.database.session(office.actor) as session:
            RunFiles(office.settings).find(session, run_id, "result")
    except NotFound as error:
        tell(as_json, {"run": run_id, "error": error.what}, f"{error} It is {run.state}.")
        raise typer.Exit(UNDONE) from None
    if run.kind == CLAIM_STATUS:
        claim_status.copy_result(office, run, out)
    else:
        copy_outputs(office, run, {"result": out, "failed_rows": failed_rows})
    tell(as_json, {"run": run_id, "out": str(out)}, f"The result of run {run_id} is in {out}.")


def _is_of_reports(office: Office, run_id: str) -> bool:
    return runs.get(office.database, office.actor, run_id).kind == REPORTS


def _exit_code(office: Office, run: Run) -> int:
    if run.office_wide or run.kind in KINDS:
        return INTERRUPTED if run.open else DONE if run.state is RunState.FINISHED else UNDONE
    if run.kind == CLAIM_STATUS:
        return claim_status.exit_code(run)
    return reports.exit_code(run) if run.kind == REPORTS else charges.exit_code(office, run)


def _describe(run: Run) -> list[str]:
    if run.office_wide or run.kind in KINDS:
        said = run.error or (run.result or {}).get("said")
        return [f"Run {run.id} ({run.title}): {run.state}.", *([said] if said else [])]
    if run.kind == CLAIM_STATUS:
        return claim_status.describe(run)
    return reports.describe(run) if run.kind == REPORTS else charges.describe(run)

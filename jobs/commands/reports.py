"""CollaborateMD's reports from the shell: ask for them, load them, and see what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import typer

from jobs.commands import report_packages, report_setup
from jobs.commands.clients import ClientName
from jobs.commands.exit_codes import DONE, INTERRUPTED, REFUSED, UNDONE
from jobs.commands.report_setup import read_seqs
from jobs.commands.telling import Json, complain, table, tell
from jobs.foreground import finish
from jobs.office import Office, open_office
from lib.core.clients import client_named
from lib.core.database import DatabaseUnavailable
from lib.core.errors import BadInput, DaysheetError
from lib.core.runs import Run, RunState
from lib.reports import service
from lib.reports.model import RequestState
from lib.reports.params import RefusalReason
from lib.reports.service import Action, NothingStarted, RefusedCell

app = typer.Typer(help="CollaborateMD's reports: ask for them, load them, decide on held ones.", no_args_is_help=True)
app.command("packages")(report_packages.packages)
app.command("publish")(report_packages.publish)
app.command("discard")(report_packages.discard)
app.command("set")(report_setup.set_)
app.command("import-config")(report_setup.import_config)

Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report", metavar="NAME", help="A report of the catalog; repeat it for more. Else all enabled ones."
    ),
]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="NUMBER", help="A customer number of the client; repeat it for more. Else all."),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM-DD", help="The day that the saved filter shows. Else the client's today."),
]
SeqNow = Annotated[
    list[str] | None,
    typer.Option(
        "--seq",
        metavar="REPORT=REPORT_SEQ/FILTER_SEQ",
        help="Other ids for this time only; repeat it for more. Without --report, only these reports are asked for.",
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Ask again, though it is being built or was loaded today for the same day.")
]


@app.command()
def trigger(
    client: ClientName,
    reports: Reports = None,
    accounts: Accounts = None,
    as_of: AsOf = None,
    seqs: SeqNow = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Ask the vendor to build reports and bring them here, sealed; nothing is loaded yet.

    Exit code 0: all are here. 3: some are not. 2: refused before anything was asked. 130: interrupted.
    """
    _work(Action.TRIGGER, client, as_json, reports=reports, accounts=accounts, as_of=as_of, seqs=seqs, force=force)


@app.command()
def load(client: ClientName, reports: Reports = None, accounts: Accounts = None, as_json: Json = False) -> None:
    """Load the reports that are here, and those that are still being built; nothing is asked for.

    Exit code 0: all published. 3: some are held or failed. 2: there is nothing to load. 130: interrupted.
    """
    _work(Action.LOAD, client, as_json, reports=reports, accounts=accounts)


@app.command()
def sync(
    client: ClientName,
    reports: Reports = None,
    accounts: Accounts = None,
    as_of: AsOf = None,
    seqs: SeqNow = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Ask for reports and load them, one after the other, to the end, in the foreground.

    Exit code 0: all published. 3: some are held or failed. 2: refused before anything was asked. 130: interrupted; go
    on with “runs resume”.
    """
    _work(Action.SYNC, client, as_json, reports=reports, accounts=accounts, as_of=as_of, seqs=seqs, force=force)


def _work(
    action: Action,
    client: str,
    as_json: bool,
    *,
    reports: Sequence[str] | None,
    accounts: Sequence[str] | None,
    as_of: str | None = None,
    seqs: Sequence[str] | None = None,
    force: bool = False,
) -> None:
    office = open_office()
    refused: Sequence[RefusedCell] = ()
    try:
        owner = client_named(office.database, office.actor, client)
        started = service.start(
            office.database,
            office.settings,
            office.actor,
            client_id=owner.id,
            action=action,
            reports=reports,
            accounts=accounts,
            as_of=_day(as_of),
            seqs=read_seqs(seqs or ()),
            force=force,
        )
    except DaysheetError as error:
        refused = error.refused if isinstance(error, NothingStarted) else ()
        complain(error, as_json=as_json, run=None, state="refused", refused=[_refusal(cell) for cell in refused])
        if refused and not as_json:
            print("\n".join(_refusal_lines([_refusal(cell) for cell in refused])))
        raise typer.Exit(REFUSED) from None
    _finish(office, started.run_id, as_json)


def _finish(office: Office, run_id: str, as_json: bool) -> None:
    try:
        run = finish(office, run_id, quiet=as_json)
    except DatabaseUnavailable as error:
        complain(error, as_json=as_json, run=run_id, state="interrupted")
        raise typer.Exit(INTERRUPTED) from None
    tell(as_json, as_object(run), *describe(run))
    raise typer.Exit(exit_code(run))


def exit_code(run: Run) -> int:
    """0 all published (of a trigger: here), 3 some are not, 2 refused before anything was asked, 130 interrupted."""
    result = run.result or {}
    if run.open:
        return INTERRUPTED
    cells = result.get("cells", [])
    wanted = str(RequestState.READY) if result.get("action") == Action.TRIGGER else "published"
    if run.state is RunState.FAILED and not result.get("asked"):
        return REFUSED
    skipped = [cell for cell in result.get("refused", []) if cell["reason"] != RefusalReason.LOADED]
    complete = bool(cells) and all(cell["state"] in (wanted, "published") for cell in cells)
    return DONE if complete and not skipped and run.state is RunState.FINISHED else UNDONE


def as_object(run: Run) -> dict[str, Any]:
    """The run as one JSON object."""
    return {
        "run": run.id,
        "client": run.client_name,
        "kind": run.kind,
        "state": str(run.state),
        "error": run.error,
    } | (run.result or {})


def describe(run: Run) -> list[str]:
    """The run for a person."""
    lines = [f"Run {run.id} ({run.title}): {run.state}."]
    result = run.result or {}
    # What the login was refused for stands at every report as well.
    rows = [
        (
            c["report"],
            c["account"],
            c["state"],
            c["package"],
            c["rows"],
            "" if c["message"] == run.error else c["message"],
        )
        for c in result.get("cells", [])
    ]
    if rows:
        lines.append(table(("report", "account", "state", "package", "rows", "what happened"), rows))
    if run.error:
        lines.append(run.error)
    return lines + _refusal_lines(result.get("refused", []))


def _refusal(cell: RefusedCell) -> dict[str, str]:
    return cell.model_dump(mode="json")


def _refusal_lines(refused: Sequence[dict[str, str]]) -> list[str]:
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cell in refused:
        alike[cell["account"], cell["said"]].append(cell["report"])
    return [f"Left out of {account}: {', '.join(reports)}. {said}" for (account, said), reports in alike.items()]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--as-of “{text}” is not a day.", fix="Write it as 2026-10-31.") from None

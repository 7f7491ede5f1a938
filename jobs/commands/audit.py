"""The audit: verified, anchored, searched, exported, and let go when it is old enough."""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from jobs.commands.telling import Json, table, tell
from jobs.office import Office, open_office
from lib.core import audit, clients
from lib.core.audit import retention
from lib.core.audit.anchors import append_anchors, read_anchors
from lib.core.audit.check import check
from lib.core.audit.document import document
from lib.core.audit.export import export_chain
from lib.core.audit.sealing import head_now
from lib.core.audit.search import Search, search
from lib.core.audit.verify import Verdict
from lib.core.errors import Conflict
from lib.core.keys import data_keys
from lib.core.row_files import new_file
from lib.core.settings import ROOT

app = typer.Typer(help="Who did what to which record: verify it, search it, keep its head elsewhere.")
_Out = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The file to write.")]


@app.command("verify")
def verify_command(
    anchors: Annotated[
        list[Path] | None,
        typer.Option("--anchors", metavar="FILE", help="A file that “audit anchor” wrote; give as many as you have."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk the whole chain, and hold it against anchors and the heads of this home; exit code 1 when it is broken."""
    office = open_office()
    known = [anchor for path in anchors or [] for anchor in read_anchors(path)]
    verdict = check(office.database, office.actor, office.settings.home, anchors=known)
    tell(as_json, _json_of(verdict), *_lines_of(verdict))
    if not verdict.whole:
        raise typer.Exit(1)


@app.command("anchor")
def anchor_command(
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Append it to this file; else it is printed."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the head of the chain, signed, to be kept where nobody who can change the database can change it."""
    office = open_office()
    with office.database.session(office.actor) as session:
        anchor = head_now(session)
        if anchor is None:
            raise Conflict("Nothing is sealed yet.", fix="Start the side process: python -m jobs.")
        audit.record(session, "audit:chain:anchor:done", f"chain:{anchor.head.number}")
    if output is not None:
        append_anchors(output, [anchor])
    told = {"number": anchor.head.number, "file": str(output)}
    # Without a file the anchor itself is what is told, and that is JSON already.
    said = anchor.line() if output is None else f"The head, number {anchor.head.number:,}, is in {output}."
    tell(as_json and output is not None, told, said)


@app.command("export")
def export_command(output: _Out, as_json: Json = False) -> None:
    """Write every sealed event with its seal, a line of JSON each; docs/audit.md says how to verify them elsewhere."""
    office = open_office()
    with new_file(output) as made, made.open("w", encoding="utf-8", newline="\n") as file:
        lines = export_chain(office.database, office.actor, file)
    tell(as_json, {"file": str(output), "events": lines}, f"{lines:,} events are in {output}.")


@app.command("key")
def key_command(as_json: Json = False) -> None:
    """Print the audit key, with which somebody else verifies an export. Who has it could also forge one."""
    office = open_office()
    with office.database.session(office.actor) as session:
        keys = {version: base64.b64encode(key.secret).decode() for version, key in data_keys(session, "audit").items()}
        audit.record(session, "audit:key:show:done", f"key:{max(keys)}")
    tell(as_json, keys, *(f"{version} {key}" for version, key in keys.items()))


@app.command("expire")
def expire_command(as_json: Json = False) -> None:
    """Let events go that are older than DAYSHEET_AUDIT_YEARS; the rest stays verifiable by a signed cut."""
    office = open_office()
    cut = retention.expire(office.database, office.actor, years=office.settings.audit_years, now=datetime.now(UTC))
    gone = cut.events if cut else 0
    tell(as_json, {"expired": gone}, f"{gone:,} events are gone." if cut else "No event is old enough to go.")


@app.command("search")
def search_command(
    actor: Annotated[str | None, typer.Option("--who", help="Kind and name, as person:amber.")] = None,
    action: Annotated[str | None, typer.Option("--action", help="An action or its beginning.")] = None,
    outcome: Annotated[str | None, typer.Option("--outcome", help="done, refused, …")] = None,
    record: Annotated[str | None, typer.Option("--record", help="Kind and id, as run:17.")] = None,
    client: Annotated[str | None, typer.Option("--client", metavar="NAME", help="Of this client.")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day, in UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, in UTC.")] = None,
    before: Annotated[str | None, typer.Option("--before", metavar="ID", help="Only those before this event.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=500, help="So many at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List events, newest first."""
    office = open_office()
    wanted = Search(
        actor=actor,
        action=action,
        outcome=outcome,
        record=record,
        client_id=_client_id(office, client),
        first_day=_day(since),
        last_day=_day(until),
    )
    page = search(office.database, office.actor, wanted, before=before, most=most)
    found = [{"id": each.event.id} | each.event.told() | {"client_name": each.client_name} for each in page.events]
    columns = ("id", "at", "actor", "action", "record", "client_name")
    tell(
        as_json,
        {"events": found, "next": page.next},
        table(("Id", "When (UTC)", "Who", "Action", "Record", "Client"), [[row[c] for c in columns] for row in found]),
        *([f"More: --before {page.next}"] if page.next else []),
    )


@app.command("document")
def document_command(
    output: Annotated[Path, typer.Option("-o", "--output", help="Where the list of actions is written anew.")] = ROOT
    / "docs"
    / "audit.md",
    as_json: Json = False,
) -> None:
    """Write the list of actions in docs/audit.md anew."""
    output.write_text(document(output.read_text(encoding="utf-8")), encoding="utf-8")
    tell(as_json, {"file": str(output)}, f"The list of actions is in {output}.")


def _client_id(office: Office, name: str | None) -> str | None:
    return None if name is None else clients.client_named(office.database, office.actor, name).id


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _lines_of(verdict: Verdict) -> list[str]:
    if verdict.last is None:
        said = "Nothing is sealed yet."
    else:
        said = (
            f"{verdict.events:,} events, numbers {verdict.first:,} to {verdict.last.number:,}, the last sealed at "
            f"{verdict.last.sealed_at:%Y-%m-%d %H:%M:%S} UTC, and {verdict.anchors:,} anchors."
        )
    waits = f"{verdict.waiting:,} events wait for their seal"
    since = f", the oldest since {verdict.waiting_since:%Y-%m-%d %H:%M:%S} UTC" if verdict.waiting_since else ""
    if verdict.whole:
        return [f"The audit is whole: {said}", f"{waits}{since}."]
    return [f"The audit is BROKEN. {verdict.findings[0].said}", *(f.said for f in verdict.findings[1:]), said, waits]


def _json_of(verdict: Verdict) -> dict[str, object]:
    return {
        "whole": verdict.whole,
        "first": verdict.first,
        "last": verdict.last.number if verdict.last else None,
        "head": verdict.last.digest.hex() if verdict.last else None,
        "waiting": verdict.waiting,
        "findings": [
            {"wrong": finding.wrong, "number": finding.number, "event": finding.event_id, "said": finding.said}
            for finding in verdict.findings
        ],
    }

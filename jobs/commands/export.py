"""Views as files, and what their columns mean."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from jobs.commands.telling import Json, tell
from jobs.office import open_office
from lib.core import clients
from lib.core.errors import BadInput
from lib.core.row_files import about_text, new_file
from lib.reports.views.dictionary import dictionary
from lib.reports.views.export import ExportFormat, export_view


def export(
    view: Annotated[
        str, typer.Argument(metavar="VIEW", help="A view of schema reporting; docs/dictionary.md has all.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The file to write.")],
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Only this client; else all of them.")
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="COLUMN=VALUE",
            help="Only rows with this value (COLUMN= for none); give it as often as needed, and all must hold.",
        ),
    ] = None,
    kind: Annotated[
        ExportFormat, typer.Option("--format", help="csv, xlsx, or parquet with exact types.")
    ] = ExportFormat.CSV,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="As it was known on this day.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a whole view into a file, however large it is; beside a CSV file stands what it holds, OUT.about.txt."""
    chosen = [_split(given) for given in filters or []]
    office = open_office()
    owner = clients.client_named(office.database, office.actor, client) if client is not None else None
    made = export_view(
        office.database,
        office.actor,
        view,
        output,
        kind=kind,
        filters=chosen,
        client_id=owner.id if owner else None,
        as_of=as_of.date() if as_of else None,
        now=datetime.now(UTC),
    )
    if kind is ExportFormat.CSV:
        # Rows alone stand in a CSV file; what they are stands beside it.
        with new_file(output.with_name(f"{output.name}.about.txt")) as beside:
            beside.write_text(about_text(made.about), encoding="utf-8")
    tell(
        as_json,
        {"view": made.view, "rows": made.rows, "bytes": made.bytes, "file": str(made.path)},
        f"{made.rows:,} rows of {made.view} are in {made.path}.",
    )


def write_dictionary(
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The file to write.")] = Path(
        "docs/dictionary.md"
    ),
    as_json: Json = False,
) -> None:
    """Write the data dictionary anew: every view of schema reporting, what its columns are and mean."""
    office = open_office()
    text = dictionary(office.database, office.actor)
    output.write_text(text, encoding="utf-8")
    tell(as_json, {"file": str(output)}, f"The data dictionary is in {output}.")


def _split(given: str) -> tuple[str, str]:
    column, equals, value = given.partition("=")
    if not equals or not column.strip():
        raise BadInput("--filter is not COLUMN=VALUE.", fix="For example: --filter dos_bucket=0-30.")
    return column.strip(), value

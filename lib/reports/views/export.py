"""A view of schema reporting as a file, whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import client_by_id
from lib.core.database import Database
from lib.core.privacy.safe_harbor import ABOUT, deidentified
from lib.core.row_files import ExportFormat, new_file, write_rows
from lib.core.spreadsheets.row_workbook import Workbook
from lib.reports.views.view_rows import view_rows, views_version

__all__ = ["Export", "ExportFormat", "export_view"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """A file that was made of a view; `about` is what it says of itself where its kind can."""

    view: str
    path: Path
    rows: int
    bytes: int
    about: tuple[tuple[str, str], ...]


def export_view(
    database: Database,
    actor: Actor,
    view: str,
    to: Path,
    *,
    kind: ExportFormat,
    filters: Sequence[tuple[str, str]] = (),
    client_id: str | None = None,
    as_of: date | None = None,
    now: datetime,
    deidentify: bool = False,
) -> Export:
    """Write every row of a view that the actor may see into a file, which appears only when it is whole.

    `filters` and `as_of` as in view_rows; `client_id` narrows to one client. The file can be read by its owner alone;
    `now` is aware.
    With `deidentify`, and always for an actor who may not see patients, rows go without the identifiers of Safe Harbor.
    The export is audited, with the columns that were filtered by and not their values.
    Raises NotFound for an unknown view, BadInput for an unknown column, a bad value or a folder that cannot be
    written.
    """
    gate.must(database, actor, Permission.ANALYTICS_EXPORT)
    narrowed = actor if client_id is None else actor.narrowed(client_id)
    whose = client_by_id(database, actor, client_id).name if client_id else "all in scope"
    without = deidentify or not actor.may(Permission.PATIENTS_SEE)
    about = (
        ("What", f"reporting.{view}"),
        ("Clients", whose),
        *(("Filters", f"{column}: {value or '(none)'}") for column, value in ([] if without else filters)),
        ("As of", f"{as_of.isoformat()}, as it was known then" if as_of else "the latest that was loaded"),
        ("Definition version", views_version()[:12]),
        ("Exported by", actor.name),
        ("Exported at", f"{now:%Y-%m-%d %H:%M} {now.tzname()}"),
        ("Privacy", ABOUT if without else "May hold patient data: keep and send it as such."),
    )
    with new_file(to) as made, database.session(narrowed) as session:
        with view_rows(session, view, filters=filters, as_of=as_of) as (schema, batches):
            if without:
                safe = deidentified(schema)
                schema, batches = safe.schema, safe.batches(batches)
            rows = write_rows(made, kind, schema, batches, workbook=Workbook(about=about))
        audit.record(
            session,
            "reports:view:export:done",
            f"view:{view}",
            client_id=client_id,
            rows=rows,
            filtered_by=sorted({column for column, _ in filters}),
            format=kind,
            as_of=as_of,
            deidentified=without,
        )
    return Export(view=view, path=to, rows=rows, bytes=to.stat().st_size, about=about)

"""A view of schema reporting as a file, whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lib.core import audit
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.row_files import ExportFormat, new_file, write_rows
from lib.reports.views.view_rows import view_rows

__all__ = ["Export", "ExportFormat", "export_view"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """A file that was made of a view."""

    view: str
    path: Path
    rows: int
    bytes: int


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
) -> Export:
    """Write every row of a view that the actor may see into a file, which appears only when it is whole.

    `filters` and `as_of` as in view_rows; `client_id` narrows to one client. The file can be read by its owner alone.
    The export is audited, with the columns that were filtered by and not their values.
    Raises NotFound for an unknown view, BadInput for an unknown column, a bad value or a folder that cannot be
    written.
    """
    narrowed = actor if client_id is None else actor.narrowed(client_id)
    with new_file(to) as made, database.session(narrowed) as session:
        with view_rows(session, view, filters=filters, as_of=as_of) as (schema, batches):
            rows = write_rows(made, kind, schema, batches)
        audit.record(
            session,
            "reports:view:export:done",
            f"view:{view}",
            client_id=client_id,
            rows=rows,
            filtered_by=sorted({column for column, _ in filters}),
            format=kind,
            as_of=as_of,
        )
    return Export(view=view, path=to, rows=rows, bytes=to.stat().st_size)

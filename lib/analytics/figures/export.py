"""Rows and tables as a file, whole: the same for pages, commands and other programs, each one audited."""

from __future__ import annotations

import contextlib
import time
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lib.analytics.figures.about import about
from lib.analytics.figures.drill import ordering_keys
from lib.analytics.figures.wanted import Wanted, WantedAnswer, WantedTable
from lib.analytics.reading.columns import title_of
from lib.analytics.reading.reader import Reader, Streamed
from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.privacy.safe_harbor import deidentified
from lib.core.row_files import ExportFormat, new_file, write_rows
from lib.core.settings import Settings
from lib.core.spreadsheets.row_workbook import Workbook

#: Files that were downloaded, or never were, are deleted by the next export after so long.
_KEEP_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Exported:
    """A file that was made."""

    path: Path
    rows: int
    bytes: int


class ExportFolder:
    """Where files wait for their download, under the home; nobody but this instance's OS user may read them."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.home / "exports"

    def new(self, kind: ExportFormat) -> Path:
        """A name for a new file; those that have waited long enough are deleted."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self._root.iterdir():
            if path.stat().st_mtime < time.time() - _KEEP_SECONDS:
                path.unlink(missing_ok=True)
        return self._root / f"{uuid.uuid4().hex}.{kind.value}"


def export_rows(
    database: Database,
    actor: Actor,
    reader: Reader,
    wanted: Wanted | WantedAnswer | WantedTable,
    kind: ExportFormat,
    to: Path,
    *,
    now: datetime,
    deidentify: bool = False,
) -> Exported:
    """Write all of what is wanted to `to`, which appears only when it is whole; `now` is aware.

    With `deidentify`, and always for an actor who may not see patients, rows go without the identifiers of Safe Harbor;
    a table as a page shows it has none.

    Excel has titles, totals and a sheet About; CSV and Parquet have the names of the columns, and Parquet has what
    About says as metadata. The audit holds the view, the columns and the number of rows, never a value. Raises
    BadInput for an unknown column.
    """
    gate.must(database, actor, Permission.ANALYTICS_EXPORT)
    without = not isinstance(wanted, WantedTable) and (deidentify or not actor.may(Permission.PATIENTS_SEE))
    said = about(actor, reader, wanted, now, deidentified=without)
    with new_file(to) as made:
        with _rows(reader, wanted) as (schema, batches):
            titles = {name: wanted.titles.get(name, title_of(name)) for name in schema.names}
            totals = wanted.totals
            if without:
                safe = deidentified(schema, wanted.added if isinstance(wanted, WantedAnswer) else ())
                schema, batches = safe.schema, safe.batches(batches)
                titles |= {year: f"{titles[of]}, year" for year, of in safe.years.items()}
                titles = {name: titles[name] for name in schema.names}
                totals = {name: amount for name, amount in totals.items() if name in titles}
            workbook = Workbook(titles=titles, totals=totals, about=said)
            rows = write_rows(made, kind, schema, batches, workbook=workbook)
        with database.session(actor) as session:
            audit.record(
                session,
                "analytics:rows:export:done",
                f"view:{wanted.view.name}",
                client_id=next(iter(actor.clients)) if actor.clients and len(actor.clients) == 1 else None,
                rows=rows,
                format=kind,
                columns=list(titles),
                as_of=reader.as_of,
                deidentified=without,
            )
    return Exported(path=to, rows=rows, bytes=to.stat().st_size)


def _rows(reader: Reader, wanted: Wanted | WantedAnswer | WantedTable) -> AbstractContextManager[Streamed]:
    match wanted:
        case WantedTable():
            return contextlib.nullcontext((wanted.rows.schema, iter(wanted.rows.to_batches())))
        case WantedAnswer():
            return reader.stream(wanted.question, wanted.parameters, view=wanted.view.name, added=wanted.added)
        case Wanted():
            conditions = wanted.rows.conditions
            order = ordering_keys(reader, wanted.view, wanted.columns, wanted.sort, wanted.order)
            return reader.stream_rows(
                wanted.view.name, wanted.columns, conditions.sql, conditions.parameters, ", ".join(order)
            )

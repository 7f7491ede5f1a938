"""The rows behind a mark as a file, whole: the same for pages, commands and other programs, each one audited."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from lib.analytics.figures.drill import Behind, ordering
from lib.analytics.reading.columns import said_sum, title_of
from lib.analytics.reading.filters import Order
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import View
from lib.core import audit
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.row_files import ExportFormat, new_file, write_rows
from lib.core.settings import Settings
from lib.core.spreadsheets.row_workbook import Workbook

#: Files that were downloaded, or never were, are deleted by the next export after so long.
_KEEP_SECONDS = 600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be exported: rows, columns in their order, and how they are sorted.

    `title` names the figure and the mark, `said` are lines of a name and what is said of it (definition, filters,
    clock, as-of); `totals` sums by column.
    """

    rows: Behind
    columns: Sequence[str]
    sort: str
    order: Order
    title: str
    said: Sequence[tuple[str, str]]
    totals: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedAnswer:
    """The whole answer of a question about one view, to be exported; `added` types what is no column of the view.

    `titles` are those of its columns; `title`, `said` and `totals` as in Wanted.
    """

    view: View
    question: str
    parameters: Mapping[str, Any]
    added: Mapping[str, pa.DataType]
    titles: Mapping[str, str]
    title: str
    said: Sequence[tuple[str, str]]
    totals: Mapping[str, Decimal]


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
    wanted: Wanted,
    kind: ExportFormat,
    to: Path,
    *,
    now: datetime,
) -> Exported:
    """Write all rows of what is wanted to `to`, as export_answer does. Raises BadInput for an unknown column."""
    view = wanted.rows.view
    question = questions("figures")["whole"].format(
        columns=", ".join(wanted.columns),
        view=view.name,
        conditions=wanted.rows.conditions.sql,
        order=ordering(reader, view, wanted.columns, wanted.sort, wanted.order),
    )
    answer = WantedAnswer(
        view=view,
        question=question,
        parameters=wanted.rows.conditions.parameters,
        added={},
        titles={name: title_of(name) for name in wanted.columns},
        title=wanted.title,
        said=wanted.said,
        totals=wanted.totals,
    )
    return export_answer(database, actor, reader, answer, kind, to, now=now)


def export_answer(
    database: Database,
    actor: Actor,
    reader: Reader,
    wanted: WantedAnswer,
    kind: ExportFormat,
    to: Path,
    *,
    now: datetime,
) -> Exported:
    """Write a whole answer to `to`, which appears only when it is whole; `now` is aware.

    Excel has titles, totals and a sheet About; CSV and Parquet have the names of the columns. The audit holds the
    view, the columns and the number of rows, never a value.
    """
    streamed = reader.stream(wanted.question, wanted.parameters, view=wanted.view.name, added=wanted.added)
    with new_file(to) as made:
        with streamed as (schema, batches):
            workbook = Workbook(
                titles={name: wanted.titles.get(name, title_of(name)) for name in schema.names},
                totals=wanted.totals,
                about=_about(wanted, actor, now),
            )
            columns = list(schema.names)
            rows = write_rows(made, kind, schema, batches, workbook=workbook)
        with database.session(actor) as session:
            audit.record(
                session,
                "analytics:rows:export:done",
                f"view:{wanted.view.name}",
                client_id=next(iter(actor.clients)) if actor.clients and len(actor.clients) == 1 else None,
                rows=rows,
                format=kind,
                columns=columns,
                as_of=reader.as_of,
            )
    return Exported(path=to, rows=rows, bytes=to.stat().st_size)


def _about(wanted: WantedAnswer, actor: Actor, now: datetime) -> list[tuple[str, str]]:
    return [
        ("What", wanted.title),
        *wanted.said,
        *((_total_title(wanted, column), said_sum(column, amount)) for column, amount in wanted.totals.items()),
        ("Exported by", actor.name),
        ("Exported at", f"{now:%Y-%m-%d %H:%M} {now.tzname()}"),
        ("Privacy", "May hold patient data: keep and send it as such."),
    ]


def _total_title(wanted: WantedAnswer, column: str) -> str:
    title = wanted.titles.get(column, title_of(column))
    return title if title.endswith("total") else f"Total {title.lower()}"

"""The route of exports: a view, whole, as a file that is written aside and then sent as it stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

import pyarrow as pa
from fastapi import APIRouter
from starlette.responses import StreamingResponse

from lib.analytics.figures.drill import Behind, add_up
from lib.analytics.figures.export import ExportFolder, export_rows
from lib.analytics.figures.wanted import Wanted
from lib.analytics.reading.columns import Holds, holds
from lib.analytics.reading.filters import Order
from lib.analytics.reading.rows import conditions_of, schema_of
from lib.api.asked import ExportAsked
from lib.api.caller import ExportsAsking, needs
from lib.api.desk import Desk, Opened
from lib.api.rows import known_view, narrowed
from lib.core.access.tokens import Scope
from lib.core.row_files import ExportFormat

_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
}
_PIECE = 1 << 20
_FILE = {"schema": {"type": "string", "format": "binary"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    file: BinaryIO
    rows: int
    bytes: int


def export_routes(desk: Desk) -> APIRouter:
    """Exports."""
    router = APIRouter(tags=["Views"])

    @router.post(
        "/v1/exports",
        response_class=StreamingResponse,
        responses={200: {"content": dict.fromkeys(_TYPES.values(), _FILE), "description": "The file, whole."}},
        openapi_extra=needs(Scope.EXPORTS_READ),
        summary="A view, whole, as CSV, Excel or Parquet",
        description="Answers when the file is whole; a million rows take seconds, as Excel up to a minute. "
        "Rows are sorted by client and what else tells them apart. The export is audited.",
    )
    async def post_export(asked: ExportAsked, asking: ExportsAsking) -> StreamingResponse:
        opened = await desk.open(asking, asked.client, asked.as_of)
        made = await desk.write(lambda: _make(desk, opened, asked))
        asking.which = asked.view
        return StreamingResponse(
            _pieces(desk, made.file),
            media_type=_TYPES[asked.format],
            headers={
                "Cache-Control": "no-store",
                # Packing a file of many MiB on the way costs more than it saves, and its length would be unknown.
                "Content-Encoding": "identity",
                "Content-Length": str(made.bytes),
                "Content-Disposition": f'attachment; filename="{asked.view}.{asked.format}"',
                "X-Rows": str(made.rows),
            },
        )

    return router


def _make(desk: Desk, opened: Opened, asked: ExportAsked) -> _Made:
    view = known_view(desk, opened, asked.view)
    reader = desk.reader_of(opened, view.name)
    schema = schema_of(reader, view.name)
    columns = narrowed(schema, asked.columns)
    amounts = [name for name in columns if _is_money(schema.field(name))]
    rows = Behind(view=view, conditions=conditions_of(schema, asked.filters), sum_of=amounts[0] if amounts else "")
    wanted = Wanted(
        rows=rows,
        columns=columns,
        sort="client_id" if "client_id" in schema.names else columns[0],
        order=Order.UP,
        title=view.title,
        said=[
            ("Clients", ", ".join(client.name for client in opened.clients)),
            *(("Filters", f"{column}: {_words(values)}") for column, values in asked.filters.items()),
        ],
        totals=add_up(reader, rows, amounts).sums if amounts and asked.format is ExportFormat.EXCEL else {},
    )
    to = ExportFolder(desk.settings).new(asked.format)
    try:
        made = export_rows(
            desk.database,
            opened.actor,
            reader,
            wanted,
            asked.format,
            to,
            now=datetime.now(UTC),
            deidentify=asked.deidentified,
        )
        return _Made(file=to.open("rb"), rows=made.rows, bytes=made.bytes)
    finally:
        # What is open can be read to its end; the name is not needed any more.
        to.unlink(missing_ok=True)


async def _pieces(desk: Desk, file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while piece := await desk.write(lambda: file.read(_PIECE)):
            yield piece


def _is_money(field: pa.Field) -> bool:
    return pa.types.is_decimal(field.type) and holds(field.name, str(field.type)) is Holds.MONEY


def _words(values: list[str | None]) -> str:
    return ", ".join(value or "(none)" for value in values)

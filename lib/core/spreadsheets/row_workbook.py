"""Typed rows as an Excel workbook: frozen header, types, totals, a sheet About; several sheets of rows if need be."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from rustpy_xlsxwriter import Format, write_worksheets

from lib.core.spreadsheets.safe_text import CELL_CHARACTERS, cell_text

#: Rows of a sheet without its header and a line of totals; Excel has 1,048,576.
SHEET_ROWS = 1_048_574
_WIDTHS = {"money": 14.0, "date": 12.0, "text": 22.0, "other": 12.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Workbook:
    """What a workbook has beside its rows: what columns are called, their totals, and what it is.

    `totals` are sums by column; `about` are lines of a name and what is said of it.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    about: Sequence[tuple[str, str]] = ()


def write_workbook(to: Path, rows: Path, workbook: Workbook, *, sheet_rows: int = SHEET_ROWS) -> None:
    """Write the rows of a Parquet file; memory does not grow with them. Rows beyond a sheet go on in the next.

    Amounts are numbers of two places, ids stay texts.
    """
    with parquet.ParquetFile(rows) as source:
        _write(to, source, workbook, sheet_rows)


def _write(to: Path, source: parquet.ParquetFile, workbook: Workbook, sheet_rows: int) -> None:
    schema, count = source.schema_arrow, source.metadata.num_rows
    titles = _titles(schema, workbook.titles)
    shown = pa.schema([(title, _cell_type(each.type)) for title, each in zip(titles, schema, strict=True)])
    sheets = max(1, -(-count // sheet_rows))
    names = ["Rows"] if sheets == 1 else [f"Rows {number + 1}" for number in range(sheets)]
    cut = _Cut(_shown(source.iter_batches(batch_size=50_000), shown), sheet_rows)
    entries: list[tuple[str, Any]] = []
    for number, name in enumerate(names):
        last = number == sheets - 1
        after = [_totals(shown, schema, workbook, count)] if last and workbook.totals else []
        entries.append((name, pa.RecordBatchReader.from_batches(shown, cut.sheet(after, last=last))))
    if workbook.about:
        entries.append(("About", [{"About": name, " ": cell_text(said)} for name, said in workbook.about]))
    formats = {title: form for title, each in zip(titles, schema, strict=True) if (form := _format(each.type))}
    widths = {title: _width(each.type) for title, each in zip(titles, schema, strict=True)}
    write_worksheets(
        entries,
        str(to),
        freeze_panes={name: {"row": 1, "col": 1} for name in names},
        bold_headers=True,
        column_formats=dict.fromkeys(names, formats),
        column_widths={**dict.fromkeys(names, widths), "About": {"About": 24.0, " ": 90.0}},
        autofilter=dict.fromkeys(names, True),
        row_formats={names[-1]: {count - (sheets - 1) * sheet_rows + 1: Format().set_bold()}}
        if workbook.totals
        else None,
    )


class _Cut:
    """One stream of batches, cut into sheets that are read one after the other."""

    def __init__(self, batches: Iterable[pa.RecordBatch], sheet_rows: int) -> None:
        self._batches = iter(batches)
        self._left: pa.RecordBatch | None = None
        self._sheet_rows = sheet_rows

    def sheet(self, after: Sequence[pa.RecordBatch], *, last: bool) -> Generator[pa.RecordBatch]:
        room = self._sheet_rows
        while room or last:
            batch = self._left if self._left is not None else next(self._batches, None)
            self._left = None
            if batch is None:
                break
            if batch.num_rows > room and not last:
                batch, self._left = batch.slice(0, room), batch.slice(room)
            room -= min(room, batch.num_rows)
            yield batch
        yield from after


def _shown(batches: Iterable[pa.RecordBatch], shown: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        columns = [_cells(column, each.type) for column, each in zip(batch.columns, shown, strict=True)]
        yield pa.record_batch(columns, schema=shown)


def _cells(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(column.type):
        return _short(column)
    if pa.types.is_decimal(column.type):
        # Arrow's own cast multiplies by a hundredth, which no binary number is, and misses the nearest one of many.
        return column.cast(pa.string()).cast(kind)
    return column.cast(kind)


def _short(texts: pa.Array) -> pa.Array:
    longest = pc.max(pc.utf8_length(texts)).as_py() or 0
    return texts if longest <= CELL_CHARACTERS else pc.utf8_slice_codeunits(texts, 0, CELL_CHARACTERS)


def _totals(shown: pa.Schema, schema: pa.Schema, workbook: Workbook, count: int) -> pa.RecordBatch:
    values: list[Any] = [float(workbook.totals[each.name]) if each.name in workbook.totals else None for each in schema]
    if values and pa.types.is_string(shown[0].type):
        values[0] = f"Total of {count:,} rows"
    return pa.record_batch(
        [pa.array([value], type=each.type) for value, each in zip(values, shown, strict=True)], schema=shown
    )


def _titles(schema: pa.Schema, titles: Mapping[str, str]) -> list[str]:
    """A title for each column, none twice."""
    wanted = [cell_text(titles.get(name, name)) for name in schema.names]
    return [
        title if wanted.count(title) == 1 else f"{title} ({name})"
        for title, name in zip(wanted, schema.names, strict=True)
    ]


def _cell_type(kind: pa.DataType) -> pa.DataType:
    # Excel knows no decimals; cents of anything below 90 trillion dollars are exact in its numbers.
    return pa.float64() if pa.types.is_decimal(kind) else kind


def _format(kind: pa.DataType) -> Format | None:
    if pa.types.is_decimal(kind):
        return Format().set_num_format("#,##0.00")
    return Format().set_num_format("yyyy-mm-dd") if pa.types.is_date(kind) else None


def _width(kind: pa.DataType) -> float:
    if pa.types.is_decimal(kind):
        return _WIDTHS["money"]
    return _WIDTHS["date"] if pa.types.is_date(kind) else _WIDTHS["text" if pa.types.is_string(kind) else "other"]

"""Typed rows as a file, whole and streamed: CSV without formulas, Excel, or Parquet with exact types."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from lib.core.errors import BadInput
from lib.core.spreadsheets.row_workbook import Workbook, write_workbook
from lib.core.spreadsheets.safe_text import FORMULA_STARTS

#: As cell_text of lib.core.spreadsheets tells a formula: after spaces too.
_FORMULA = rf"^[ \x{{A0}}]*[{''.join(re.escape(start) for start in FORMULA_STARTS)}]"


class ExportFormat(StrEnum):
    """The kinds of file that rows can become."""

    CSV = "csv"
    EXCEL = "xlsx"
    PARQUET = "parquet"


def write_rows(
    made: Path,
    kind: ExportFormat,
    schema: pa.Schema,
    batches: Iterable[pa.RecordBatch],
    *,
    workbook: Workbook | None = None,
) -> int:
    """Write rows into a file of new_file and return how many; `workbook` is what an Excel file has beside them.

    Memory does not grow with the rows.
    """
    counted = _Counted(batches)
    if kind is ExportFormat.EXCEL:
        # How many sheets there are must be known before the first is begun, so the rows are put down meanwhile.
        between = made.with_suffix(".rows")
        try:
            with _parquet_writer(between, schema) as writer:
                for batch in counted:
                    writer.write_batch(_harmless(batch))
            write_workbook(made, between, workbook or Workbook())
        finally:
            between.unlink(missing_ok=True)
    else:
        with _WRITERS[kind](made, schema) as writer:
            for batch in counted:
                writer.write_batch(_harmless(batch) if kind is ExportFormat.CSV else batch)
    return counted.rows


class _Counted:
    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Generator[pa.RecordBatch]:
        for batch in self._batches:
            self.rows += batch.num_rows
            yield batch


@contextlib.contextmanager
def new_file(to: Path) -> Generator[Path]:
    """A name to write to beside the file, private, that becomes the file when nothing went wrong.

    Raises BadInput for a folder that cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{to.name}.", suffix=".part", dir=to.parent)
    except OSError as error:
        raise BadInput(f"{to} cannot be written ({error.strerror}).", fix="Choose another place.") from None
    os.close(handle)
    made = Path(name)
    try:
        yield made
        made.replace(to)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def _harmless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with an apostrophe before every text that a spreadsheet would take for a formula."""
    return pa.record_batch(
        [_defused(column) if pa.types.is_string(column.type) else column for column in batch.columns],
        schema=batch.schema,
    )


def _defused(texts: pa.Array) -> pa.Array:
    # Most columns repeat few texts, so only those that differ are looked at.
    coded = texts.dictionary_encode()
    formulas = pc.match_substring_regex(coded.dictionary, _FORMULA)
    if not pc.any(formulas).as_py():
        return texts
    marked = pc.binary_join_element_wise("'", coded.dictionary, "")
    return pc.if_else(formulas, marked, coded.dictionary).take(coded.indices)


def _csv_writer(path: Path, schema: pa.Schema) -> AbstractContextManager[Any]:
    return arrow_csv.CSVWriter(path, schema)


def _parquet_writer(path: Path, schema: pa.Schema) -> AbstractContextManager[Any]:
    return parquet.ParquetWriter(path, schema, compression="zstd")


_WRITERS: dict[ExportFormat, Callable[[Path, pa.Schema], AbstractContextManager[Any]]] = {
    ExportFormat.CSV: _csv_writer,
    ExportFormat.PARQUET: _parquet_writer,
}

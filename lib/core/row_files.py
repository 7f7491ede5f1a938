"""Typed rows as a file, whole and streamed: CSV without formulas, Excel, or Parquet with exact types.

What a file says of itself stands on a sheet of an Excel file and in the metadata of a Parquet file (key “about”, JSON).
A CSV file holds rows and nothing else, for readers take any other line for one: it gets a text beside it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Generator, Iterable, Sequence
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
    """Write rows into a file of new_file and return how many; `workbook` is what a file can have beside them.

    Memory does not grow with the rows.
    """
    counted, workbook = _Counted(batches), workbook or Workbook()
    if kind is ExportFormat.EXCEL:
        # How many sheets there are must be known before the first is begun, so the rows are put down meanwhile.
        between = made.with_suffix(".rows")
        try:
            with _parquet_writer(between, schema) as writer:
                for batch in counted:
                    writer.write_batch(_harmless(batch))
            write_workbook(made, between, workbook)
        finally:
            between.unlink(missing_ok=True)
    elif kind is ExportFormat.PARQUET:
        with _parquet_writer(made, schema.with_metadata({"about": json.dumps(workbook.about)})) as writer:
            for batch in counted:
                writer.write_batch(batch)
    else:
        with arrow_csv.CSVWriter(made, schema) as writer:
            for batch in counted:
                writer.write_batch(_harmless(batch))
    return counted.rows


def about_text(about: Sequence[tuple[str, str]]) -> str:
    """What a file says of itself as a text of its own, to lie beside a CSV file."""
    return "".join(f"{name}: {said}\n" for name, said in about)


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
        [_defused(column) if _is_text(column.type) else column for column in batch.columns],
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


def _is_text(kind: pa.DataType) -> bool:
    if not (
        pa.types.is_string(kind) or pa.types.is_primitive(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind)
    ):
        # Better no file than one whose texts nobody has looked at.
        raise TypeError(f"{kind} cannot stand in a spreadsheet.")
    return bool(pa.types.is_string(kind))


def _parquet_writer(path: Path, schema: pa.Schema) -> AbstractContextManager[Any]:
    return parquet.ParquetWriter(path, schema, compression="zstd", compression_level=1)

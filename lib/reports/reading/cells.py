"""One CSV file of a payload as batches of text cells, each row with its number; odd rows are mended or set aside."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from lib.reports.reading.payload import CsvFile, Payload, PayloadFault

_PART = 1 << 21
#: Short rows are collected until there are so many rows or characters of them.
_SHORT_ROWS, _SHORT_CHARACTERS = 5_000, 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class OddRow:
    """A row that cannot be cells of this file: its number (the header is 1), its text, and why."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CellBatch:
    """Rows of text cells, null where empty, by normalised label; `odd` are rows met on the way that are none."""

    cells: pa.RecordBatch
    numbers: RowNumbers
    odd: tuple[OddRow, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RowNumbers:
    """The number of each row of a batch, worked out only when it is asked for."""

    first: int = 0
    #: Of each row that was passed over, the number it would have without those before it.
    gaps: tuple[int, ...] = ()
    kept: pa.Array | None = None
    listed: tuple[int, ...] = ()

    def of(self, index: int) -> int:
        """The number of the row at `index` of the batch; the header of the file is row 1."""
        if self.listed:
            return self.listed[index]
        number = self.first + (index if self.kept is None else self.kept[index].as_py())
        return number + bisect_right(self.gaps, number) + 1


class CellReader:
    """Reads one file of a payload, once.

    Short rows are padded and come in batches of their own, out of order; blank rows are left out; long rows come as
    `odd`. `padded` and `blank` count them. Raises PayloadFault where a row is longer than two megabytes or the file
    cannot be split into rows.
    """

    def __init__(self, payload: Payload, file: CsvFile) -> None:
        self._payload = payload
        self._file = file
        self.padded = 0
        self.blank = 0
        #: Rows that the CSV reader has passed over and that no batch has got beyond.
        self._passed: deque[int] = deque()
        self._next = 1
        self._short: list[tuple[int, list[str]]] = []
        self._short_characters = 0
        self._odd: list[OddRow] = []

    def __iter__(self) -> Iterator[CellBatch]:
        if not self._file.has_rows:
            return
        with self._payload.open_rows(self._file) as stream:
            try:
                for cells in arrow_csv.open_csv(stream, *self._options()):
                    yield self._without_blanks(cells)
                    if len(self._short) >= _SHORT_ROWS or self._short_characters >= _SHORT_CHARACTERS:
                        yield self._padded_rows()
            # The reader's own words quote the row, which must not get into a log.
            except pa.ArrowInvalid as error:
                raise self._fault(error) from None
        if self._short or self._odd:
            yield self._padded_rows()

    def _options(self) -> tuple[arrow_csv.ReadOptions, arrow_csv.ParseOptions, arrow_csv.ConvertOptions]:
        fields = list(self._file.fields)
        encoding = "utf8" if self._file.encoding == "utf-8" else self._file.encoding
        return (
            # One thread, because only then rows are numbered; the other core is the database's.
            arrow_csv.ReadOptions(use_threads=False, block_size=_PART, column_names=fields, encoding=encoding),
            arrow_csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=self._set_aside
            ),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(fields, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )

    def _set_aside(self, row: arrow_csv.InvalidRow) -> str:
        self._passed.append(row.number)
        number = row.number + 1
        if row.actual_columns > row.expected_columns:
            reason = f"{row.actual_columns} cells where the header has {row.expected_columns}"
            self._odd.append(OddRow(number=number, text=row.text, reason=reason))
            return "skip"
        try:
            cells = next(csv.reader([row.text], strict=True), [])
        except csv.Error:
            self._odd.append(OddRow(number=number, text=row.text, reason="a quotation mark is out of place"))
            return "skip"
        if any(cells):
            self._short.append((number, cells))
            self._short_characters += len(row.text)
        else:
            self.blank += 1
        return "skip"

    def _without_blanks(self, cells: pa.RecordBatch) -> CellBatch:
        numbers = self._numbers(cells.num_rows)
        if cells.num_rows and all(column.null_count for column in cells.columns):
            blank = pc.is_null(cells.column(0))
            for column in cells.columns[1:]:
                blank = pc.and_(blank, pc.is_null(column))
            kept = pc.indices_nonzero(pc.invert(blank))
            self.blank += cells.num_rows - len(kept)
            cells = cells.take(kept)
            numbers = RowNumbers(first=numbers.first, gaps=numbers.gaps, kept=kept)
        return CellBatch(cells=cells, numbers=numbers, odd=self._take_odd())

    def _numbers(self, rows: int) -> RowNumbers:
        first, end = self._next, self._next + rows - 1
        gaps: list[int] = []
        while self._passed and self._passed[0] <= end:
            gaps.append(self._passed.popleft() - len(gaps))
            end += 1
        self._next = end + 1
        return RowNumbers(first=first, gaps=tuple(gaps))

    def _padded_rows(self) -> CellBatch:
        width = len(self._file.fields)
        rows = [[cell or None for cell in cells] + [None] * (width - len(cells)) for _, cells in self._short]
        columns = [pa.array([row[index] for row in rows], pa.string()) for index in range(width)]
        numbers = RowNumbers(listed=tuple(number for number, _ in self._short))
        self.padded += len(rows)
        self._short, self._short_characters = [], 0
        return CellBatch(
            cells=pa.record_batch(columns, names=list(self._file.fields)), numbers=numbers, odd=self._take_odd()
        )

    def _take_odd(self) -> tuple[OddRow, ...]:
        odd, self._odd = tuple(self._odd), []
        return odd

    def _fault(self, error: pa.ArrowInvalid) -> PayloadFault:
        if "straddling" in str(error):
            return PayloadFault(
                f"File {self._file.number} of the report has a row of more than {_PART // 1024} KiB, "
                "or a quotation mark that is never closed.",
                fix="Ask the vendor to build the report again; if it comes the same, look at the raw file.",
            )
        return PayloadFault(
            f"File {self._file.number} of the report cannot be read as CSV.",
            fix="Ask the vendor to build the report again; if it comes the same, look at the raw file.",
        )

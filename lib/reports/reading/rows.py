"""The rows of a payload as batches of typed columns, with everything counted that was read, padded and turned away.

Rows are read in parts of about two megabytes, so memory does not grow with the report.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from lib.core.money import ZERO
from lib.reports.catalog import Column, ColumnType
from lib.reports.reading.cells import CellBatch, CellReader
from lib.reports.reading.headers import ColumnMap
from lib.reports.reading.payload import CsvFile, Payload, PayloadFault
from lib.reports.reading.rejects import Reject, RejectList
from lib.reports.reading.values import WORDS, typed_values, unreadable

#: The column of unknown fields, after the report's own: a JSON object of their text, null where all are empty.
EXTRAS = "extras"


@dataclass(frozen=True, kw_only=True, slots=True)
class RowCounts:
    """What became of the rows. read = loaded + rejected; padded ones were loaded or rejected, blank ones not read.

    `totals` sums each money column of the loaded rows. `filled` and `untyped` count, by typed column that the file
    has, the cells that hold something and those of them that are of another type.
    """

    read: int
    loaded: int
    rejected: int
    padded: int
    blank: int
    totals: dict[str, Decimal]
    filled: dict[str, int]
    untyped: dict[str, int]

    @property
    def retyped(self) -> tuple[str, ...]:
        """Typed columns most of whose cells are of another type."""
        return tuple(name for name, count in self.untyped.items() if 2 * count > self.filled[name])


class TypedRows:
    """Iterates over the rows of a payload, once, as Arrow batches of the columns that the file has, then EXTRAS.

    `columns` names them, in the order of the report; EXTRAS comes only where the file has fields that no column takes.

    Short rows are padded. Long rows, rows with a cell that is not of its column's type and rows with an empty cell in
    a `filled` column go to `rejects`. Raises PayloadFault where a required column is missing or a row is too long.
    """

    def __init__(self, payload: Payload, columns: ColumnMap, rejects: RejectList) -> None:
        if columns.missing_required:
            raise PayloadFault(
                f"The report has no column {', '.join(columns.missing_required)}.",
                fix="Map the client's label to it, or put it into the saved report.",
            )
        self._payload = payload
        self._columns = columns
        self._present = tuple(column for column in columns.report.columns if column.name in columns.sources)
        self._rejects = rejects
        self._read = self._loaded = self._padded = self._blank = 0
        self._totals = {name: ZERO for name in columns.report.money_columns if name in columns.sources}
        self._typed = [column for column in self._present if column.type is not ColumnType.TEXT]
        self._filled: Counter[str] = Counter()
        self._untyped: Counter[str] = Counter()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of every batch."""
        return (*(column.name for column in self._present), *((EXTRAS,) if self._columns.extras else ()))

    @property
    def counts(self) -> RowCounts:
        """What was counted so far; whole once the iteration has ended."""
        return RowCounts(
            read=self._read,
            loaded=self._loaded,
            rejected=self._rejects.count,
            padded=self._padded,
            blank=self._blank,
            totals=dict(self._totals),
            filled={column.name: self._filled[column.name] for column in self._typed},
            untyped={column.name: self._untyped[column.name] for column in self._typed if self._untyped[column.name]},
        )

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for file in self._payload.files:
            reader = CellReader(self._payload, file)
            padded, blank = self._padded, self._blank
            for batch in reader:
                self._padded, self._blank = padded + reader.padded, blank + reader.blank
                self._read += batch.cells.num_rows + len(batch.odd)
                for odd in batch.odd:
                    self._rejects.add(Reject(file=file.number, row=odd.number, reason=odd.reason, text=odd.text))
                typed = self._type(file, batch)
                if typed.num_rows:
                    self._count(typed)
                    yield typed
            self._padded, self._blank = padded + reader.padded, blank + reader.blank

    def _type(self, file: CsvFile, batch: CellBatch) -> pa.RecordBatch:
        cells = batch.cells
        faults: dict[str, pa.Array] = {}
        typed = [
            self._type_column(column, cells.column(self._columns.sources[column.name]), faults)
            for column in self._present
        ]
        if self._columns.extras:
            typed.append(_extras(cells, self._columns.extras))
        rows = pa.record_batch(typed, names=list(self.columns))
        return self._turn_away(file, batch, rows, faults) if faults else rows

    def _type_column(self, column: Column, cells: pa.Array, faults: dict[str, pa.Array]) -> pa.Array:
        values = typed_values(cells, column.type)
        if column.type is not ColumnType.TEXT:
            self._filled[column.name] += len(cells) - cells.null_count
        if values.null_count > cells.null_count:
            wrong = unreadable(cells, values)
            if count := pc.sum(wrong).as_py():
                self._untyped[column.name] += count
                faults[f"{column.name} is not {WORDS[column.type]}"] = wrong
        if column.filled:
            empty = pc.invert(pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(cells), ""), False))
            if pc.any(empty).as_py():
                faults[f"{column.name} is empty"] = empty
        return values

    def _turn_away(
        self, file: CsvFile, batch: CellBatch, rows: pa.RecordBatch, faults: dict[str, pa.Array]
    ) -> pa.RecordBatch:
        wrong = reduce(pc.or_, faults.values())
        texts = _rows_as_csv(batch.cells.filter(wrong))
        for index, text in zip(pc.indices_nonzero(wrong).to_pylist(), texts, strict=True):
            reason = "; ".join(reason for reason, mask in faults.items() if mask[index].as_py())
            number = batch.numbers.of(index)
            self._rejects.add(Reject(file=file.number, row=number, reason=reason, text=text))
        return rows.filter(pc.invert(wrong))

    def _count(self, rows: pa.RecordBatch) -> None:
        self._loaded += rows.num_rows
        for name in self._totals:
            self._totals[name] += pc.sum(rows.column(name), min_count=0).as_py()


def _extras(cells: pa.RecordBatch, fields: tuple[str, ...]) -> pa.Array:
    """The fields that no column takes, as the text of one JSON object a row; null where all of them are empty."""
    # An empty field makes a null member, which the join of members replaces by nothing; so each brings its own comma.
    members = [
        pc.binary_join_element_wise(f",{json.dumps(field)}:", _json_strings(cells.column(field)), "")
        for field in fields
    ]
    joined = pc.binary_join_element_wise(*members, "", null_handling="replace", null_replacement="")
    whole = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 1), "}", "")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), whole)


def _json_strings(cells: pa.Array) -> pa.Array:
    escapes = pc.match_substring_regex(cells, r'[\x00-\x1f"\\]')
    if not pc.any(escapes).as_py():
        return pc.binary_join_element_wise('"', cells, '"', "")
    return pa.array(
        [None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in cells.to_pylist()], pa.string()
    )


def _rows_as_csv(cells: pa.RecordBatch) -> Iterator[str]:
    for row in zip(*(column.to_pylist() for column in cells.columns), strict=True):
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow("" if cell is None else cell for cell in row)
        yield text.getvalue()

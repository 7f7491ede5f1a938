"""From text or a workbook to numbered rows of cells; nothing is judged here but the form."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lib.claim_status.reading.columns import count_known
from lib.core.errors import BadInput
from lib.core.spreadsheets.package import Limits, open_package
from lib.core.spreadsheets.rows import XlsxSheet, column_number

#: A row's number as a spreadsheet counts, and its cells from the left.
Record = tuple[int, list[str]]

#: Rows at the top among which the headings are looked for.
HEADER_WITHIN = 10
_DELIMITERS = ",;\t|"
_LIMITS = Limits(file_bytes=10 * 1024 * 1024, unpacked_bytes=150 * 1024 * 1024)


def text_records(text: str) -> Iterator[Record]:
    """The rows of delimited text: commas, semicolons, tabs or bars, told by the headings or by a line `sep=`.

    Raises BadInput where quotation marks do not match or a cell is beyond all measure.
    """
    said = re.match(r'"?sep=(.)"?[\r\n]', text)
    delimiter = said[1] if said else _likely_delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            raise _bad_form(str(error), number) from None
        if not (said and number == 1):
            yield number, cells


def workbook_records(content: bytes) -> Iterator[Record]:
    """The rows of the one sheet of an .xlsx file that has claims; dates come as YYYY-MM-DD.

    Raises BadInput for a workbook that is damaged, unsafe, or has claims in several sheets.
    """
    with open_package(io.BytesIO(content), _LIMITS) as package:
        sheets = [XlsxSheet(package, sheet) for sheet in package.sheets]
        if not sheets:
            raise BadInput("The workbook has no sheet.", fix="Save it with one sheet of claims.")
        tops = [count_top(_sheet_records(sheet)) for sheet in sheets]
        best = max(tops)
        if tops.count(best) > 1 and best:
            raise BadInput("Several sheets of the workbook have claims.", fix="Keep one sheet and upload that.")
        yield from _sheet_records(sheets[tops.index(best)])


def count_top(records: Iterable[Record]) -> int:
    """The most known headings that one of the first rows has."""
    return max((count_known(cells) for _, cells in islice(records, HEADER_WITHIN)), default=0)


def _sheet_records(sheet: XlsxSheet) -> Iterator[Record]:
    for row in sheet.rows():
        cells: list[str] = []
        for letter, cell in row.cells.items():
            place = column_number(letter)
            cells += [""] * (place - len(cells))
            cells[place - 1] = cell.date.isoformat() if cell.date else cell.text
        for reference in row.uncached:
            place = column_number(reference.rstrip("0123456789"))
            cells += [""] * (place - len(cells))
            cells[place - 1] = UNCALCULATED
        yield row.number, cells


#: Stands where a formula has no stored result.
UNCALCULATED = "=?"


def _likely_delimiter(text: str) -> str:
    top = io.StringIO(text[:20_000], newline="")
    best, most = ",", 0
    for delimiter in _DELIMITERS:
        top.seek(0)
        rows = enumerate(csv.reader(top, delimiter=delimiter), start=1)
        try:
            known = count_top(rows)
        except csv.Error:
            continue
        if known > most:
            best, most = delimiter, known
    return best


def _bad_form(said: str, row: int) -> BadInput:
    if "field larger" in said:
        return BadInput(f"Row {row} has a cell of more than 131,072 characters.", fix="Check its quotation marks.")
    if "unexpected end" in said:
        return BadInput(
            f"A quotation mark that begins in row {row} is never closed.", fix="Close or remove it, and upload again."
        )
    return BadInput(f"Row {row} has a quotation mark out of place.", fix="Double it or remove it, and upload again.")

"""The worksheets of an old binary .xls file, read like those of an .xlsx."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import xlrd
from openpyxl.utils import get_column_letter
from xlrd.biffh import error_text_from_code
from xlrd.book import SUPBOOK_DDEOLE, SUPBOOK_EXTERNAL
from xlrd.compdoc import CompDoc, CompDocError

from lib.core.errors import BadInput
from lib.core.spreadsheets.number_formats import NumberFormat, number_format, shown_number
from lib.core.spreadsheets.rows import Cell, RawRow, trimmed

# What xlrd lets through when records are cut off or contradict each other.
_DAMAGE = (xlrd.XLRDError, CompDocError, struct.error, AssertionError, LookupError, ValueError, TypeError, EOFError)


@contextmanager
def open_legacy(path: Path) -> Iterator[xlrd.Book]:
    """Open an .xls file, or raise BadInput: protected, damaged, with macros or with links to other workbooks."""
    content = path.read_bytes()
    try:
        streams = {entry.name for entry in CompDoc(content, logfile=io.StringIO()).dirlist}
    except _DAMAGE as error:
        raise _damaged() from error
    if streams & {"EncryptedPackage", "EncryptionInfo"}:
        raise _protected()
    if any("VBA" in name.upper() for name in streams):
        raise BadInput("The workbook contains macros.", fix="Save it as .xlsx (without macros) and upload that.")
    if not streams & {"Workbook", "Book"}:
        raise BadInput(
            "The file is an Office document, but not an Excel workbook.",
            fix="Save the Charges sheet as an Excel workbook (.xlsx) and upload that.",
        )
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    except _DAMAGE as error:
        if "encrypted" in str(error).lower():
            raise _protected() from error
        raise _damaged() from error
    with book:
        if {SUPBOOK_EXTERNAL, SUPBOOK_DDEOLE} & set(book._supbook_types):
            raise BadInput(
                "The workbook contains links to other workbooks.",
                fix="In Excel: Data, Edit Links, Break Link; then save and upload it again.",
            )
        yield book


def _protected() -> BadInput:
    return BadInput("The workbook is protected by a password.", fix="Remove the password and upload it again.")


def _damaged() -> BadInput:
    return BadInput(
        "The workbook is damaged or was cut off on its way here.", fix="Save it once more in Excel and upload it again."
    )


class XlsSheet:
    """A worksheet of an .xls workbook."""

    def __init__(self, book: xlrd.Book, index: int) -> None:
        self._book = book
        self._sheet = book.sheet_by_index(index)
        self._formats: dict[int, NumberFormat] = {}
        self.merged: list[str] = [
            f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right)}{bottom}"
            for top, bottom, left, right in self._sheet.merged_cells
        ]

    def rows(self, columns: Mapping[str, str] | None = None) -> Iterator[RawRow]:
        """See SheetRows.rows."""
        for index in range(self._sheet.nrows):
            info = self._sheet.rowinfo_map.get(index)
            row = RawRow(number=index + 1, hidden=bool(info and info.hidden), cells={})
            for column in range(self._sheet.row_len(index)):
                cell = self.cell(index, column)
                letter = get_column_letter(column + 1)
                name = letter if columns is None else columns.get(letter)
                if name is None:
                    row.elsewhere = row.elsewhere or bool(cell.text)
                elif cell.text:
                    row.cells[name] = cell
            yield row

    def cell(self, row: int, column: int) -> Cell:
        """What one cell shows, 0-based row and column."""
        kind, value = self._sheet.cell_type(row, column), self._sheet.cell_value(row, column)
        if kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            text, day = shown_number(repr(value), self._format(row, column), date1904=self._book.datemode == 1)
            return Cell(trimmed(text), day)
        if kind == xlrd.XL_CELL_BOOLEAN:
            return Cell("TRUE" if value else "FALSE")
        if kind == xlrd.XL_CELL_ERROR:
            return Cell(error_text_from_code.get(value, "#VALUE!"))
        return Cell(trimmed(str(value)))

    def value(self, row: int, column: int) -> str | float | bool | date | None:
        """The plain value of one cell, 0-based row and column: text, number, yes or no, date, or nothing."""
        kind, value = self._sheet.cell_type(row, column), self._sheet.cell_value(row, column)
        if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
            return None
        if kind == xlrd.XL_CELL_NUMBER:
            return value
        if kind == xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        cell = self.cell(row, column)
        return cell.date or (value if kind == xlrd.XL_CELL_TEXT else cell.text)

    @property
    def size(self) -> tuple[int, int]:
        """Number of rows and of columns in use."""
        return self._sheet.nrows, self._sheet.ncols

    def _format(self, row: int, column: int) -> NumberFormat:
        style = self._sheet.cell_xf_index(row, column)
        form = self._formats.get(style)
        if form is None:
            stored = self._book.format_map.get(self._book.xf_list[style].format_key)
            form = self._formats[style] = number_format(stored.format_str if stored else "General")
        return form

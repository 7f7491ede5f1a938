"""The worksheets of an old binary .xls file, read like those of an .xlsx."""

from __future__ import annotations

import io
import struct
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import xlrd
from openpyxl import Workbook
from openpyxl.cell import Cell as XlsxCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from xlrd.biffh import error_text_from_code
from xlrd.book import SUPBOOK_DDEOLE, SUPBOOK_EXTERNAL
from xlrd.compdoc import CompDoc, CompDocError

from lib.core.errors import BadInput
from lib.core.spreadsheets.number_formats import NumberFormat, number_format, shown_number
from lib.core.spreadsheets.rows import Cell, RawRow, trimmed

# What xlrd lets through when records are cut off or contradict each other.
_DAMAGE = (xlrd.XLRDError, CompDocError, struct.error, AssertionError, LookupError, ValueError, TypeError, EOFError)


@contextmanager
def open_legacy(path: Path) -> Generator[xlrd.Book]:
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

    def rows(self, columns: Mapping[str, str] | None = None) -> Generator[RawRow]:
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

    def width(self, row: int) -> int:
        """Number of cells of a row, 0-based."""
        return self._sheet.row_len(row)

    def copied(self, target: WriteOnlyWorksheet, row: int, column: int, *, text: bool) -> XlsxCell | None:
        """One cell, 0-based row and column, for another workbook: as its text, or as the value that it is."""
        kind, value = self._sheet.cell_type(row, column), self._sheet.cell_value(row, column)
        cell = self.cell(row, column)
        if not cell.text:
            return None
        copy = WriteOnlyCell(target)
        if kind == xlrd.XL_CELL_NUMBER and cell.date is None and not text:
            copy.value = value
        elif kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE) and cell.date is not None:
            copy.value = xlrd.xldate_as_datetime(value, self._book.datemode)
        elif kind == xlrd.XL_CELL_BOOLEAN and not text:
            copy.value = bool(value)
        else:
            # Set past openpyxl's guessing: what begins with "=" was text, and stays text.
            written = str(value) if kind == xlrd.XL_CELL_TEXT else cell.text
            copy._value, copy.data_type = ILLEGAL_CHARACTERS_RE.sub("", written), "s"
        return copy

    def _format(self, row: int, column: int) -> NumberFormat:
        style = self._sheet.cell_xf_index(row, column)
        form = self._formats.get(style)
        if form is None:
            stored = self._book.format_map.get(self._book.xf_list[style].format_key)
            form = self._formats[style] = number_format(stored.format_str if stored else "General")
        return form


def convert_legacy(source: Path, out: Path, *, as_text: int) -> None:
    """Write the values of an .xls file to an .xlsx: sheet number `as_text` as the text that it shows, others typed.

    Dates stay dates; formats, formulas and drawings are lost. Raises BadInput like open_legacy.
    """
    with open_legacy(source) as book:
        target = Workbook(write_only=True)
        for index, name in enumerate(book.sheet_names()):
            sheet = XlsSheet(book, index)
            copy = target.create_sheet(name)
            for row in range(book.sheet_by_index(index).nrows):
                copy.append(
                    [sheet.copied(copy, row, column, text=index == as_text) for column in range(sheet.width(row))]
                )
        target.save(out)

"""The rows of one worksheet as text, in one pass and little memory, whatever the format of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.escape import unescape

from lib.core.spreadsheets.number_formats import PLAIN, NumberFormat, formats_by_style, shown_number
from lib.core.spreadsheets.package import Package, SheetPart, damage_is_bad_input, refuse_document_type

_INVISIBLE_EDGES = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, trimmed; `date` only when it is a true spreadsheet date (its time cut off)."""

    text: str
    date: date | None = None


@dataclass(slots=True)
class RawRow:
    """One row as it stands in the sheet; `number` is the spreadsheet's own row number.

    `cells` holds the non-empty cells of the columns that were asked for; `elsewhere` says whether a row that is empty
    there has text in other columns; `uncached` names formula cells whose result was never calculated.
    """

    number: int
    hidden: bool
    cells: dict[str, Cell]
    elsewhere: bool = False
    uncached: list[str] = field(default_factory=list)


class SheetRows(Protocol):
    """A worksheet that can be read from the top as often as needed."""

    #: Merged ranges such as "A1:C1"; complete after a whole pass.
    merged: list[str]

    def rows(self, columns: Mapping[str, str] | None = None) -> Iterator[RawRow]:
        """Rows from the top; `columns` maps column letters to the names of `RawRow.cells` (None: letters, all)."""
        ...


def trimmed(text: str) -> str:
    """Text without blanks of any kind at its ends."""
    return text.strip().strip(_INVISIBLE_EDGES).strip()


def column_number(reference: str) -> int:
    """The 1-based column of a cell reference such as "AB12"."""
    return column_index_from_string(reference.rstrip("0123456789"))


class XlsxSheet:
    """A worksheet of an .xlsx package. Reading raises BadInput when the part is damaged."""

    def __init__(self, package: Package, sheet: SheetPart) -> None:
        self.merged: list[str] = []
        self._package = package
        self._part = sheet.part
        with damage_is_bad_input():
            self._formats = formats_by_style(package.xml(package.styles) if package.styles else None)
            self._strings = _shared_strings(package)
        self._numbers: dict[tuple[str, str | None], Cell] = {}

    def rows(self, columns: Mapping[str, str] | None = None) -> Iterator[RawRow]:
        """See SheetRows.rows."""
        self.merged = []
        previous = 0
        with damage_is_bad_input(), self._package.open(self._part) as stream:
            for element in _elements(stream, "{*}row", "{*}mergeCell"):
                if element.tag.endswith("}mergeCell"):
                    self.merged.append(element.get("ref", ""))
                    continue
                row = self._row(element, previous, columns)
                previous = row.number
                yield row

    def _row(self, element: etree._Element, previous: int, columns: Mapping[str, str] | None) -> RawRow:
        row = RawRow(
            number=int(element.get("r") or previous + 1), hidden=element.get("hidden") in ("1", "true"), cells={}
        )
        namespace = element.tag[:-3]
        cell_tag, value_tag, formula_tag = f"{namespace}c", f"{namespace}v", f"{namespace}f"
        position = 0
        for item in element:
            if item.tag != cell_tag:
                continue
            reference = item.get("r")
            letter = reference.rstrip("0123456789") if reference else get_column_letter(position + 1)
            position = _column_of(letter)
            name = letter if columns is None else columns.get(letter)
            if name is None:
                row.elsewhere = row.elsewhere or len(item) > 0
                continue
            kind = item.get("t")
            value: str | None = None
            formula = False
            for child in item:
                if child.tag == value_tag:
                    value = child.text
                elif child.tag == formula_tag:
                    formula = True
            if value:
                cell = self._cell(value, kind, item.get("s"))
            elif kind == "inlineStr":
                cell = Cell(trimmed(_rich_text(item)))
            else:
                if formula and kind != "str":
                    row.uncached.append(f"{letter}{row.number}")
                continue
            if cell.text:
                row.cells[name] = cell
        return row

    def _cell(self, value: str, kind: str | None, style: str | None) -> Cell:
        if kind == "s":
            return self._strings[int(value)]
        if kind in (None, "n"):
            cell = self._numbers.get((value, style))
            if cell is None:
                index = int(style or 0)
                form = self._formats[index] if index < len(self._formats) else PLAIN
                cell = self._numbers[value, style] = _number_cell(value, form, date1904=self._package.date1904)
            return cell
        if kind == "b":
            return Cell("TRUE" if value in ("1", "true") else "FALSE")
        if kind == "d":
            return _iso_cell(value)
        return Cell(trimmed(unescape(value)) if "_x" in value else trimmed(value))


_columns: dict[str, int] = {}


def _column_of(letter: str) -> int:
    number = _columns.get(letter)
    if number is None:
        number = _columns[letter] = column_index_from_string(letter)
    return number


def _number_cell(value: str, form: NumberFormat, *, date1904: bool) -> Cell:
    text, day = shown_number(trimmed(value), form, date1904=date1904)
    return Cell(trimmed(text), day)


def _iso_cell(value: str) -> Cell:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return Cell(trimmed(value))
    return Cell(f"{moment:%m/%d/%Y}", moment.date())


def _elements(stream, *tags: str) -> Iterator[etree._Element]:
    """The elements with these tags as they end; what was yielded before is forgotten."""
    checked = False
    for _, element in etree.iterparse(
        stream, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False
    ):
        if not checked:
            refuse_document_type(element)
            checked = True
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _shared_strings(package: Package) -> list[Cell]:
    if package.shared_strings is None:
        return []
    with package.open(package.shared_strings) as stream:
        return [Cell(trimmed(_rich_text(element))) for element in _elements(stream, "{*}si")]


def _rich_text(element: etree._Element) -> str:
    """The text of a string item: its runs joined, phonetic hints left out, escapes undone."""
    text = "".join(node.text or "" for node in element.iter("{*}t") if not node.getparent().tag.endswith("}rPh"))
    return unescape(text) if "_x" in text else text

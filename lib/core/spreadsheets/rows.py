"""The rows of one worksheet as text, in one pass and little memory, whatever the format of the file."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from lxml import etree
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.escape import unescape

from lib.core.spreadsheets.number_formats import PLAIN, NumberFormat, formats_by_style, shown_number
from lib.core.spreadsheets.package import Package, SheetPart, damage_is_bad_input, refuse_document_type
from lib.core.spreadsheets.sheet_parser import SheetTags, careful_parser, parse_in_steps

_INVISIBLE_EDGES = "\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows, trimmed; `date` only when it is a true spreadsheet date (its time cut off)."""

    text: str
    date: datetime.date | None = None


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


@cache
def column_number(letter: str) -> int:
    """The 1-based number of a column letter such as "AB"."""
    return column_index_from_string(letter)


class XlsxSheet:
    """A worksheet of an .xlsx package. Reading raises BadInput when the part is damaged."""

    def __init__(self, package: Package, sheet: SheetPart) -> None:
        self.merged: list[str] = []
        self._package = package
        self._part = sheet.part
        with damage_is_bad_input():
            formats = formats_by_style(package.xml(package.styles) if package.styles else None)
            self._values = _Values(_shared_strings(package), formats, date1904=package.date1904)

    def rows(self, columns: Mapping[str, str] | None = None) -> Iterator[RawRow]:
        """See SheetRows.rows."""
        reader = _RowReader(self._values, columns)
        self.merged = reader.merged
        with damage_is_bad_input(), self._package.open(self._part) as stream:
            for _ in parse_in_steps(reader.parser, stream):
                yield from reader.take()


class _Values:
    """Turns stored cell values into cells, each distinct one once."""

    def __init__(self, strings: list[Cell], formats: list[NumberFormat], *, date1904: bool) -> None:
        self._strings = strings
        self._formats = formats
        self._date1904 = date1904
        self._known: dict[tuple[str, str, str], Cell] = {}

    def cell(self, value: str, kind: str, style: str) -> Cell:
        """The cell for a stored value, its type (`t`) and its style (`s`)."""
        known = self._known.get((value, kind, style))
        if known is None:
            known = self._known[value, kind, style] = self._make(value, kind, style)
        return known

    def _make(self, value: str, kind: str, style: str) -> Cell:
        if kind == "s":
            return self._strings[int(value)]
        if kind == "n":
            index = int(style)
            form = self._formats[index] if index < len(self._formats) else PLAIN
            text, day = shown_number(trimmed(value), form, date1904=self._date1904)
            return Cell(trimmed(text), day)
        if kind == "b":
            return Cell("TRUE" if value in ("1", "true") else "FALSE")
        if kind == "d":
            return _iso_cell(value)
        return Cell(trimmed(unescape(value)) if "_x" in value else trimmed(value))


class _RowReader:
    """Collects rows while expat walks the sheet: several times faster than a tree, and it holds one row at a time."""

    def __init__(self, values: _Values, columns: Mapping[str, str] | None) -> None:
        self.merged: list[str] = []
        self.parser = careful_parser()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._hear
        self._values = values
        self._columns = columns
        self._begins: dict[str, Callable[[dict[str, str]], None]] = {}
        self._ends: dict[str, Callable[[], None]] = {}
        self._done: list[RawRow] = []
        self._row = RawRow(number=0, hidden=False, cells={})
        self._position = 0
        self._letter = ""
        #: Where the current cell goes in the row; None when its column is not wanted.
        self._name: str | None = None
        self._cell: dict[str, str] = {}
        self._text = ""
        self._listening = False
        self._phonetic = False
        self._formula = False

    def take(self) -> list[RawRow]:
        """The rows that are complete and were not taken before."""
        done, self._done = self._done, []
        return done

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        act = self._begins.get(tag)
        if act is not None:
            act(attributes)
        elif not self._begins:
            self._learn_tags(SheetTags(tag.removesuffix("worksheet")))

    def _end(self, tag: str) -> None:
        act = self._ends.get(tag)
        if act is not None:
            act()

    def _hear(self, text: str) -> None:
        if self._listening:
            self._text += text

    def _learn_tags(self, tags: SheetTags) -> None:
        self._begins = {
            tags.row: self._begin_row,
            tags.cell: self._begin_cell,
            tags.value: self._begin_value,
            tags.text: self._begin_value,
            tags.phonetic: self._begin_phonetic,
            tags.formula: self._begin_formula,
            tags.merged: self._note_merged,
        }
        self._ends = {
            tags.row: self._end_row,
            tags.cell: self._end_cell,
            tags.value: self._end_value,
            tags.text: self._end_value,
            tags.phonetic: self._end_phonetic,
        }

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self._row = RawRow(
            number=int(number) if number else self._row.number + 1,
            hidden=attributes.get("hidden") in ("1", "true"),
            cells={},
        )
        self._position = 0

    def _end_row(self) -> None:
        self._done.append(self._row)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        letter = reference.rstrip("0123456789") if reference else get_column_letter(self._position + 1)
        self._position = column_number(letter)
        self._letter = letter
        self._name = letter if self._columns is None else self._columns.get(letter)
        self._cell = attributes
        self._text = ""
        self._formula = False

    def _end_cell(self) -> None:
        if self._name is None:
            return
        kind = self._cell.get("t", "n")
        if self._text:
            cell = self._values.cell(self._text, kind, self._cell.get("s", "0"))
            if cell.text:
                self._row.cells[self._name] = cell
        elif self._formula and kind != "str":
            self._row.uncached.append(f"{self._letter}{self._row.number}")

    def _begin_value(self, _: dict[str, str]) -> None:
        if self._name is None:
            self._row.elsewhere = True
        else:
            self._listening = not self._phonetic

    def _end_value(self) -> None:
        self._listening = False

    def _begin_phonetic(self, _: dict[str, str]) -> None:
        self._phonetic = True

    def _end_phonetic(self) -> None:
        self._phonetic = False

    def _begin_formula(self, _: dict[str, str]) -> None:
        self._formula = True

    def _note_merged(self, attributes: dict[str, str]) -> None:
        self.merged.append(attributes.get("ref", ""))


def _iso_cell(value: str) -> Cell:
    try:
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        return Cell(trimmed(value))
    return Cell(f"{moment:%m/%d/%Y}", moment.date())


def _shared_strings(package: Package) -> list[Cell]:
    if package.shared_strings is None:
        return []
    cells: list[Cell] = []
    with package.open(package.shared_strings) as stream:
        for _, element in etree.iterparse(
            stream, events=("end",), tag="{*}si", resolve_entities=False, no_network=True, load_dtd=False
        ):
            if not cells:
                refuse_document_type(element)
            cells.append(Cell(trimmed(_rich_text(element))))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return cells


def _rich_text(element: etree._Element) -> str:
    """The text of a string item: its runs joined, phonetic hints left out, escapes undone."""
    text = "".join(node.text or "" for node in element.iter("{*}t") if not node.getparent().tag.endswith("}rPh"))
    return unescape(text) if "_x" in text else text

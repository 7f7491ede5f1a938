"""How far a worksheet is in use, found by walking through it (the range it declares is often missing or wrong)."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl.utils import range_boundaries

from lib.core.spreadsheets.package import Package, SheetPart, damage_is_bad_input
from lib.core.spreadsheets.rows import column_number
from lib.core.spreadsheets.sheet_parser import SheetTags, careful_parser, parse_in_steps


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedRange:
    """The last column with content or a merged range, the last with any cell, the last row with content."""

    last_filled: int
    last_cell: int
    last_row: int
    #: What stands before the names of the sheet's XML elements, mostly nothing.
    prefix: str
    #: Style number of the last header cell.
    header_style: int


def used_range(package: Package, sheet: SheetPart, *, header_row: int) -> UsedRange:
    """Walk through the sheet once; raises BadInput when its XML is broken."""
    walker = _Walker(header_row)
    with damage_is_bad_input(), package.open(sheet.part) as stream:
        for _ in parse_in_steps(walker.parser, stream):
            continue
    return UsedRange(
        last_filled=walker.last_filled,
        last_cell=walker.last_cell,
        last_row=walker.last_row,
        prefix=walker.tags.prefix,
        header_style=int(walker.header_style),
    )


class _Walker:
    def __init__(self, header_row: int) -> None:
        self.last_filled = self.last_cell = self.last_row = 0
        self.header_style = "0"
        self.tags = SheetTags("")
        self.parser = careful_parser()
        self.parser.StartElementHandler = self._begin
        self._known = False
        self._header_row = header_row
        self._row = self._position = 0
        self._style = "0"

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        tags = self.tags
        if tag == tags.cell:
            reference = attributes.get("r")
            self._position = column_number(reference.rstrip("0123456789")) if reference else self._position + 1
            if self._position > self.last_cell:
                self.last_cell = self._position
            self._style = attributes.get("s", "0")
        elif tag in (tags.value, tags.formula, tags.text):
            if self._position > self.last_filled:
                self.last_filled = self._position
            self.last_row = self._row
            if self._row == self._header_row:
                self.header_style = self._style
        elif tag == tags.row:
            number = attributes.get("r")
            self._row = int(number) if number else self._row + 1
            self._position = 0
        elif tag == tags.merged:
            self.last_filled = max(self.last_filled, range_boundaries(attributes.get("ref", "A1"))[2] or 0)
        elif not self._known:
            self.tags = SheetTags(tag.removesuffix("worksheet"))
            self._known = True

"""A worksheet's XML copied byte for byte, apart from the rows and cells that a plan changes.

Expat tells where each element begins and ends; everything between is the source's own bytes, so whatever Excel or
another program put there (extensions, validations, formats) survives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Protocol
from xml.sax.saxutils import quoteattr

from openpyxl.utils import get_column_letter

from lib.core.errors import BadInput
from lib.core.spreadsheets.rows import column_number
from lib.core.spreadsheets.sheet_parser import SheetTags, careful_parser, parse_in_steps
from lib.core.spreadsheets.source_copy import SourceCopy

Attributes = dict[str, str]


class SheetPlan(Protocol):
    """What becomes of the rows of a sheet."""

    #: Whether the plan's cells may stand where there are cells already.
    replaces: bool
    #: Whether rows move up; their formulas are then left as their last values.
    renumbers: bool

    def new_number(self, row: int) -> int | None:
        """The row's number in the copy; None leaves the row out."""
        ...

    def due(self, row: int) -> Sequence[int]:
        """The columns, ascending, whose cells the plan writes in this row of the source."""
        ...

    def cell(self, row: int, column: int, reference: str, style: int | None) -> str:
        """XML of the plan's cell, "" for none; `style` is the number of the cell that it replaces, if any."""
        ...

    def dimension(self, reference: str) -> str:
        """The used range of the copy, from that of the source."""
        ...

    def widths(self, columns: list[Attributes]) -> list[Attributes]:
        """The `col` elements of the copy, from those of the source."""
        ...


class SheetRewriter:
    """Copies one worksheet under a plan.

    `rows_begin` and `rows_end` tell where the rows stand in the copy; `formulas_lost` whether a formula went.
    """

    def __init__(self, plan: SheetPlan, source: IO[bytes], sink: IO[bytes]) -> None:
        self.rows_begin = self.rows_end = 0
        self.formulas_lost = False
        self._plan = plan
        self._copy = SourceCopy(source, sink)
        self._tags = SheetTags("")
        self._begins: dict[str, Callable[[int, Attributes], None]] = {}
        self._ends: dict[str, Callable[[int], None]] = {}
        self._widths: list[Attributes] | None = None
        #: Row number in the source, and in the copy (None: left out).
        self._source_row = 0
        self._row: int | None = None
        self._changing = False
        self._position = 0
        #: Columns of this row that the plan has still to write.
        self._due: list[int] = []
        self._replacing = False
        self._parser = careful_parser()
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.XmlDeclHandler = _refuse_other_encodings

    def run(self) -> None:
        """Copy the whole sheet; BadInput when its XML is broken."""
        for _ in parse_in_steps(self._parser, self._copy):
            self._copy.forget_done()
        self._copy.finish()

    def _begin(self, tag: str, attributes: Attributes) -> None:
        if not self._begins:
            self._learn_tags(SheetTags(tag.removesuffix("worksheet")))
        act = self._begins.get(tag)
        if act is not None:
            act(self._parser.CurrentByteIndex, attributes)

    def _end(self, tag: str) -> None:
        act = self._ends.get(tag)
        if act is not None:
            act(self._parser.CurrentByteIndex)

    def _learn_tags(self, tags: SheetTags) -> None:
        self._tags = tags
        self._begins = {
            tags.dimension: self._change_dimension,
            tags.columns: self._begin_widths,
            tags.column: self._note_width,
            tags.rows: self._begin_rows,
            tags.row: self._begin_row,
        }
        self._ends = {tags.columns: self._end_widths, tags.rows: self._end_rows, tags.row: self._end_row}
        if self._plan.replaces or self._plan.renumbers:
            self._begins[tags.cell] = self._begin_cell
            self._ends[tags.cell] = self._end_cell
            self._begins[tags.formula] = self._begin_formula
            self._ends[tags.formula] = self._end_formula

    def _element_end(self, offset: int, tag: str) -> int:
        return self._copy.tag_end(offset) if self._copy.has_end_tag(offset, tag) else offset

    # What stands before the rows

    def _change_dimension(self, offset: int, attributes: Attributes) -> None:
        self._copy.copy_to(offset)
        changed = attributes | {"ref": self._plan.dimension(attributes.get("ref", "A1"))}
        end = self._copy.tag_end(offset)
        self._copy.put(_tag(self._tags.dimension, changed, closed=True))
        self._copy.leave_out_to(end)

    def _begin_widths(self, offset: int, _: Attributes) -> None:
        self._copy.copy_to(offset)
        self._widths = []

    def _note_width(self, _: int, attributes: Attributes) -> None:
        if self._widths is not None:
            self._widths.append(attributes)

    def _end_widths(self, offset: int) -> None:
        self._put_widths(self._widths or [])
        self._copy.leave_out_to(self._element_end(offset, self._tags.columns))

    def _put_widths(self, before: list[Attributes]) -> None:
        tags = self._tags
        widths = "".join(_tag(tags.column, width, closed=True) for width in self._plan.widths(before))
        if widths:
            self._copy.put(f"<{tags.columns}>{widths}</{tags.columns}>")

    def _begin_rows(self, offset: int, _: Attributes) -> None:
        self._copy.copy_to(offset)
        if self._widths is None:
            self._put_widths([])
        self._copy.copy_to(self._copy.tag_end(offset))
        self.rows_begin = self._copy.written

    def _end_rows(self, offset: int) -> None:
        self._copy.copy_to(offset)
        self.rows_end = self._copy.written

    # Rows and cells

    def _begin_row(self, offset: int, attributes: Attributes) -> None:
        self._copy.copy_to(offset)
        number = attributes.get("r")
        self._source_row = int(number) if number else self._source_row + 1
        self._row = self._plan.new_number(self._source_row)
        self._due = [] if self._row is None else list(self._plan.due(self._source_row))
        self._position = 0
        self._changing = self._row is not None and (bool(self._due) or self._plan.renumbers)
        if not self._changing:
            return
        changed = {name: value for name, value in attributes.items() if name != "spans"}
        if self._plan.renumbers:
            changed.pop("hidden", None)
            changed["r"] = str(self._row)
        self._copy.put(_tag(self._tags.row, changed, closed=False))
        self._copy.leave_out_to(self._copy.tag_end(offset))

    def _end_row(self, offset: int) -> None:
        closed_itself = not self._copy.has_end_tag(offset, self._tags.row)
        if self._row is None:
            self._copy.leave_out_to(offset if closed_itself else self._copy.tag_end(offset))
        elif self._changing:
            self._copy.copy_to(offset)
            self._put_due(before=None)
            if closed_itself:
                self._copy.put(f"</{self._tags.row}>")

    def _begin_cell(self, offset: int, attributes: Attributes) -> None:
        reference = attributes.get("r")
        self._position = column_number(reference.rstrip("0123456789")) if reference else self._position + 1
        reached = bool(self._due) and self._due[0] <= self._position
        if not self._changing or not (reached or self._plan.renumbers):
            return
        self._copy.copy_to(offset)
        self._put_due(before=self._position)
        if self._due and self._due[0] == self._position:
            self._put_cell(self._due.pop(0), int(attributes.get("s", "0")))
            self._replacing = True
        elif self._plan.renumbers:
            # Metadata (cm, vm) belongs to formulas and linked values, which stay behind.
            moved = {name: value for name, value in attributes.items() if name not in ("cm", "vm")}
            moved["r"] = f"{get_column_letter(self._position)}{self._row}"
            self._copy.put(_tag(self._tags.cell, moved, closed=False))
            self._copy.leave_out_to(self._copy.tag_end(offset))

    def _end_cell(self, offset: int) -> None:
        if not (self._replacing or (self._changing and self._plan.renumbers)):
            return
        closed_itself = not self._copy.has_end_tag(offset, self._tags.cell)
        if self._replacing:
            self._copy.leave_out_to(offset if closed_itself else self._copy.tag_end(offset))
            self._replacing = False
        elif closed_itself:
            self._copy.put(f"</{self._tags.cell}>")

    def _begin_formula(self, offset: int, _: Attributes) -> None:
        if self._replacing or (self._changing and self._plan.renumbers):
            self.formulas_lost = True
        if self._changing and not self._replacing and self._plan.renumbers:
            self._copy.copy_to(offset)

    def _end_formula(self, offset: int) -> None:
        if self._changing and not self._replacing and self._plan.renumbers:
            self._copy.leave_out_to(self._element_end(offset, self._tags.formula))

    def _put_due(self, *, before: int | None) -> None:
        while self._due and (before is None or self._due[0] < before):
            self._put_cell(self._due.pop(0), None)

    def _put_cell(self, column: int, style: int | None) -> None:
        reference = f"{get_column_letter(column)}{self._row}"
        self._copy.put(self._plan.cell(self._source_row, column, reference, style))


def _tag(name: str, attributes: Attributes, *, closed: bool) -> str:
    # Most values are numbers and cell names, which need no escaping.
    written = "".join(
        f' {key}="{value}"' if value.isalnum() else f" {key}={quoteattr(value)}" for key, value in attributes.items()
    )
    return f"<{name}{written}/>" if closed else f"<{name}{written}>"


def _refuse_other_encodings(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise BadInput(
            f"The workbook is written in the encoding {encoding}, which is not supported.",
            fix="Open it in Excel, save it as an Excel workbook (.xlsx) and upload that.",
        )

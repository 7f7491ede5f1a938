"""Which cells of the Charges sheet a result fills, where its columns stand, and how they look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from openpyxl.utils import get_column_letter, range_boundaries

from lib.charges.sheet.columns import OUTPUT_COLUMNS, OutputColumn
from lib.charges.sheet.workbook import Layout, charges_part, find_layout
from lib.core.errors import BadInput
from lib.core.spreadsheets.cell_styles import Look, growing_styles
from lib.core.spreadsheets.new_cells import CellWriter, Value
from lib.core.spreadsheets.package import Package, SheetPart
from lib.core.spreadsheets.row_map import RowMap
from lib.core.spreadsheets.rows import XlsxSheet, column_number
from lib.core.spreadsheets.sheet_rewriter import Attributes, SheetRewriter
from lib.core.spreadsheets.used_range import used_range

_LAST_COLUMN = 16_384


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultRow:
    """What a run says of one row; `number` is the row's number in the source, `values` go by output column keys.

    Text, money (Decimal) or date; a key that is absent or None empties the cell.
    """

    number: int
    values: Mapping[str, Value]


class ResultPlan:
    """The plan under which the Charges sheet is copied: result cells written, rows kept or (with `only`) some of them.

    Rows up to the header always stay; `row_map` tells where the others go, None when all stay where they are.
    """

    def __init__(
        self,
        package: Package,
        rows: Mapping[int, ResultRow],
        mapping: Mapping[str, str],
        *,
        only: Collection[int] | None = None,
    ) -> None:
        self.sheet: SheetPart = charges_part(package)
        self.layout: Layout = find_layout(XlsxSheet(package, self.sheet), mapping)
        self.renumbers = only is not None
        used = used_range(package, self.sheet, header_row=self.layout.header_row)
        there = {key: column_number(letter) for letter, key in self.layout.columns.items()}
        absent = [column for column in OUTPUT_COLUMNS if column.key not in there]
        self._new = {used.last_filled + 1 + place: column for place, column in enumerate(absent)}
        self._columns: dict[int, OutputColumn] = self._new | {
            there[column.key]: column for column in OUTPUT_COLUMNS if column.key in there
        }
        self._in_order = sorted(self._columns)
        if self._in_order[-1] > _LAST_COLUMN:
            raise BadInput("The sheet has no room for the result columns.", fix="Delete columns that are not needed.")
        self.replaces = self._in_order[0] <= used.last_cell
        self._rows = rows
        self.row_map: RowMap | None = None
        if only is not None:
            self.row_map = RowMap(only, header_row=self.layout.header_row, last_row=used.last_row)
        self._unwritten = set(rows)
        self._styles = growing_styles(package)
        self._writer = CellWriter(self._styles, date1904=package.date1904, prefix=used.prefix)
        self._header_style = used.header_style

    def write(self, source: IO[bytes], sink: IO[bytes]) -> SheetRewriter:
        """Copy the sheet's XML under this plan; BadInput when a row to write is not in it."""
        rewriter = SheetRewriter(self, source, sink)
        rewriter.run()
        if self._unwritten:
            raise BadInput(
                f"Row {min(self._unwritten)} is not in the workbook (any more).",
                fix="Write the result into the very file that was run.",
            )
        return rewriter

    def styles_xml(self) -> bytes | None:
        """styles.xml with what the result's cells need; None when the workbook has no styles."""
        return self._styles.xml() if self._styles else None

    def new_number(self, row: int) -> int | None:
        """See SheetPlan."""
        return self.row_map.row(row) if self.row_map else row

    def due(self, row: int) -> Sequence[int]:
        """See SheetPlan."""
        if row == self.layout.header_row:
            return list(self._new)
        return self._in_order if row in self._rows else ()

    def cell(self, row: int, column: int, reference: str, style: int | None) -> str:
        """See SheetPlan."""
        output = self._columns[column]
        if row == self.layout.header_row:
            return self._header(output.title, reference)
        self._unwritten.discard(row)
        look: Look = "wrapped" if output.key == "error" else "as is"
        return self._writer.cell(reference, self._rows[row].values.get(output.key), base=style or 0, look=look)

    def dimension(self, reference: str) -> str:
        """See SheetPlan."""
        left, top, right, bottom = range_boundaries(reference)
        last_row = max(self.row_map.numbers.values()) if self.row_map else bottom or 1
        last = get_column_letter(max(right or 1, self._in_order[-1]))
        return f"{get_column_letter(left or 1)}{top or 1}:{last}{last_row}"

    def widths(self, columns: list[Attributes]) -> list[Attributes]:
        """See SheetPlan."""
        kept: list[Attributes] = []
        for width in columns:
            kept += _outside(width, self._new)
        ours = [
            {"min": str(number), "max": str(number), "width": str(column.width), "customWidth": "1"}
            for number, column in self._new.items()
        ]
        return sorted(kept + ours, key=lambda width: int(width["min"]))

    def _header(self, title: str, reference: str) -> str:
        look: Look = "as is" if self._header_style else "header"
        return self._writer.cell(reference, title, base=self._header_style, look=look)


def _outside(width: Attributes, columns: Mapping[int, OutputColumn]) -> list[Attributes]:
    """The parts of a `col` element's range that lie outside these (adjacent) columns."""
    first, last = int(width["min"]), int(width["max"])
    start, end = min(columns, default=last + 1), max(columns, default=last + 1)
    parts = [(first, min(last, start - 1)), (max(first, end + 1), last)]
    return [width | {"min": str(low), "max": str(high)} for low, high in parts if low <= high]

"""Where rows, ranges and relative formulas of a sheet go when most of its rows are left out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.utils import get_column_letter, range_boundaries


class RowMap:
    """Rows up to the header stay; of those below, the kept ones move up right under it.

    Ranges that reach beyond `last_row`, the last row with content, keep reaching as far.
    """

    def __init__(self, kept: Iterable[int], *, header_row: int, last_row: int) -> None:
        self.header_row = header_row
        self._kept = sorted(kept)
        self._last_row = last_row
        self.numbers = {row: header_row + 1 + place for place, row in enumerate(self._kept)}

    def row(self, row: int) -> int | None:
        """The new number of a row, None when it is left out."""
        return row if row <= self.header_row else self.numbers.get(row)

    def area(self, reference: str) -> str | None:
        """The range in the copy ("C2:C9"), None when none of its rows is kept."""
        left, top, right, bottom = range_boundaries(reference)
        if top is None or bottom is None:
            return reference
        new_top, new_bottom = self._first_from(top), self._last_until(bottom)
        if new_top > new_bottom:
            return None
        if left is None or right is None:
            return f"{new_top}:{new_bottom}"
        start, end = f"{get_column_letter(left)}{new_top}", f"{get_column_letter(right)}{new_bottom}"
        return start if start == end else f"{start}:{end}"

    def areas(self, references: str) -> str:
        """The same for a list of ranges separated by spaces; "" when nothing of it is kept."""
        return " ".join(area for reference in references.split() if (area := self.area(reference)))

    def formula(self, formula: str, before: str, after: str) -> str:
        """A formula relative to the first cell of `before`, made relative to that of `after`."""
        origin, destination = _first_cell(before), _first_cell(after)
        if origin == destination:
            return formula
        try:
            return Translator("=" + formula, origin=origin).translate_formula(destination).removeprefix("=")
        except TranslatorError:
            return formula

    def _first_from(self, row: int) -> int:
        if row <= self.header_row:
            return row
        return self.header_row + 1 + bisect_left(self._kept, row)

    def _last_until(self, row: int) -> int:
        if row <= self.header_row or row > self._last_row:
            return row
        return self.header_row + bisect_right(self._kept, row)


def _first_cell(references: str) -> str:
    bounds = [range_boundaries(reference) for reference in references.split()]
    left = min((bound[0] or 1 for bound in bounds), default=1)
    top = min((bound[1] or 1 for bound in bounds), default=1)
    return f"{get_column_letter(left)}{top}"

"""The biller's workbook, read: the Charges sheet as rows of text under our column keys, or one clear refusal."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from openpyxl.utils import range_boundaries

from lib.charges.sheet.columns import (
    INPUT_BY_KEY,
    OUTPUT_BY_KEY,
    SHEET_NAME,
    InputColumn,
    match_header,
    missing_columns,
    plain_header,
    suggest_columns,
    title_of,
)
from lib.core.errors import BadInput
from lib.core.spreadsheets.file_kind import file_kind
from lib.core.spreadsheets.legacy import XlsSheet, open_legacy
from lib.core.spreadsheets.package import Limits, Package, SheetPart, open_package
from lib.core.spreadsheets.rows import Cell, SheetRows, XlsxSheet, column_number

_HEADER_WITHIN_ROWS = 10
#: The one result column that is read: it tells that a row of an uploaded result was paid before.
EARLIER_PAYMENT = "payment_id"
_LIMITS = Limits()
_NO_CELL = Cell("")


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetRow:
    """One row with something in our input columns; `number` is the spreadsheet's, empty cells are left out."""

    number: int
    cells: dict[str, Cell]

    def cell(self, key: str) -> Cell:
        """The cell under a column key; an empty one when nothing stands there."""
        return self.cells.get(key, _NO_CELL)

    def text(self, key: str) -> str:
        """What the cell under a column key shows, "" when empty."""
        return self.cells.get(key, _NO_CELL).text


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnColumn:
    """A header that is none of ours: a column of the biller's own, or one of ours by another name.

    `suggestions` are keys of input columns that it may mean, best first; nothing is assumed.
    """

    letter: str
    title: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """Where things stand in the Charges sheet: the header row, our columns by letter, and the others."""

    header_row: int
    #: Column letter → key, input and output columns alike.
    columns: dict[str, str]
    #: Column letter → header as written, every column that has one.
    titles: dict[str, str]
    own: tuple[OwnColumn, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The Charges sheet of one workbook, as read."""

    format: Literal["xlsx", "xls"]
    name: str
    layout: Layout
    rows: tuple[SheetRow, ...]
    warnings: tuple[str, ...] = ()


class ColumnsMissing(BadInput):
    """Required columns were not found; `unknown` are the headers that the biller may map to them."""

    def __init__(self, missing: tuple[InputColumn, ...], unknown: tuple[OwnColumn, ...]) -> None:
        names = ", ".join(column.title for column in missing)
        super().__init__(
            f'The sheet "{SHEET_NAME}" lacks the required column{"s" if len(missing) > 1 else ""} {names}.',
            fix="Add them, or say which of your own columns they are, and upload again.",
        )
        self.missing = missing
        self.unknown = unknown


def read_workbook(path: Path, *, mapping: Mapping[str, str] | None = None, limits: Limits = _LIMITS) -> Sheet:
    """Read the Charges sheet of an .xlsx or .xls file as text.

    `mapping` is what the biller said about unknown headers: header → column key, or "" for a column of their own.
    Raises BadInput (ColumnsMissing) with one sentence and what to do when the workbook cannot be used.
    """
    kind = file_kind(path, limits)
    with open_charges_sheet(path, limits) as (sheet_name, source):
        layout = find_layout(source, mapping or {})
        missing = missing_columns(layout.columns.values())
        if missing:
            raise ColumnsMissing(missing, layout.own)
        rows, warnings = _data_rows(source, layout, limits)
    if kind == "xls":
        warnings.append("This is an .xls workbook: the result comes back as .xlsx.")
    return Sheet(format=kind, name=sheet_name, layout=layout, rows=tuple(rows), warnings=tuple(warnings))


@contextmanager
def open_charges_sheet(path: Path, limits: Limits = _LIMITS) -> Generator[tuple[str, SheetRows]]:
    """The name and the rows of the one sheet called Charges; BadInput when there is none or more than one."""
    if file_kind(path, limits) == "xls":
        with open_legacy(path) as book:
            names = book.sheet_names()
            index = charges_index(names)
            yield names[index], XlsSheet(book, index)
    else:
        with open_package(path, limits) as package:
            sheet = charges_part(package)
            yield sheet.name, XlsxSheet(package, sheet)


def charges_part(package: Package) -> SheetPart:
    """The part of an .xlsx that holds the one sheet called Charges; BadInput when there is none or more than one."""
    return package.sheets[charges_index([sheet.name for sheet in package.sheets])]


def charges_index(names: list[str]) -> int:
    """Which of these sheets is called Charges; BadInput when none is or more than one."""
    wanted = [index for index, name in enumerate(names) if "".join(name.split()).casefold() == SHEET_NAME.casefold()]
    if len(wanted) > 1:
        both = " and ".join(f'"{names[index]}"' for index in wanted)
        raise BadInput(f'Several sheets are called "{SHEET_NAME}": {both}.', fix="Keep one of them, rename the others.")
    if not wanted:
        seen = ", ".join(f'"{name}"' for name in names[:20]) or "none at all"
        raise BadInput(
            f'The workbook has no sheet "{SHEET_NAME}"; its sheets are {seen}.',
            fix=f'Rename the sheet with the charges to "{SHEET_NAME}".',
        )
    return wanted[0]


def find_layout(source: SheetRows, mapping: Mapping[str, str]) -> Layout:
    """Find the header row (row 1, or the best match of the first ten) and say which column is which.

    Raises BadInput when the sheet is empty or two columns have the same meaning.
    """
    meant = {plain_header(header): key for header, key in mapping.items()}
    unknown = [key for key in meant.values() if key and key not in INPUT_BY_KEY]
    if unknown:
        raise BadInput(f'A header is mapped to "{unknown[0]}", which is no column of the Charges sheet.')
    best: tuple[int, dict[str, str], dict[str, str]] | None = None
    for row in source.rows():
        if row.number > _HEADER_WITHIN_ROWS:
            break
        titles = {letter: cell.text for letter, cell in row.cells.items()}
        found = {letter: _meaning(title, meant) for letter, title in titles.items()}
        columns = {letter: key for letter, key in found.items() if key}
        if titles and (best is None or len(columns) > len(best[1])):
            best = (row.number, columns, titles)
    if best is None:
        raise BadInput(f'The sheet "{SHEET_NAME}" is empty.', fix="Fill in the template and upload it.")
    number, columns, titles = best
    _refuse_duplicates(columns, titles)
    taken = set(columns.values())
    own = tuple(
        OwnColumn(
            letter=letter,
            title=title,
            suggestions=() if _declined(title, meant) else tuple(k for k in suggest_columns(title) if k not in taken),
        )
        for letter, title in titles.items()
        if letter not in columns
    )
    return Layout(header_row=number, columns=columns, titles=titles, own=own)


def _meaning(title: str, meant: Mapping[str, str]) -> str | None:
    said = meant.get(plain_header(title))
    return match_header(title) if said is None else said or None


def _declined(title: str, meant: Mapping[str, str]) -> bool:
    return meant.get(plain_header(title)) == ""


def _refuse_duplicates(columns: Mapping[str, str], titles: Mapping[str, str]) -> None:
    by_key: dict[str, list[str]] = {}
    for letter, key in columns.items():
        by_key.setdefault(key, []).append(f'{letter} "{titles[letter]}"')
    double = [f"{' and '.join(places)} (both {title_of(key)})" for key, places in by_key.items() if len(places) > 1]
    if double:
        raise BadInput(
            f"Two columns mean the same: {'; '.join(double)}.",
            fix="Delete or rename one of them, or map it as a column of your own.",
        )


def _data_rows(source: SheetRows, layout: Layout, limits: Limits) -> tuple[list[SheetRow], list[str]]:
    read = {letter: key for letter, key in layout.columns.items() if key in INPUT_BY_KEY or key == EARLIER_PAYMENT}
    outputs = {key for key in layout.columns.values() if key in OUTPUT_BY_KEY}
    rows: list[SheetRow] = []
    uncached: list[str] = []
    hidden = elsewhere = 0
    for row in source.rows(read):
        if row.number <= layout.header_row:
            continue
        uncached += row.uncached
        if row.cells.keys() <= {EARLIER_PAYMENT}:
            elsewhere += row.elsewhere and not row.uncached
            continue
        hidden += row.hidden
        rows.append(SheetRow(number=row.number, cells=row.cells))
        if len(rows) > limits.rows:
            raise BadInput(
                f"The sheet has more than {limits.rows:,} rows.", fix="Split it into several workbooks and upload each."
            )
    _refuse_uncached(uncached)
    if not rows:
        raise BadInput(f'The sheet "{SHEET_NAME}" has headers but no rows.', fix="Fill in at least one row.")
    _refuse_merged(source.merged, layout, last_row=rows[-1].number)
    return rows, _warnings(layout, hidden=hidden, elsewhere=elsewhere, filled_before=bool(outputs))


def _refuse_uncached(cells: list[str]) -> None:
    if cells:
        raise BadInput(
            f"{_counted(cells, 'cell holds a formula', 'cells hold formulas')} without a calculated result.",
            fix="Open the workbook in Excel so that it calculates, save it, and upload it again.",
        )


def _refuse_merged(merged: list[str], layout: Layout, *, last_row: int) -> None:
    last_column = max(column_number(letter) for letter in layout.titles)
    hit = []
    for area in merged:
        left, top, _, bottom = range_boundaries(area)
        if left <= last_column and top <= last_row and bottom >= layout.header_row:
            hit.append(area)
    if hit:
        raise BadInput(
            f"{_counted(hit, 'range is merged', 'ranges are merged')} within the headers or rows.",
            fix="Unmerge the cells, fill in each one, and upload again.",
        )


def _counted(places: list[str], one: str, many: str) -> str:
    shown = ", ".join(places[:10]) + (f" and {len(places) - 10:,} more" if len(places) > 10 else "")
    return f"{len(places):,} {one if len(places) == 1 else many} ({shown})"


def _warnings(layout: Layout, *, hidden: int, elsewhere: int, filled_before: bool) -> list[str]:
    said = []
    if layout.header_row != 1:
        said.append(f"The headers were found in row {layout.header_row}, not in row 1; what is above them is ignored.")
    if hidden:
        said.append(f"{hidden:,} hidden {'row is' if hidden == 1 else 'rows are'} read and sent like the others.")
    if elsewhere:
        said.append(
            f"{elsewhere:,} {'row has' if elsewhere == 1 else 'rows have'} text only in columns that are not read; "
            f"{'it is' if elsewhere == 1 else 'they are'} skipped."
        )
    if filled_before:
        said.append("The workbook has result columns already; a run replaces what is in them.")
    return said

"""The biller's workbook with its result columns filled, and nothing else in it changed."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib.charges.sheet.result_plan import ResultPlan, ResultRow
from lib.charges.sheet.workbook import charges_index
from lib.core.spreadsheets.file_kind import file_kind
from lib.core.spreadsheets.legacy import convert_legacy, open_legacy
from lib.core.spreadsheets.package import Limits, Package, open_package
from lib.core.spreadsheets.repack import WritePart, calculation_chain, copies, repack, writes

#: A workbook that was accepted once is not refused for its size when it is given back.
ACCEPTED = Limits(file_bytes=1 << 31, unpacked_bytes=1 << 31)
_CONVERTED = "The .xls workbook comes back as .xlsx: its values are all there, formats and formulas are not."


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A workbook that was written; `notice` is what the biller should know about it, "" for nothing."""

    path: Path
    rows: int
    notice: str = ""


def write_result(
    source: Path, rows: Iterable[ResultRow], out: Path, *, mapping: Mapping[str, str] | None = None
) -> Written:
    """Copy `source` to `out` with the result columns filled for these rows, in one step.

    Result columns that are there are used where they stand, the others are appended; every other cell, format, sheet
    and part stays as it was. An .xls comes back as .xlsx with its values. Raises BadInput when a row is not there.
    """
    by_number = {row.number: row for row in rows}
    with as_xlsx(source, beside=out) as (workbook, notice), open_package(workbook, ACCEPTED) as package:
        plan = ResultPlan(package, by_number, mapping or {})
        with tempfile.TemporaryFile(dir=out.parent) as content:
            with package.open(plan.sheet.part) as stream:
                rewriter = plan.write(stream, content)
            repack_with(package, out, plan, copies(content), formulas_lost=rewriter.formulas_lost)
    return Written(path=out, rows=len(by_number), notice=notice)


def repack_with(
    package: Package,
    out: Path,
    plan: ResultPlan,
    sheet: WritePart,
    *,
    formulas_lost: bool,
    replaced: Mapping[str, WritePart] | None = None,
    dropped: Mapping[str, str] | None = None,
) -> None:
    """Write the package to `out` with the plan's sheet and styles in place of the old ones."""
    parts: dict[str, WritePart] = {**(replaced or {}), plan.sheet.part: sheet}
    styles = plan.styles_xml()
    if package.styles and styles:
        parts[package.styles] = writes(styles)
    repack(package, out, parts, {**(dropped or {}), **(calculation_chain(package) if formulas_lost else {})})


@contextmanager
def as_xlsx(source: Path, *, beside: Path) -> Generator[tuple[Path, str]]:
    """The workbook as .xlsx and the notice about it: itself, or for an .xls a converted copy that vanishes again."""
    if file_kind(source, ACCEPTED) == "xlsx":
        yield source, ""
        return
    with open_legacy(source) as book:
        charges = charges_index(book.sheet_names())
    with tempfile.TemporaryDirectory(dir=beside.parent) as folder:
        converted = Path(folder) / "converted.xlsx"
        convert_legacy(source, converted, as_text=charges)
        yield converted, _CONVERTED

"""What a biller fixes after a run: a workbook with the failed rows only, and the list of errors."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from lib.charges.model import Problem
from lib.charges.sheet.result import ACCEPTED, Written, as_xlsx, repack_with
from lib.charges.sheet.result_plan import ResultPlan, ResultRow
from lib.core.errors import BadInput
from lib.core.spreadsheets.moved_parts import MOVERS, moved_sheet
from lib.core.spreadsheets.package import Package, open_package
from lib.core.spreadsheets.repack import WritePart, writes, written_whole
from lib.core.spreadsheets.row_map import RowMap
from lib.core.spreadsheets.safe_text import cell_text
from lib.core.spreadsheets.sheet_rewriter import SheetRewriter

_ROWS_GO_HERE = b"<?rows?>"
_COLUMNS_OF_THE_LIST = ("Row", "Column", "Value", "Problem", "How to fix it")


def write_failed_rows(
    source: Path,
    numbers: Iterable[int],
    out: Path,
    rows: Iterable[ResultRow],
    *,
    mapping: Mapping[str, str] | None = None,
) -> Written:
    """Copy `source` to `out` with the header and these rows only, result columns filled, ready to fix and upload.

    The biller's columns, formats, drop-downs, notes and other sheets stay; rows move up under the header and are no
    longer hidden; their formulas become the values that they showed. Raises BadInput when there are no such rows.
    """
    failed = set(numbers)
    if not failed:
        raise BadInput("No row failed, so there is nothing to fix.")
    filled = {row.number: row for row in rows if row.number in failed}
    with as_xlsx(source, beside=out) as (workbook, notice), open_package(workbook, ACCEPTED) as package:
        plan = ResultPlan(package, filled, mapping or {}, only=failed)
        assert plan.row_map is not None
        with tempfile.TemporaryFile(dir=out.parent) as content:
            with package.open(plan.sheet.part) as stream:
                rewriter = plan.write(stream, content)
            moved, lost = _moved_parts(package, plan.sheet.part, plan.row_map)
            repack_with(
                package,
                out,
                plan,
                _sheet_writer(content, rewriter, plan.row_map, lost=set(lost.values())),
                formulas_lost=rewriter.formulas_lost,
                replaced=moved,
                dropped=dict.fromkeys(lost, plan.sheet.part),
            )
    return Written(path=out, rows=len(failed), notice=notice)


def _moved_parts(package: Package, sheet: str, rows: RowMap) -> tuple[dict[str, WritePart], dict[str, str]]:
    """The parts that hang on the sheet's rows, moved, and those that went: part → id of its relationship."""
    moved: dict[str, WritePart] = {}
    lost: dict[str, str] = {}
    for link, (kind, part) in package.related(sheet).items():
        if kind in MOVERS:
            content = MOVERS[kind](package.archive.read(part), rows)
            if content is None:
                lost[part] = link
            else:
                moved[part] = writes(content)
    return moved, lost


def _sheet_writer(content: IO[bytes], rewriter: SheetRewriter, rows: RowMap, *, lost: set[str]) -> WritePart:
    """The sheet's XML: its kept rows as they were copied, everything around them moved."""
    content.seek(0)
    before = content.read(rewriter.rows_begin)
    content.seek(rewriter.rows_end)
    frame = moved_sheet(before + _ROWS_GO_HERE + content.read(), rows, lost=lost)
    head, tail = frame.split(_ROWS_GO_HERE)

    def write(sink: IO[bytes]) -> None:
        sink.write(head)
        content.seek(rewriter.rows_begin)
        left = rewriter.rows_end - rewriter.rows_begin
        while left > 0:
            chunk = content.read(min(left, 1 << 20))
            left -= len(chunk)
            sink.write(chunk)
        sink.write(tail)

    return write


def write_error_list(problems: Iterable[Problem], out: Path) -> Written:
    """Write the problems as CSV (row, column, value, problem, fix): UTF-8 with a byte order mark, harmless in Excel."""
    count = 0
    with written_whole(out) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS_OF_THE_LIST)
        for problem in problems:
            texts = (problem.column, problem.value, problem.what, problem.fix)
            writer.writerow([problem.row, *(cell_text(text) for text in texts)])
            count += 1
    return Written(path=out, rows=count)

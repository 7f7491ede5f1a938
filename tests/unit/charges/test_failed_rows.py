from __future__ import annotations

import csv
from pathlib import Path

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from lib.charges.model import Problem
from lib.charges.sheet.failed_rows import write_error_list, write_failed_rows
from lib.charges.sheet.result import ResultRow
from lib.charges.sheet.workbook import read_workbook
from lib.core.errors import BadInput
from lib.core.spreadsheets.row_map import RowMap
from tests.unit.charges.rich_workbook import rich_workbook
from tests.unit.charges.workbook_files import (
    SHEET_PART,
    TITLES,
    VALUES,
    charges_workbook,
    header_row,
    parts_of,
    raw_workbook,
    replacing,
    with_parts,
)

pytestmark = pytest.mark.filterwarnings("ignore:Data Validation extension:UserWarning")


def results(*numbers: int) -> list[ResultRow]:
    return [ResultRow(number=number, values={"error": f"row {number} failed"}) for number in numbers]


def failed_of_rich(folder: Path, *numbers: int) -> Path:
    out = folder / "failed.xlsx"
    write_failed_rows(rich_workbook(folder / "rich.xlsx"), numbers, out, results(2, 3, 4, 5, 6))
    return out


def tree(path: Path, part: str = SHEET_PART) -> etree._Element:
    return etree.fromstring(parts_of(path)[part])


def test_only_the_failed_rows_remain_with_their_errors_ready_to_upload_again(tmp_path: Path) -> None:
    out = tmp_path / "failed.xlsx"
    rows = [VALUES | {"Patient ID": 1000 + place, "Notes": f"n{place}"} for place in range(6)]
    source = charges_workbook(tmp_path / "charges.xlsx", rows, titles=[*TITLES, "Notes"])
    written = write_failed_rows(source, {7, 3, 4}, out, results(2, 3, 4, 7))
    assert written.rows == 3
    sheet = read_workbook(out)
    assert [(row.number, row.text("patient_id")) for row in sheet.rows] == [(2, "1001"), (3, "1002"), (4, "1005")]
    found = load_workbook(out)["Charges"]
    column = [cell.value for cell in found[1]].index("Error")
    assert [row[column].value for row in found.iter_rows(min_row=2)] == [f"row {n} failed" for n in (3, 4, 7)]
    assert found.dimensions == "A1:AK4"
    assert [cell.value for cell in found["Z"]] == ["Notes", "n1", "n2", "n5"]


def test_failed_rows_can_fail_again(tmp_path: Path) -> None:
    first, second = failed_of_rich(tmp_path, 3, 5), tmp_path / "again.xlsx"
    write_failed_rows(first, [3], second, results(2, 3))
    (row,) = read_workbook(second).rows
    assert (row.number, row.text("patient_id")) == (2, "1004")


def test_title_above_the_headers_stays(tmp_path: Path) -> None:
    def add_title(sheet) -> None:
        sheet.insert_rows(1, 2)
        sheet["A1"] = "Practice Harbor"
        sheet.merge_cells("A1:D1")

    source = charges_workbook(tmp_path / "charges.xlsx", [VALUES] * 3, change=add_title)
    out = tmp_path / "failed.xlsx"
    write_failed_rows(source, [6], out, results(6))
    sheet = load_workbook(out)["Charges"]
    assert (sheet["A1"].value, sheet["A3"].value, sheet["A4"].value, sheet.max_row) == (
        "Practice Harbor",
        "Patient ID",
        1001,
        4,
    )
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:D1"]


def test_hidden_failed_row_is_shown_and_row_formats_move_along(tmp_path: Path) -> None:
    rows = list(tree(failed_of_rich(tmp_path, 3, 5)).iter("{*}row"))
    assert [(row.get("r"), row.get("hidden"), row.get("ht")) for row in rows] == [
        ("1", None, None),
        ("2", None, "30"),
        ("3", None, None),
    ]


def test_formulas_become_the_values_that_they_showed(tmp_path: Path) -> None:
    out = failed_of_rich(tmp_path, 3, 5)
    sheet = load_workbook(out)["Charges"]
    assert (sheet["Z2"].value, sheet["Z3"].value) == (2004, 2008)
    after = parts_of(out)
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]


def test_spilled_formula_leaves_its_metadata_behind(tmp_path: Path) -> None:
    rows = header_row([*TITLES[:3], "Notes"]) + '<row r="2"/>'
    rows += '<row r="3"><c r="A3"><v>1</v></c><c r="D3" cm="1"><f t="array" ref="D3:D4">A3:A4</f><v>1</v></c></row>'
    out = tmp_path / "failed.xlsx"
    write_failed_rows(raw_workbook(tmp_path / "charges.xlsx", rows), [3], out, results(3))
    cell = next(cell for cell in tree(out).iter("{*}c") if cell.get("r") == "D2")
    assert etree.tostring(cell).count(b"<v>1</v>") == 1
    assert (cell.find("{*}f"), cell.get("cm")) == (None, None)


def test_drop_downs_and_formats_keep_covering_the_rows(tmp_path: Path) -> None:
    root = tree(failed_of_rich(tmp_path, 3, 5))
    assert [v.get("sqref") for v in root.find("{*}dataValidations")] == ["E2:E500"]
    formats = {c.get("sqref"): c.findtext(".//{*}formula") for c in root.iter("{*}conditionalFormatting")}
    assert formats == {"W2:W500": "0", "H3": "A3"}
    newer = root.find("{*}extLst//{*}dataValidations")
    assert [element.text for element in newer.iter("{*}sqref")] == ["B2:B500", "E2"]
    assert [element.text for element in newer.iter("{*}f")] == ["Lists!$A$1:$A$3", "Lists!$B$1"]


def test_rules_of_rows_that_went_go_with_them(tmp_path: Path) -> None:
    root = tree(failed_of_rich(tmp_path, 2))
    assert [c.get("sqref") for c in root.iter("{*}conditionalFormatting")] == ["W2:W500"]
    newer = root.find("{*}extLst//{*}dataValidations")
    assert (newer.get("count"), len(newer)) == ("1", 1)
    assert root.find("{*}hyperlinks") is None


def test_notes_links_and_tables_follow_their_rows(tmp_path: Path) -> None:
    out = failed_of_rich(tmp_path, 3, 5)
    sheet = load_workbook(out)["Charges"]
    assert {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment} == {
        "D3": "fourth row"
    }
    shapes = [name for name in parts_of(out) if name.endswith("commentsDrawing1.vml")]
    rows = [element.text for element in tree(out, shapes[0]).iter("{urn:schemas-microsoft-com:office:excel}Row")]
    assert rows == ["2"]
    assert sheet["D2"].hyperlink.target == "https://example.org/third"
    assert sheet.tables["ChargeRows"].ref == "A1:AA3"
    assert sheet.tables["ChargeRows"].autoFilter.ref == "A1:AA3"
    assert sheet.freeze_panes == "D2"


def test_box_of_a_note_moves_with_its_row(tmp_path: Path) -> None:
    source, shapes = rich_workbook(tmp_path / "rich.xlsx"), "xl/drawings/commentsDrawing1.vml"
    excel = "urn:schemas-microsoft-com:office:excel"

    def anchored(vml: bytes) -> bytes:
        root = etree.fromstring(vml)
        for row in root.iter(f"{{{excel}}}Row"):
            anchor = etree.SubElement(row.getparent(), f"{{{excel}}}Anchor")
            anchor.text = f"4, 15, {row.text}, 2, 6, 15, {int(row.text) + 4}, 8"
        return etree.tostring(root)

    with_parts(source, {shapes: anchored})
    out = tmp_path / "failed.xlsx"
    write_failed_rows(source, [5], out, results(5))
    assert [anchor.text for anchor in tree(out, shapes).iter(f"{{{excel}}}Anchor")] == ["4, 15, 1, 2, 6, 15, 5, 8"]


def test_other_sheets_and_parts_stay(tmp_path: Path) -> None:
    out = failed_of_rich(tmp_path, 3, 5)
    before, after = parts_of(tmp_path / "rich.xlsx"), parts_of(out)
    changed = {name for name in before if before[name] != after.get(name)}
    assert {"xl/worksheets/sheet2.xml", "xl/media/image1.png", "xl/workbook.xml", "xl/drawings/drawing1.xml"} <= set(
        after
    )
    assert not changed & {
        "xl/worksheets/sheet2.xml",
        "xl/media/image1.png",
        "xl/workbook.xml",
        "xl/comments/comment2.xml",
    }
    rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("Charges").to_python()
    assert [row[0] for row in rows] == ["Patient ID", 1002.0, 1004.0]


def test_table_below_the_charges_goes_whole(tmp_path: Path) -> None:
    source = rich_workbook(tmp_path / "rich.xlsx")
    with_parts(source, {"xl/tables/table1.xml": lambda xml: xml.replace(b"A1:AA6", b"A4:AA6")})
    out = tmp_path / "failed.xlsx"
    write_failed_rows(source, [2, 5], out, results(2, 5))
    after = parts_of(out)
    assert "xl/tables/table1.xml" not in after
    assert b"table1" not in after["[Content_Types].xml"] + after["xl/worksheets/_rels/sheet1.xml.rels"]
    assert b"tablePart" not in after[SHEET_PART]
    assert len(load_workbook(out)["Charges"].tables) == 0


def test_view_that_was_scrolled_down_starts_at_the_top(tmp_path: Path) -> None:
    source = rich_workbook(tmp_path / "rich.xlsx")
    with_parts(source, {SHEET_PART: replacing(b'topLeftCell="D2"', b'topLeftCell="G812"')})
    out = tmp_path / "failed.xlsx"
    write_failed_rows(source, [2], out, results(2))
    assert tree(out).find(".//{*}pane").get("topLeftCell") == "G2"


def test_failed_rows_of_a_legacy_workbook_come_as_xlsx(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    charges = book.add_sheet("Charges")
    for column, title in enumerate(TITLES[:3]):
        charges.write(0, column, title)
        for row in range(1, 5):
            charges.write(row, column, f"{row}")
    book.save(str(tmp_path / "charges.xls"))
    written = write_failed_rows(tmp_path / "charges.xls", [4], tmp_path / "failed.xlsx", results(4))
    assert ".xlsx" in written.notice
    assert [(row.number, row.text("patient_id")) for row in read_workbook(tmp_path / "failed.xlsx").rows] == [(2, "3")]


def test_without_failed_rows_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No row failed"):
        write_failed_rows(charges_workbook(tmp_path / "charges.xlsx"), [], tmp_path / "failed.xlsx", [])
    assert not (tmp_path / "failed.xlsx").exists()


def test_error_list_is_a_csv_that_excel_opens_and_does_not_run(tmp_path: Path) -> None:
    out = tmp_path / "errors.csv"
    problems = [
        Problem(row=3, column="POS", value="=1+1", what="is none of the CMS list.", fix='Use two digits, "11".'),
        Problem(row=4, column="Practice", value="Zoë", what="-unknown", fix=""),
    ]
    assert write_error_list(problems, out).rows == 2
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["Row", "Column", "Value", "Problem", "How to fix it"],
            ["3", "POS", "'=1+1", "is none of the CMS list.", 'Use two digits, "11".'],
            ["4", "Practice", "Zoë", "'-unknown", ""],
        ]


@given(
    kept=st.sets(st.integers(2, 40), min_size=1),
    top=st.integers(1, 45),
    height=st.integers(0, 20),
)
def test_moved_range_covers_the_same_kept_rows(kept: set[int], top: int, height: int) -> None:
    rows = RowMap(kept, header_row=1, last_row=40)
    bottom = top + height
    covered = {rows.row(row) for row in kept | {1} if top <= row <= bottom}
    moved = rows.area(f"B{top}:C{bottom}")
    if moved is None:
        assert not covered
        return
    numbers = [int(part[1:]) for part in moved.split(":")]
    inside = {row for row in range(numbers[0], numbers[-1] + 1) if row <= 1 + len(kept)}
    assert inside == covered

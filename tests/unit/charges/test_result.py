from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlwt
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from openpyxl import load_workbook
from openpyxl.styles import PatternFill
from python_calamine import CalamineWorkbook

from lib.charges.sheet.columns import OUTPUT_COLUMNS
from lib.charges.sheet.result import ResultRow, write_result
from lib.charges.sheet.workbook import read_workbook
from lib.core.errors import BadInput
from lib.core.spreadsheets.package import Limits, open_package
from lib.core.spreadsheets.rows import XlsxSheet
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

# What openpyxl says of workbooks that are richer or plainer than it expects.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Data Validation extension:UserWarning"),
    pytest.mark.filterwarnings("ignore:Workbook contains no default style:UserWarning"),
]

OUTPUT_TITLES = [column.title for column in OUTPUT_COLUMNS]
RESULT = {
    "patient_name": "TEST, Ämber",
    "dob": datetime.date(1980, 5, 17),
    "insurance": "Practice Mutual <A&B>",
    "insurance_id": "00123",
    "insurance_status": "Active",
    "charge_amount": Decimal("120.50"),
    "charge_status": "Draft",
    "encounter_id": "900001",
    "error": "",
    "payment_id": "800001",
    "payment_status": "posted",
}


def result_rows(*numbers: int, **more: object) -> list[ResultRow]:
    return [ResultRow(number=number, values=RESULT | more) for number in numbers]


def written_cells(path: Path, row: int) -> dict[str, object]:
    """What openpyxl finds under each header in a row."""
    sheet = load_workbook(path)["Charges"]
    return {sheet.cell(1, column).value: sheet.cell(row, column).value for column in range(1, sheet.max_column + 1)}


def cells_of(xml: bytes) -> dict[str, bytes]:
    return {cell.get("r"): etree.tostring(cell) for cell in etree.fromstring(xml).iter("{*}c")}


def test_result_columns_are_appended_in_their_order_with_typed_values(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsx"
    written = write_result(charges_workbook(tmp_path / "charges.xlsx"), result_rows(2), out)
    assert (written.path, written.rows, written.notice) == (out, 1, "")
    sheet = load_workbook(out)["Charges"]
    headers = [cell.value for cell in sheet[1]]
    assert headers == [*TITLES, *OUTPUT_TITLES]
    assert sheet.cell(1, 26).font.b
    found = written_cells(out, 2)
    assert found["Patient Name"] == "TEST, Ämber"
    assert found["DOB"] == datetime.datetime(1980, 5, 17)
    assert found["Insurance"] == "Practice Mutual <A&B>"
    assert found["Insurance ID"] == "00123"
    assert found["Charge Amount"] == pytest.approx(120.5)
    assert found["Error"] is None
    assert sheet.cell(2, headers.index("Charge Amount") + 1).number_format == "#,##0.00"
    assert found["Patient ID"] == 1001


def test_everything_but_the_result_stays_as_it_was(tmp_path: Path) -> None:
    source, out = rich_workbook(tmp_path / "rich.xlsx"), tmp_path / "result.xlsx"
    write_result(source, result_rows(2, 3, 4, 5, 6, error="fix it"), out)
    before, after = parts_of(source), parts_of(out)
    assert list(after) == list(before)
    assert {name for name in before if before[name] != after[name]} == {SHEET_PART, "xl/styles.xml"}

    old_cells, new_cells = cells_of(before[SHEET_PART]), cells_of(after[SHEET_PART])
    assert {reference: new_cells[reference] for reference in old_cells} == old_cells
    assert len(new_cells) == len(old_cells) + 11 + 5 * 11

    old, new = (etree.fromstring(parts[SHEET_PART]) for parts in (before, after))
    assert [dict(row.attrib) for row in new.iter("{*}row")] == [dict(row.attrib) for row in old.iter("{*}row")]
    untouched = [
        tag for tag in (etree.QName(child).localname for child in old) if tag not in ("sheetData", "cols", "dimension")
    ]
    assert "extLst" in untouched
    for tag in untouched:
        assert [etree.tostring(e) for e in new.findall(f"{{*}}{tag}")] == [
            etree.tostring(e) for e in old.findall(f"{{*}}{tag}")
        ]
    assert new.find("{*}dimension").get("ref") == "A1:AL6"

    old_styles, new_styles = (etree.fromstring(parts["xl/styles.xml"]) for parts in (before, after))
    kept = [etree.tostring(style) for style in old_styles.find("{*}cellXfs")]
    assert [etree.tostring(style) for style in new_styles.find("{*}cellXfs")][: len(kept)] == kept
    assert new_styles.find("{*}cellXfs").get("count") == str(len(new_styles.find("{*}cellXfs")))


def test_result_opens_in_other_readers(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsx"
    write_result(rich_workbook(tmp_path / "rich.xlsx"), result_rows(2, 3, 4, 5, 6), out)
    rows = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("Charges").to_python()
    assert rows[0][27:] == OUTPUT_TITLES
    assert rows[5][27:30] == ["TEST, Ämber", datetime.date(1980, 5, 17), "Practice Mutual <A&B>"]
    assert rows[5][25] == 2010.0
    book = load_workbook(out, rich_text=True)
    assert book["Charges"].tables["ChargeRows"].ref == "A1:AA6"
    assert book["Charges"]["D5"].comment.text == "fourth row"
    assert str(book["Charges"]["B3"].value) == "Practice Harbor"


def test_widths_of_old_columns_stay_and_a_hidden_range_opens_for_the_result(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsx"
    write_result(rich_workbook(tmp_path / "rich.xlsx"), result_rows(2), out)
    widths = [
        (int(c.get("min")), int(c.get("max")), c.get("width"), c.get("hidden"))
        for c in etree.fromstring(parts_of(out)[SHEET_PART]).iter("{*}col")
    ]
    assert widths[:2] == [(2, 2, "33", None), (8, 8, "13", "1")]
    assert [(low, high) for low, high, _, _ in widths[2:]] == [(n, n) for n in range(28, 39)] + [(39, 52)]
    assert all(hidden is None for _, _, _, hidden in widths[2:-1])
    assert widths[-1][2:] == ("13", "1")


def test_existing_result_columns_are_used_where_they_stand_and_stale_values_go(tmp_path: Path) -> None:
    titles = ["Error", *TITLES, "Payment ID", "Notes"]
    stale = VALUES | {"Error": "old trouble", "Payment ID": "1", "Notes": "mine"}
    source, out = charges_workbook(tmp_path / "charges.xlsx", [stale] * 3, titles=titles), tmp_path / "result.xlsx"
    write_result(source, [*result_rows(2, payment_id=None), *result_rows(3, error="new trouble")], out)
    sheet = load_workbook(out)["Charges"]
    assert [cell.value for cell in sheet[1]][: len(titles)] == titles
    assert [cell.value for cell in sheet[1]].count("Error") == 1
    first, second, third = (written_cells(out, row) for row in (2, 3, 4))
    assert (first["Error"], first["Payment ID"], first["Notes"]) == (None, None, "mine")
    assert (second["Error"], second["Payment ID"]) == ("new trouble", "800001")
    assert (third["Error"], third["Payment ID"]) == ("old trouble", "1")


def test_writing_twice_is_writing_once(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.xlsx", tmp_path / "twice.xlsx"
    write_result(rich_workbook(tmp_path / "rich.xlsx"), result_rows(2, 3, 4, 5, 6), once)
    write_result(once, result_rows(2, 3, 4, 5, 6), twice)
    assert parts_of(once) == parts_of(twice)


def test_formula_under_a_result_header_goes_with_the_calculation_chain(tmp_path: Path) -> None:
    source = rich_workbook(tmp_path / "rich.xlsx")
    source = with_parts(source, {SHEET_PART: replacing(b"<t>Twice</t>", b"<t>Error</t>")})
    out = tmp_path / "result.xlsx"
    write_result(source, result_rows(2, 3, 4, 5, 6, error="text"), out)
    after = parts_of(out)
    assert "xl/calcChain.xml" not in after
    assert b"calcChain" not in after["[Content_Types].xml"] + after["xl/_rels/workbook.xml.rels"]
    assert b"<f>" not in after[SHEET_PART]
    assert written_cells(out, 4)["Error"] == "text"


def test_styles_of_result_cells_that_were_there_are_kept(tmp_path: Path) -> None:
    def paint(sheet) -> None:
        sheet["Z2"].fill = PatternFill("solid", fgColor="FFFF00")
        sheet["AA2"].number_format = "yyyy-mm-dd"

    source = charges_workbook(tmp_path / "charges.xlsx", titles=[*TITLES, "Error", "DOB"], change=paint)
    out = tmp_path / "result.xlsx"
    write_result(source, result_rows(2, error="now"), out)
    sheet = load_workbook(out)["Charges"]
    assert sheet["Z2"].fill.fgColor.rgb == "00FFFF00"
    assert sheet["Z2"].alignment.wrap_text
    assert sheet["AA2"].is_date


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|' /C calc'!A0"])
def test_text_that_looks_like_a_formula_is_neutralised(tmp_path: Path, evil: str) -> None:
    out = tmp_path / "result.xlsx"
    write_result(
        charges_workbook(tmp_path / "charges.xlsx"), result_rows(2, error=evil, charge_amount=Decimal("-5.25")), out
    )
    sheet = load_workbook(out)["Charges"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    found = written_cells(out, 2)
    assert str(found["Error"]).startswith("'")
    assert found["Charge Amount"] == -5.25


def test_forbidden_characters_are_left_out_and_long_text_is_cut(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsx"
    write_result(
        charges_workbook(tmp_path / "charges.xlsx"), result_rows(2, error="a\x00b\x1fc\ufffe" + "x" * 40_000), out
    )
    error = written_cells(out, 2)["Error"]
    assert error.startswith("abcxxx")
    assert len(error) == 32_767


def test_row_that_is_not_in_the_workbook_is_refused_and_nothing_written(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsx"
    with pytest.raises(BadInput, match="Row 17 is not in the workbook"):
        write_result(charges_workbook(tmp_path / "charges.xlsx"), result_rows(2, 17), out)
    assert [path.name for path in tmp_path.iterdir()] == ["charges.xlsx"]


def test_old_result_survives_a_failed_writing(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsx"
    out.write_bytes(b"old")
    with pytest.raises(BadInput):
        write_result(charges_workbook(tmp_path / "charges.xlsx"), result_rows(99), out)
    assert out.read_bytes() == b"old"


def test_prefixed_xml_rows_without_numbers_and_empty_rows_are_filled(tmp_path: Path) -> None:
    head = "".join(f'<x:c t="inlineStr"><x:is><x:t>{t}</x:t></x:is></x:c>' for t in ("Patient ID", "Practice", "DOS"))
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{t}</x:t></x:is></x:c>' for t in ("1001", "Harbor", "11/02/2026"))
    rows = (
        f'<!-- <x:row r="9"> --><x:row note="a &gt; b">{head}</x:row><x:row spans="1:3">{cells}</x:row><x:row r="5"/>'
    )
    source = raw_workbook(tmp_path / "charges.xlsx", rows, prefix="x")
    out = tmp_path / "result.xlsx"
    write_result(source, result_rows(2, 5), out)
    (row,) = read_workbook(out).rows
    assert (row.number, row.text("dos")) == (2, "11/02/2026")
    with open_package(out, Limits()) as package:
        found = {raw.number: raw.cells for raw in XlsxSheet(package, package.sheets[0]).rows()}
    assert found[1]["D"].text == "Patient Name"
    assert found[2]["D"].text == found[5]["D"].text == "TEST, Ämber"
    assert found[5]["E"].date == datetime.date(1980, 5, 17)


def test_result_goes_behind_text_without_a_header(tmp_path: Path) -> None:
    rows = header_row(["Patient ID", "Practice", "DOS"]) + (
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c><c r="C2"><v>3</v></c><c r="F2"><v>42</v></c>'
        '<c r="G2" s="0"/></row>'
    )
    out = tmp_path / "result.xlsx"
    write_result(raw_workbook(tmp_path / "charges.xlsx", rows), result_rows(2), out)
    sheet = load_workbook(out)["Charges"]
    assert sheet["F2"].value == 42
    assert (sheet["G1"].value, sheet["G2"].value) == ("Patient Name", "TEST, Ämber")


def test_dates_follow_the_date_system_of_the_workbook(tmp_path: Path) -> None:
    rows = header_row(["Patient ID", "Practice", "DOS"]) + '<row r="2"><c r="A2"><v>1</v></c></row>'
    out = tmp_path / "result.xlsx"
    write_result(raw_workbook(tmp_path / "charges.xlsx", rows, date1904=True), result_rows(2), out)
    assert written_cells(out, 2)["DOB"] == datetime.datetime(1980, 5, 17)


def test_legacy_workbook_comes_back_as_xlsx_with_all_its_values(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    charges, other = book.add_sheet("Charges", cell_overwrite_ok=True), book.add_sheet("Other")
    for column, title in enumerate([*TITLES, "Notes"]):
        charges.write(0, column, title)
        if title in VALUES:
            value = VALUES[title]
            date_style = xlwt.easyxf(num_format_str="mm/dd/yyyy")
            charges.write(3, column, value, *([date_style] if isinstance(value, datetime.date) else []))
    charges.write(3, 5, 2, xlwt.easyxf(num_format_str="00"))
    charges.write(3, 25, "=mine")
    other.write(1, 1, 2.5)
    book.save(str(tmp_path / "charges.xls"))
    out = tmp_path / "result.xlsx"
    written = write_result(tmp_path / "charges.xls", result_rows(4), out)
    assert ".xlsx" in written.notice
    (row,) = read_workbook(out).rows
    assert (row.number, row.text("pos"), row.cell("dos").date) == (4, "02", datetime.date(2026, 11, 2))
    found = written_cells(out, 4)
    assert (found["Notes"], found["Patient ID"], found["Encounter ID"]) == ("=mine", "1001", "900001")
    assert load_workbook(out)["Charges"]["Z4"].data_type == "s"
    assert load_workbook(out)["Other"]["B2"].value == 2.5
    assert {path.name for path in tmp_path.iterdir()} == {"charges.xls", "result.xlsx"}


def test_new_headers_look_like_the_last_old_one(tmp_path: Path) -> None:
    out = tmp_path / "result.xlsx"
    write_result(rich_workbook(tmp_path / "rich.xlsx"), result_rows(2), out)
    styles = {cell.get("r"): cell.get("s") for cell in etree.fromstring(parts_of(out)[SHEET_PART]).iter("{*}c")}
    assert styles["AB1"] == styles["AL1"] == styles["AA1"] != "0"


def test_result_goes_behind_a_merged_legend(tmp_path: Path) -> None:
    source = charges_workbook(tmp_path / "charges.xlsx")
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="AC1:AE1"/></mergeCells>'
    with_parts(source, {SHEET_PART: replacing(b"</sheetData>", merge)})
    out = tmp_path / "result.xlsx"
    write_result(source, result_rows(2), out)
    assert load_workbook(out)["Charges"]["AF1"].value == "Patient Name"


def test_sheet_without_room_for_the_result_is_refused(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="str"><v>Patient ID</v></c><c r="XFA1" t="str"><v>end</v></c></row>'
    with pytest.raises(BadInput, match="no room"):
        write_result(raw_workbook(tmp_path / "charges.xlsx", rows), [], tmp_path / "result.xlsx")


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
@example(text="a\rb\r\nc")
@example(text="_x000D_ is written like an escape")
def test_any_text_comes_back_as_written_or_neutralised(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("text")
    out = folder / "result.xlsx"
    write_result(charges_workbook(folder / "charges.xlsx"), result_rows(2, error="<" + text + ">"), out)
    with open_package(out, Limits()) as package:
        rows = list(XlsxSheet(package, package.sheets[0]).rows())
    allowed = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    assert rows[1].cells["AH"].text == "<" + allowed + ">"


def test_workbook_without_styles_gets_its_dates_as_text(tmp_path: Path) -> None:
    rows = header_row(["Patient ID", "Practice", "DOS"]) + '<row r="2"><c r="A2"><v>1</v></c></row>'
    source = raw_workbook(tmp_path / "charges.xlsx", rows)
    with_parts(source, {"xl/styles.xml": lambda _: b'<styleSheet xmlns="urn:none"/>'})
    out = tmp_path / "result.xlsx"
    write_result(source, result_rows(2), out)
    assert b"<t>05/17/1980</t>" in parts_of(out)[SHEET_PART]

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import xlwt
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from lib.charges.sheet.workbook import Cell, read_workbook
from lib.core.spreadsheets.number_formats import number_format, plain_number, shown_number
from tests.unit.charges.workbook_files import (
    SHEET_PART,
    TITLES,
    VALUES,
    charges_workbook,
    header_row,
    raw_workbook,
    replacing,
    with_parts,
)

BASE = ["Patient ID", "Practice", "DOS"]
FIRST = '<c r="A2"><v>1001</v></c><c r="B2" t="inlineStr"><is><t>Harbor</t></is></c>'


def only_row(path: Path) -> dict[str, Cell]:
    (row,) = read_workbook(path).rows
    return row.cells


def one_cell(path: Path, cell: str, **more) -> Cell:
    """What the DOS cell of a one-row sheet reads as, given its XML without the reference."""
    rows = header_row(BASE) + f'<row r="2">{FIRST}<c r="C2" {cell}</c></row>'
    return only_row(raw_workbook(path, rows, **more)).get("dos", Cell(""))


def test_row_comes_back_under_our_keys_as_text(tmp_path: Path) -> None:
    sheet = read_workbook(charges_workbook(tmp_path / "charges.xlsx"))
    (row,) = sheet.rows
    assert row.number == 2
    assert {key: cell.text for key, cell in row.cells.items()} == {
        "patient_id": "1001",
        "practice": "Practice Harbor",
        "dos": "11/02/2026",
        "rendering_provider": "TEST, Amber MD",
        "encounter_mode": "In Office",
        "pos": "11",
        "procedure": "99213",
        "units": "1",
        "diag_1": "M54.50",
    }
    assert row.cell("dos").date == datetime.date(2026, 11, 2)
    assert row.cell("practice").date is None
    assert row.text("mod_1") == ""
    assert (sheet.format, sheet.name, sheet.warnings, sheet.layout.own) == ("xlsx", "Charges", (), ())


@pytest.mark.parametrize(
    ("stored", "code", "text"),
    [
        ("25.0", "General", "25"),
        ("25", "0.00", "25"),
        ("25.1", "0.00", "25.1"),
        ("25.100000000000001", "General", "25.1"),
        ("0.30000000000000004", "General", "0.3"),
        ("1234567", "General", "1234567"),
        ("1.234567E6", "0.00E+00", "1234567"),
        ("1E-3", "General", "0.001"),
        ("123456789012", "General", "123456789012"),
        ("-25.5", "0.00", "-25.5"),
        ("2", "00", "02"),
        ("2.0", "00", "02"),
        ("11", "00", "11"),
        ("123", "00", "123"),
        ("1234", "00000;-00000", "01234"),
        ("12", "&quot;CE-&quot;0000", "CE-0012"),
        ("123456789", "000-00-0000", "123-45-6789"),
        ("2.5", "00", "2.5"),
        ("2", "@", "2"),
        ("1234", "#,##0", "1234"),
        ("0", "General", "0"),
    ],
)
def test_number_reads_as_exact_text(tmp_path: Path, stored: str, code: str, text: str) -> None:
    cell = one_cell(tmp_path / "charges.xlsx", f's="1"><v>{stored}</v>', formats=[code])
    assert cell == Cell(text)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('t="str"><f>"a"&amp;"b"</f><v> 007 </v>', "007"),
        ('t="str"><f>IF(1,"")</f><v></v>', ""),
        ('t="b"><v>1</v>', "TRUE"),
        ('t="b"><v>0</v>', "FALSE"),
        ('t="e"><v>#N/A</v>', "#N/A"),
        ('t="e"><f>A1/0</f><v>#DIV/0!</v>', "#DIV/0!"),
        ('t="e"><v>#REF!</v>', "#REF!"),
        ('t="inlineStr"><is><t xml:space="preserve"> \u00a0 01 \u200b</t></is>', "01"),
        ('t="inlineStr"><is><r><t>A</t></r><r><rPr><b/></rPr><t>B</t></r><rPh><t>x</t></rPh></is>', "AB"),
        ('t="inlineStr"><is><t>a_x000D_b_x005F_x000D_</t></is>', "a\rb_x000D_"),
        ('t="s"><v>0</v>', "Zo\u00eb & \u674e"),
        ('t="s"><v>1</v>', "rich text"),
        ('t="s"><v>2</v>', ""),
        (">", ""),
    ],
)
def test_every_kind_of_cell_reads_as_what_it_shows(tmp_path: Path, cell: str, text: str) -> None:
    strings = [
        "<t>Zo\u00eb &amp; \u674e </t>",
        "<r><t>rich</t></r><r><rPr><b/></rPr><t xml:space='preserve'> text</t></r><rPh sb='0' eb='1'><t>no</t></rPh>",
        "<t> </t>",
    ]
    assert one_cell(tmp_path / "charges.xlsx", cell, strings=strings) == Cell(text)


@pytest.mark.parametrize(
    ("stored", "code", "date1904", "cell"),
    [
        ("46328", "mm/dd/yyyy", False, Cell("11/02/2026", datetime.date(2026, 11, 2))),
        ("46328.75", "m/d/yy h:mm", False, Cell("11/02/2026 18:00", datetime.date(2026, 11, 2))),
        ("44866", "[$-409]d-mmm-yy;@", True, Cell("11/02/2026", datetime.date(2026, 11, 2))),
        ("1", "mm/dd/yyyy", False, Cell("01/01/1900", datetime.date(1900, 1, 1))),
        ("0.5", "h:mm", False, Cell("0.5")),
        ("30", "[h]:mm", False, Cell("30")),
        ("-5", "mm/dd/yyyy", False, Cell("-5")),
        ("9999999999", "mm/dd/yyyy", False, Cell("9999999999")),
        ("46328", "General", False, Cell("46328")),
    ],
)
def test_true_dates_are_dates_in_both_date_systems(
    tmp_path: Path, stored: str, code: str, date1904: bool, cell: Cell
) -> None:
    path = tmp_path / "charges.xlsx"
    assert one_cell(path, f's="1"><v>{stored}</v>', formats=[code], date1904=date1904) == cell


def test_iso_date_cell_is_a_date(tmp_path: Path) -> None:
    cell = one_cell(tmp_path / "charges.xlsx", 't="d"><v>2026-11-02T00:00:00</v>')
    assert cell == Cell("11/02/2026", datetime.date(2026, 11, 2))


def test_typed_date_stays_text(tmp_path: Path) -> None:
    assert one_cell(tmp_path / "charges.xlsx", 't="inlineStr"><is><t>3/4/2026</t></is>') == Cell("3/4/2026")


def test_cells_without_references_and_prefixed_xml_are_read(tmp_path: Path) -> None:
    def cells(*texts: str) -> str:
        inner = "".join(f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>' for text in texts)
        return f"<x:row>{inner}</x:row>"

    path = raw_workbook(tmp_path / "charges.xlsx", cells(*BASE) + cells("1001", "Harbor", "11/02/2026"), prefix="x")
    sheet = read_workbook(path)
    assert [(row.number, row.text("dos")) for row in sheet.rows] == [(2, "11/02/2026")]


def test_blank_rows_are_skipped_and_numbers_stay_those_of_the_sheet(tmp_path: Path) -> None:
    rows = [VALUES, {}, {"Practice": " \u00a0 "}, VALUES, {"Notes": "Total"}]
    sheet = read_workbook(charges_workbook(tmp_path / "charges.xlsx", rows, titles=[*TITLES, "Notes"]))
    assert [row.number for row in sheet.rows] == [2, 5]
    assert any("1 row has text only in columns that are not read" in warning for warning in sheet.warnings)


def test_hidden_rows_are_kept_and_counted(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[9].hidden = True

    sheet = read_workbook(charges_workbook(tmp_path / "charges.xlsx", [VALUES] * 3, change=hide))
    assert [row.number for row in sheet.rows] == [2, 3, 4]
    assert sheet.warnings == ("1 hidden row is read and sent like the others.",)


def test_headers_below_a_title_are_found_and_said(tmp_path: Path) -> None:
    def add_title(sheet: Worksheet) -> None:
        sheet.insert_rows(1, 3)
        sheet["A1"] = "Charges of Practice Harbor"
        sheet.merge_cells("A1:D1")

    sheet = read_workbook(charges_workbook(tmp_path / "charges.xlsx", change=add_title))
    assert sheet.layout.header_row == 4
    assert [row.number for row in sheet.rows] == [5]
    assert "found in row 4" in sheet.warnings[0]


def test_sheet_name_ignores_case_and_spaces(tmp_path: Path) -> None:
    assert read_workbook(charges_workbook(tmp_path / "charges.xlsx", sheet=" CHARGES ")).name == " CHARGES "


def test_columns_of_the_billers_own_are_offered_and_left_alone(tmp_path: Path) -> None:
    titles = [*TITLES, "Notes", "Notes", "=weird"]
    rows = [VALUES | {"Notes": "=1+1"}]
    sheet = read_workbook(charges_workbook(tmp_path / "charges.xlsx", rows, titles=titles[:-1]))
    assert [(own.letter, own.title) for own in sheet.layout.own] == [("Z", "Notes"), ("AA", "Notes")]
    assert "notes" not in sheet.rows[0].cells


def test_mapping_names_a_column_and_can_also_refuse_one(tmp_path: Path) -> None:
    titles = [title for title in TITLES if title != "DOS"] + ["Visit day", "CPT"]
    path = charges_workbook(tmp_path / "charges.xlsx", [VALUES | {"Visit day": "11/02/2026"}], titles=titles)
    sheet = read_workbook(path, mapping={"visit DAY": "dos", "CPT": ""})
    assert sheet.rows[0].text("dos") == "11/02/2026"
    assert sheet.layout.columns["Y"] == "dos"
    assert [(own.title, own.suggestions) for own in sheet.layout.own] == [("CPT", ())]


def test_own_result_columns_are_recognised_and_not_offered(tmp_path: Path) -> None:
    titles = ["Error", *TITLES, "Patient Name", "Encounter ID"]
    sheet = read_workbook(charges_workbook(tmp_path / "charges.xlsx", [VALUES | {"Error": "old"}], titles=titles))
    assert sheet.layout.own == ()
    assert sheet.layout.columns["A"] == "error"
    assert "error" not in sheet.rows[0].cells
    assert any("result columns already" in warning for warning in sheet.warnings)


def test_formula_in_a_result_or_own_column_needs_no_result(tmp_path: Path) -> None:
    titles = [*TITLES, "Notes", "Error"]
    path = charges_workbook(tmp_path / "charges.xlsx", [VALUES | {"Notes": "=1+1", "Error": "=2"}], titles=titles)
    assert len(read_workbook(path).rows) == 1


def test_merged_title_and_legend_beside_the_table_do_no_harm(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx", [VALUES] * 2)
    merge = b'</sheetData><mergeCells count="2"><mergeCell ref="AC2:AD3"/><mergeCell ref="A9:C9"/></mergeCells>'
    assert len(read_workbook(with_parts(path, {SHEET_PART: replacing(b"</sheetData>", merge)})).rows) == 2


def test_legacy_workbook_is_read_like_a_new_one(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    charges = book.add_sheet("Charges")
    values = {
        "Patient ID": 1001,
        "Practice": "Zo\u00eb's Harbor",
        "DOS": (datetime.date(2026, 11, 2), "mm/dd/yyyy"),
        "POS": (2, "00"),
        "Rendering Provider": xlwt.Formula("1/0"),
        "Encounter Mode": True,
        "Units": 1.5,
        "Procedures": " 99213 ",
        "Patient Payment": 25.1,
    }
    for column, title in enumerate(TITLES):
        charges.write(0, column, title)
        if isinstance(values.get(title), tuple):
            value, form = values[title]
            charges.write(2, column, value, xlwt.easyxf(num_format_str=form))
        elif title in values:
            charges.write(2, column, values[title])
    charges.row(2).hidden = True
    book.save(str(tmp_path / "charges.xls"))
    sheet = read_workbook(tmp_path / "charges.xls")
    (row,) = sheet.rows
    assert row.number == 3
    assert row.cell("dos") == Cell("11/02/2026", datetime.date(2026, 11, 2))
    assert {
        key: row.text(key) for key in ("patient_id", "practice", "pos", "units", "procedure", "patient_payment")
    } == {
        "patient_id": "1001",
        "practice": "Zo\u00eb's Harbor",
        "pos": "02",
        "units": "1.5",
        "procedure": "99213",
        "patient_payment": "25.1",
    }
    assert row.text("encounter_mode") == "TRUE"
    assert sheet.format == "xls"
    assert sheet.warnings == (
        "1 hidden row is read and sent like the others.",
        "This is an .xls workbook: the result comes back as .xlsx.",
    )


@given(st.decimals(min_value="-99999999", max_value="99999999", places=2, allow_nan=False))
def test_money_survives_binary_fractions(amount) -> None:
    text = plain_number(repr(float(amount)))
    assert float(text) == float(amount)
    assert "e" not in text.lower()


@given(st.integers(min_value=0, max_value=10**9))
def test_zero_padding_never_loses_a_digit(number: int) -> None:
    text, day = shown_number(str(number), number_format("00000"), date1904=False)
    assert (int(text), day) == (number, None)
    assert len(text) >= 5


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
def test_any_text_reads_back_whole(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    assume("_x" not in text)
    path = tmp_path_factory.mktemp("any") / "charges.xlsx"
    charges_workbook(path, [VALUES | {"Reference Number": f"<{text}>"}])
    assert read_workbook(path).rows[0].text("reference") == f"<{text}>"

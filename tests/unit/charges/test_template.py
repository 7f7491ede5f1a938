from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from lib.charges.sheet.columns import INPUT_COLUMNS, POS_CODES
from lib.charges.sheet.template import STARS, write_template
from lib.charges.sheet.template_rules import COLUMN_RULES
from lib.charges.sheet.workbook import read_workbook


def test_template_reads_back_without_a_complaint(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    sheet = read_workbook(tmp_path / "template.xlsx")
    assert list(sheet.layout.columns.values()) == [column.key for column in INPUT_COLUMNS]
    assert (sheet.warnings, sheet.layout.own) == ((), ())
    (sample,) = sheet.rows
    assert sample.text("pos") == "02"
    assert sample.text("reference") == "0001234"
    assert sample.cell("dos").date is not None
    assert all(sample.text(column.key) for column in INPUT_COLUMNS if column.need != "optional")


def test_required_columns_carry_stars_that_the_rules_explain(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    book = load_workbook(tmp_path / "template.xlsx")
    headers = [cell.value for cell in book["Charges"][1]]
    assert headers == [f"{column.title} {STARS[column.need]}".strip() for column in INPUT_COLUMNS]
    rules = {row[0]: row[1] for row in book["Rules"].iter_rows(values_only=True)}
    assert rules["*"] == "Needed in every row."
    assert rules["**"] == "Needed in rows that make an encounter."
    assert rules["***"] == "Needed in rows that carry a patient payment."
    assert set(COLUMN_RULES) == {column.key for column in INPUT_COLUMNS}
    assert all(rules[header] for header in headers)


def test_fixed_values_come_as_drop_downs_and_codes_keep_their_zeros(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    charges = load_workbook(tmp_path / "template.xlsx")["Charges"]
    lists = {str(v.sqref): v for v in charges.data_validations.dataValidation}
    assert lists["F2:F100001"].formula1 == '"' + ",".join(POS_CODES) + '"'
    assert lists["E2:E100001"].formula1 == '"In Office,Telehealth"'
    assert lists["X2:X100001"].formula1 == '"CHECK,CREDIT CARD,EFT,CASH"'
    assert all(v.showErrorMessage and len(v.formula1) <= 255 for v in lists.values())
    assert charges.column_dimensions["F"].number_format == "@"
    assert charges["F2"].number_format == "@"
    assert charges.freeze_panes == "D2"
    assert all(cell.comment for cell in charges[1])

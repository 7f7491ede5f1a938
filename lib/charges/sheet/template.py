"""The empty Charges workbook that billers download: headers, drop-downs, one sample row, and the rules in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from lib.charges.sheet.columns import INPUT_COLUMNS, OUTPUT_COLUMNS, SHEET_NAME, InputColumn, Kind, Need
from lib.charges.sheet.template_rules import COLUMN_RULES, GENERAL_RULES
from lib.core.spreadsheets.repack import written_whole

STARS: dict[Need, str] = {"all": "*", "encounter": "**", "payment": "***", "optional": ""}
_NEEDED_BY: dict[Need, str] = {
    "all": "Needed in every row.",
    "encounter": "Needed in rows that make an encounter.",
    "payment": "Needed in rows that carry a patient payment.",
    "optional": "Optional.",
}
_FILLS: dict[Need, str] = {"all": "1F3A5F", "encounter": "2E6B8A", "payment": "3C7A57", "optional": "6B7280"}
_FORMATS: dict[Kind, str] = {"date": "mm/dd/yyyy", "money": "0.00", "decimal": "General"}
_LAST_ROW = 100_001
_WIDE = {"practice": 24, "rendering_provider": 24, "scheduling_provider": 24, "referring_provider": 24, "reference": 20}

#: An invented row; no practice has this name, so that it cannot be sent by mistake.
_SAMPLE: dict[str, str | date | int | Decimal] = {
    "patient_id": "1001",
    "practice": "SAMPLE ROW, REPLACE",
    "dos": date(2026, 1, 15),
    "rendering_provider": "TEST, Amber MD",
    "encounter_mode": "Telehealth",
    "pos": "02",
    "procedure": "99213",
    "units": 1,
    "diag_1": "M54.50",
    "mod_1": "95",
    "ce_batch": "CE-SAMPLE",
    "pp_batch": "PP-SAMPLE",
    "patient_payment": Decimal("25.00"),
    "payment_source": "CHECK",
    "reference": "0001234",
}


def write_template(out: Path) -> None:
    """Write the template to `out`, in one step: sheet "Charges" to fill in, sheet "Rules" to read."""
    workbook = Workbook()
    charges = workbook.active
    assert isinstance(charges, Worksheet)
    charges.title = SHEET_NAME
    for number, column in enumerate(INPUT_COLUMNS, start=1):
        _add_column(charges, number, column)
    charges.row_dimensions[1].height = 32
    charges.freeze_panes = "D2"
    _add_rules(workbook.create_sheet("Rules"))
    with written_whole(out) as temporary:
        workbook.save(temporary)


def _add_column(sheet: Worksheet, number: int, column: InputColumn) -> None:
    letter = get_column_letter(number)
    header = sheet.cell(row=1, column=number, value=f"{column.title} {STARS[column.need]}".strip())
    header.font = Font(bold=True, color="FFFFFF")
    header.fill = PatternFill("solid", fgColor=_FILLS[column.need])
    header.alignment = Alignment(wrap_text=True, vertical="center", horizontal="left")
    header.comment = Comment(f"{_NEEDED_BY[column.need]} {COLUMN_RULES[column.key]}", "Daysheet", height=120, width=280)
    form = _FORMATS.get(column.kind, "@")
    sheet.column_dimensions[letter].width = _WIDE.get(column.key, max(11, len(column.title) + 4))
    sheet.column_dimensions[letter].number_format = form
    sample = sheet.cell(row=2, column=number, value=_SAMPLE.get(column.key))
    sample.number_format = form
    sample.font = Font(italic=True, color="6B7280")
    if column.choices:
        sheet.add_data_validation(_drop_down(column, letter))


def _drop_down(column: InputColumn, letter: str) -> DataValidation:
    choice = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
    # A warning, not a stop: the check knows more spellings than the list.
    choice.errorStyle = "warning"
    choice.showErrorMessage = True
    choice.errorTitle = column.title
    choice.error = "This is none of the listed values. Keep it all the same?"
    choice.add(f"{letter}2:{letter}{_LAST_ROW}")
    return choice


def _add_rules(sheet: Worksheet) -> None:
    rows: list[tuple[str, str, str]] = [("Charges workbook: the rules", "", "")]
    rows += [("", rule, "") for rule in GENERAL_RULES]
    rows += [("", "", ""), ("Stars", "", "")]
    rows += [(stars or "no star", _NEEDED_BY[need], "") for need, stars in STARS.items()]
    rows += [("", "", ""), ("Column", "Rule", "Needed")]
    table_row = len(rows)
    rows += [
        (f"{column.title} {STARS[column.need]}".strip(), COLUMN_RULES[column.key], _NEEDED_BY[column.need])
        for column in INPUT_COLUMNS
    ]
    rows += [("", "", ""), ("Result columns", "Filled in by a run; leave them as they are.", "")]
    rows += [(column.title, "", "") for column in OUTPUT_COLUMNS]
    for number, texts in enumerate(rows, start=1):
        for place, text in enumerate(texts, start=1):
            cell = sheet.cell(row=number, column=place, value=text or None)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for name, width in {"A": 28, "B": 90, "C": 44}.items():
        sheet.column_dimensions[name].width = width
    _emphasise(sheet, [number for number, texts in enumerate(rows, start=1) if texts[0] in ("Stars", "Result columns")])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].alignment = Alignment(wrap_text=False)
    for place in range(1, 4):
        cell = sheet.cell(row=table_row, column=place)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=_FILLS["all"])
    for row in sheet.iter_rows(min_row=table_row + 1, max_row=table_row + len(INPUT_COLUMNS), max_col=3):
        for cell in row:
            cell.border = Border(bottom=Side(style="hair", color="9CA3AF"))
    sheet.sheet_view.showGridLines = False


def _emphasise(sheet: Worksheet, rows: list[int]) -> None:
    for row in rows:
        sheet.cell(row=row, column=1).font = Font(bold=True)

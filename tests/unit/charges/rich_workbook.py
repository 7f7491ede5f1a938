"""A workbook with everything that spoils when a library loads and saves it, for the tests of fidelity."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from tests.unit.charges.workbook_files import SHEET_PART, TITLES, VALUES, replacing, with_parts

_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
#: Validation by a list on another sheet in the newer form, which openpyxl drops.
_NEWER_VALIDATION = (
    b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    b'<x14:dataValidations count="2" xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main">'
    b'<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>Lists!$A$1:$A$3</xm:f></x14:formula1>'
    b"<xm:sqref>B2:B500</xm:sqref></x14:dataValidation>"
    b'<x14:dataValidation type="list"><x14:formula1><xm:f>Lists!$B$1</xm:f></x14:formula1>'
    b"<xm:sqref>E3</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)

_CHAIN = b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="Z2" i="1"/></calcChain>'
_CHAIN_TYPE = (
    b'<Override PartName="/xl/calcChain.xml" '
    b'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/>'
)
_CHAIN_LINK = (
    b'<Relationship Id="rIdChain" Target="calcChain.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"/>'
)


def rich_workbook(path: Path) -> Path:
    """Five data rows (2 to 6); Y "Notes" and Z "Twice" (a formula with its result) are the biller's own columns."""
    workbook = Workbook()
    charges = workbook.active
    assert isinstance(charges, Worksheet)
    charges.title = "Charges"
    titles = [*TITLES[:-1], "Notes", "Twice", "Reference Number"]
    charges.append(titles)
    for place in range(5):
        row = VALUES | {"Patient ID": 1001 + place, "Notes": f"note {place}", "Twice": f"=A{place + 2}*2"}
        charges.append([row.get(title) for title in titles])
    charges["B3"].value = CellRichText("Practice ", TextBlock(InlineFont(b=True), "Harbor"))
    charges["Y4"].value = "=not a formula"
    charges["Y4"].data_type = "s"
    for cell in charges[1]:
        cell.font, cell.fill = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="1F3A5F")
    charges["D2"].comment = Comment("first row", "TEST")
    charges["D5"].comment = Comment("fourth row", "TEST")
    red, italic = Font(color="FF0000"), Font(i=True)
    charges.conditional_formatting.add("W2:W500", CellIsRule(operator="lessThan", formula=["0"], font=red))
    charges.conditional_formatting.add("H4:H5", CellIsRule(operator="greaterThan", formula=["A4"], font=italic))
    choice = DataValidation(type="list", formula1='"In Office,Telehealth"', allow_blank=True)
    choice.add("E2:E500")
    charges.add_data_validation(choice)
    charges.add_table(Table(displayName="ChargeRows", ref="A1:AA6"))
    charges.freeze_panes = "D2"
    charges.row_dimensions[5].hidden = True
    charges.row_dimensions[3].height = 30
    charges.column_dimensions["B"].width = 33
    charges.column_dimensions["H"].hidden = True
    charges.column_dimensions.group("AC", "AZ", hidden=True)
    charges.add_image(Image(io.BytesIO(_PIXEL)), "A20")
    charges["D3"].hyperlink = "https://example.org/third"
    lists = workbook.create_sheet("Lists")
    lists["A1"], lists["A2"], lists["A3"] = "x", "y", "=SUM(Charges!A2:A6)"
    lists["B1"].comment = Comment("on another sheet", "TEST")
    workbook.defined_names["Names"] = DefinedName("Names", attr_text="Lists!$A$1:$A$3")
    workbook.save(path)

    return with_parts(
        path,
        {
            SHEET_PART: lambda xml: replacing(b"</worksheet>", _NEWER_VALIDATION + b"</worksheet>")(_calculated(xml)),
            "[Content_Types].xml": replacing(b"</Types>", _CHAIN_TYPE + b"</Types>"),
            "xl/_rels/workbook.xml.rels": replacing(b"</Relationships>", _CHAIN_LINK + b"</Relationships>"),
        },
        added={"xl/calcChain.xml": _CHAIN},
    )


def _calculated(xml: bytes) -> bytes:
    """The sheet with results in its formula cells, as Excel saves it."""
    done = re.sub(rb"<f>A(\d)\*2</f><v></v>", lambda m: b"<f>A%b*2</f><v>%d</v>" % (m[1], (999 + int(m[1])) * 2), xml)
    assert done != xml
    return done

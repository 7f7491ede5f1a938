"""Workbooks built by code for the tests, whole ones and broken ones."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lib.charges.sheet.columns import INPUT_COLUMNS

TITLES = [column.title for column in INPUT_COLUMNS]
SHEET_PART = "xl/worksheets/sheet1.xml"

VALUES: dict[str, object] = {
    "Patient ID": 1001,
    "Practice": "Practice Harbor",
    "DOS": datetime.date(2026, 11, 2),
    "Rendering Provider": "TEST, Amber MD",
    "Encounter Mode": "In Office",
    "POS": "11",
    "Procedures": "99213",
    "Units": 1,
    "Diag 1": "M54.50",
}


def charges_workbook(
    path: Path,
    rows: Sequence[Mapping[str, object]] = (VALUES,),
    *,
    titles: Sequence[str] = TITLES,
    change: Callable[[Worksheet], None] | None = None,
    sheet: str = "Charges",
) -> Path:
    """A workbook with a Charges sheet; rows go by title, `change` may do anything to the sheet before it is saved."""
    workbook = Workbook()
    charges = workbook.active
    assert isinstance(charges, Worksheet)
    charges.title = sheet
    charges.append(list(titles))
    for row in rows:
        charges.append([row.get(title) for title in titles])
    if change is not None:
        change(charges)
    workbook.save(path)
    return path


def with_parts(
    path: Path, changes: Mapping[str, Callable[[bytes], bytes]] = {}, added: Mapping[str, bytes] = {}
) -> Path:
    """The workbook with parts changed and added, in place."""
    with zipfile.ZipFile(path) as archive:
        parts = {entry.filename: archive.read(entry.filename) for entry in archive.infolist()}
    missing = set(changes) - set(parts)
    assert not missing, f"no such parts: {missing}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, changes.get(name, lambda same: same)(content))
        for name, content in added.items():
            archive.writestr(name, content)
    return path


def replacing(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A change of a part that replaces text which must be there."""

    def change(content: bytes) -> bytes:
        assert old in content, f"{old!r} is not in the part"
        return content.replace(old, new)

    return change


def parts_of(path: Path) -> dict[str, bytes]:
    """Every part of a workbook with its content."""
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry.filename) for entry in archive.infolist()}


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def raw_workbook(
    path: Path,
    rows: str,
    *,
    strings: Sequence[str] = (),
    formats: Sequence[str] = (),
    before_rows: str = "",
    after_rows: str = "",
    date1904: bool = False,
    prefix: str = "",
) -> Path:
    """A workbook from the XML of its rows; `strings` are shared items' XML, `formats` the codes of styles 1, 2, ..."""
    colon = f"{prefix}:" if prefix else ""
    namespace = f'xmlns{":" + prefix if prefix else ""}="{_MAIN}" xmlns:r="{_OFFICE}"'
    codes = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(formats))
    styles = "".join(f'<xf numFmtId="{200 + n}" fontId="0" fillId="0" borderId="0"/>' for n, _ in enumerate(formats))
    sheet = (
        f"<{colon}worksheet {namespace}>{before_rows}<{colon}sheetData>{rows}</{colon}sheetData>"
        f"{after_rows}</{colon}worksheet>"
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET_PART}" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/></Types>',
        "_rels/.rels": _links({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr date1904="{int(date1904)}"/>'
        '<sheets><sheet name="Charges" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(
            {
                "rId1": ("worksheet", "worksheets/sheet1.xml"),
                "rId2": ("styles", "styles.xml"),
                "rId3": ("sharedStrings", "/xl/sharedStrings.xml"),
            }
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><numFmts>{codes}</numFmts><fonts count="1"><font><sz val="11"/>'
        '</font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1">'
        '<border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>{styles}</cellXfs></styleSheet>'.replace(
            "<numFmts></numFmts>", ""
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{"".join(f"<si>{item}</si>" for item in strings)}</sst>',
        SHEET_PART: sheet,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def header_row(titles: Sequence[str], number: int = 1) -> str:
    """A row of headers as inline strings, for raw_workbook."""
    cells = "".join(f'<c t="inlineStr"><is><t>{title}</t></is></c>' for title in titles)
    return f'<row r="{number}">{cells}</row>'


def _links(links: Mapping[str, tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="{link}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for link, (kind, target) in links.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'

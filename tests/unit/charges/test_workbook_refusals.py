from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from lib.charges.sheet.workbook import ColumnsMissing, read_workbook
from lib.core.errors import BadInput
from lib.core.spreadsheets.package import Limits
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


def refusal(path: Path, limits: Limits | None = None, **more) -> str:
    with pytest.raises(BadInput) as caught:
        read_workbook(path, **({"limits": limits} if limits else {}), **more)
    assert caught.value.fix or "mapped" in caught.value.what, "a refusal says what to do"
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"Patient ID,Practice,DOS\n1001,Harbor,11/02/2026\n", "plain text, perhaps a CSV file"),
        ("Patient ID\tPractice\n".encode("utf-16"), "plain text"),
        (b"<html><table><tr><td>Patient ID</td></tr></table></html>", "a web page"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "XML text"),
        (b"%PDF-1.7 \x00\x01", "a PDF document"),
        (b"\x00\x01\x02\x03", "some other kind of file"),
    ],
)
def test_renamed_file_is_refused_and_called_what_it_is(tmp_path: Path, content: bytes, seen: str) -> None:
    path = tmp_path / "charges.xlsx"
    path.write_bytes(content)
    message = refusal(path)
    assert "not an Excel workbook" in message
    assert seen in message
    assert "Save As" in message


def test_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "charges.xlsx"
    path.touch()
    assert "The file is empty" in refusal(path)


def test_file_over_the_size_limit_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "charges.xlsx"
    path.write_bytes(b"PK\x03\x04" + bytes(3_000_000))
    assert "3 MB; 1 MB are accepted" in refusal(path, Limits(file_bytes=1_048_576))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_workbook_is_refused_as_damaged(tmp_path: Path, share: float) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "damaged or was cut off" in refusal(path)


def test_flipped_bits_in_a_sheet_are_refused_as_damage(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx")
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(SHEET_PART)
    content = bytearray(path.read_bytes())
    middle = entry.header_offset + 30 + len(SHEET_PART) + entry.compress_size // 2
    content[middle : middle + 20] = bytes(20)
    path.write_bytes(content)
    assert "damaged or was cut off" in refusal(path)


def test_sheet_that_is_no_xml_is_refused_as_damage(tmp_path: Path) -> None:
    path = with_parts(charges_workbook(tmp_path / "charges.xlsx"), {SHEET_PART: lambda xml: xml[:-40]})
    assert "damaged or was cut off" in refusal(path)


def test_password_protected_workbook_is_refused(tmp_path: Path) -> None:
    plain = charges_workbook(tmp_path / "plain.xlsx")
    path = tmp_path / "charges.xlsx"
    with plain.open("rb") as source, path.open("wb") as target:
        OOXMLFile(source).encrypt("invented", target)
    message = refusal(path)
    assert "protected by a password" in message
    assert "Remove the password" in message


def test_archive_with_encrypted_entries_is_refused(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx")
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    content[entry + 8] |= 1
    path.write_bytes(content)
    assert "protected by a password" in refusal(path)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_archive_with_the_same_part_twice_is_refused(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SHEET_PART, "<worksheet/>")
    assert "the same part twice" in refusal(path)


def test_zip_bomb_is_refused_without_unpacking_it(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(30 * 1024 * 1024))
    assert "which is more than is accepted" in refusal(path)


def test_workbook_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx")
    assert "which is more than is accepted" in refusal(path, Limits(unpacked_bytes=2_000))
    assert "which is more than is accepted" in refusal(path, Limits(entries=3))


@pytest.mark.parametrize("part", [SHEET_PART, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_entities_are_refused_rather_than_expanded(tmp_path: Path, part: str) -> None:
    path = raw_workbook(tmp_path / "charges.xlsx", header_row(TITLES), strings=["<t>x</t>"])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert "document type" in refusal(with_parts(path, {part: lambda xml: bomb + xml}))


def test_macros_are_refused(tmp_path: Path) -> None:
    path = with_parts(charges_workbook(tmp_path / "a.xlsx"), added={"xl/vbaProject.bin": b"x"})
    assert "contains macros" in refusal(path)
    macro_type = replacing(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    path = with_parts(charges_workbook(tmp_path / "b.xlsx"), {"[Content_Types].xml": macro_type})
    assert "contains macros" in refusal(path)


def test_external_links_are_refused(tmp_path: Path) -> None:
    path = with_parts(
        charges_workbook(tmp_path / "charges.xlsx"), added={"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    )
    message = refusal(path)
    assert "links to other workbooks" in message
    assert "Break Link" in message


def test_reference_to_another_workbook_is_refused_even_without_its_part(tmp_path: Path) -> None:
    mention = replacing(b"</sheets>", b"</sheets><externalReferences/>")
    path = with_parts(charges_workbook(tmp_path / "charges.xlsx"), {"xl/workbook.xml": mention})
    assert "links to other workbooks" in refusal(path)


def test_binary_workbook_is_refused_with_the_way_out(tmp_path: Path) -> None:
    elsewhere = replacing(b"xl/workbook.xml", b"xl/workbook.bin")
    path = with_parts(charges_workbook(tmp_path / "charges.xlsx"), {"_rels/.rels": elsewhere})
    message = refusal(path)
    assert ".xlsb" in message
    assert "save it as an Excel workbook (.xlsx)" in message


def test_zip_archives_and_other_office_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "charges.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("charges.csv", "Patient ID\n")
    assert "zip archive, but not an Excel workbook" in refusal(path)
    document = (
        b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/d.xml" '
        b'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", document)
    assert "Office document, but not an Excel workbook" in refusal(path)


def test_missing_sheet_is_refused_with_the_sheets_seen(tmp_path: Path) -> None:
    assert 'no sheet "Charges"; its sheets are "Tuesday"' in refusal(
        charges_workbook(tmp_path / "charges.xlsx", sheet="Tuesday")
    )


def test_two_charges_sheets_are_refused(tmp_path: Path) -> None:
    def add_second(sheet) -> None:
        sheet.parent.create_sheet(" charges ")

    message = refusal(charges_workbook(tmp_path / "charges.xlsx", change=add_second))
    assert 'Several sheets are called "Charges": "Charges" and " charges "' in message


def test_empty_sheet_and_sheet_without_rows_are_refused(tmp_path: Path) -> None:
    assert 'The sheet "Charges" is empty' in refusal(charges_workbook(tmp_path / "a.xlsx", titles=()))
    assert "has headers but no rows" in refusal(charges_workbook(tmp_path / "b.xlsx", rows=()))
    assert "has headers but no rows" in refusal(charges_workbook(tmp_path / "c.xlsx", rows=({"Practice": "  "},)))


def test_missing_columns_are_all_named_and_the_unknown_headers_offered(tmp_path: Path) -> None:
    titles = [title for title in TITLES if title not in ("DOS", "Units")] + ["Service dat"]
    path = charges_workbook(tmp_path / "charges.xlsx", titles=titles)
    with pytest.raises(ColumnsMissing) as caught:
        read_workbook(path)
    assert "lacks the required columns DOS, Units" in str(caught.value)
    assert [column.key for column in caught.value.missing] == ["dos", "units"]
    (offered,) = caught.value.unknown
    assert (offered.title, offered.suggestions[0]) == ("Service dat", "dos")


def test_columns_of_one_meaning_are_refused_and_named(tmp_path: Path) -> None:
    message = refusal(charges_workbook(tmp_path / "charges.xlsx", titles=[*TITLES, "patient id *"]))
    assert 'Two columns mean the same: A "Patient ID" and Z "patient id *" (both Patient ID)' in message
    message = refusal(charges_workbook(tmp_path / "charges.xlsx", titles=[*TITLES, "Error", "ERROR"]))
    assert "(both Error)" in message


@pytest.mark.parametrize("area", ["A2:A3", "B1:C1", "F3:G4"])
def test_merged_cells_among_headers_and_rows_are_refused_and_named(tmp_path: Path, area: str) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx", rows=[VALUES] * 3)
    merge = replacing(
        b"</sheetData>", f'</sheetData><mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>'.encode()
    )
    message = refusal(with_parts(path, {SHEET_PART: merge}))
    assert f"1 range is merged ({area}) within" in message
    assert "Unmerge" in message


def test_formulas_without_results_are_refused_and_named(tmp_path: Path) -> None:
    rows = [VALUES, VALUES | {"Units": "=1+1"}, VALUES | {"Patient ID": "=A2+1"}]
    message = refusal(charges_workbook(tmp_path / "charges.xlsx", rows=rows))
    assert "2 cells hold formulas (H3, A4) without a calculated result" in message


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx", rows=[VALUES] * 6)
    assert len(read_workbook(path, limits=Limits(rows=6)).rows) == 6
    assert "more than 5 rows" in refusal(path, Limits(rows=5))
    assert Limits().rows == 100_000


def test_mapping_to_an_unknown_column_is_refused(tmp_path: Path) -> None:
    path = charges_workbook(tmp_path / "charges.xlsx", titles=[*TITLES, "Notes"])
    assert 'mapped to "nonsense"' in refusal(path, mapping={"Notes": "nonsense"})


def legacy(path: Path, sheet: str = "Charges", merged: bool = False) -> Path:
    book = xlwt.Workbook()
    charges = book.add_sheet(sheet)
    for column, title in enumerate(TITLES):
        charges.write(0, column, title)
        value = VALUES.get(title)
        charges.write(1, column, str(value) if value is not None else "")
    if merged:
        charges.write_merge(2, 3, 0, 0, "1002")
    book.save(str(path))
    return path


def test_legacy_workbooks_meet_the_same_refusals(tmp_path: Path) -> None:
    path = tmp_path / "charges.xls"
    assert 'its sheets are "Tuesday"' in refusal(legacy(path, sheet="Tuesday"))
    assert "1 range is merged (A3:A4)" in refusal(legacy(path, merged=True))
    content = legacy(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "damaged or was cut off" in refusal(path)
    assert "more than 0 rows" in refusal(legacy(path), Limits(rows=0))


def test_foreign_compound_file_is_refused(tmp_path: Path) -> None:
    path = legacy(tmp_path / "charges.xls")
    renamed = path.read_bytes().replace("Workbook".encode("utf-16-le"), "Worddocs".encode("utf-16-le"))
    path.write_bytes(renamed)
    assert "Office document, but not an Excel workbook" in refusal(path)
    path.write_bytes(renamed.replace("Worddocs".encode("utf-16-le"), "VBA_docs".encode("utf-16-le")))
    assert "contains macros" in refusal(path)


def test_refusal_names_no_cell_content(tmp_path: Path) -> None:
    rows = [VALUES | {"Practice": "=Z1", "Rendering Provider": "TEST, Secret"}]
    assert "Secret" not in refusal(charges_workbook(tmp_path / "charges.xlsx", rows=rows))


def test_bad_central_directory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "charges.xlsx"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    path.write_bytes(content.getvalue().replace(b"PK\x01\x02", b"PK\x09\x09"))
    assert "damaged" in refusal(path)


def test_pointer_past_the_shared_strings_is_refused_as_damage(tmp_path: Path) -> None:
    rows = header_row(TITLES[:3]) + '<row r="2"><c r="A2" t="s"><v>7</v></c></row>'
    assert "damaged" in refusal(raw_workbook(tmp_path / "charges.xlsx", rows, strings=["<t>x</t>"]))

"""Bulk files, good and bad: every bad thing has its sentence, and every row ends as a claim or as a fault."""

from __future__ import annotations

import codecs
import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from lib.claim_status.model import ClaimAsked
from lib.claim_status.reading.claims import ReadClaims, read_claims, read_pasted
from lib.core.errors import BadInput

TODAY = date(2026, 11, 20)
HEAD = "claim_number,first_name,last_name,date_of_birth,subscriber_id,first_service_date,last_service_date,practice_tin"
GOOD = "FC0001,Amber,TEST,1980-01-31,000000001,11/03/2026,11/04/2026,12-3456789"
CLAIM = ClaimAsked(
    row=2,
    claim_number="FC0001",
    first_name="Amber",
    last_name="TEST",
    date_of_birth=date(1980, 1, 31),
    subscriber_id="000000001",
    first_service_date=date(2026, 11, 3),
    last_service_date=date(2026, 11, 4),
    practice_tin="123456789",
)
#: No Social Security number is of area 000.
SSN = "000-12-3456"


def text(*rows: str, head: str = HEAD) -> bytes:
    return ("\r\n".join((head, *rows)) + "\r\n").encode()


def workbook(*sheets: list[list[object]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(content: bytes) -> ReadClaims:
    return read_claims(content, today=TODAY)


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "nothing")
    return stream.getvalue()


GOOD_FILES = {
    "plain": text(GOOD),
    "utf-8 with mark": codecs.BOM_UTF8 + text(GOOD),
    "utf-16 with mark": text(GOOD).decode().encode("utf-16"),
    "utf-16 big end first": codecs.BOM_UTF16_BE + text(GOOD).decode().encode("utf-16-be"),
    "utf-16 without mark": text(GOOD).decode().encode("utf-16-le"),
    "semicolons": text(GOOD).replace(b",", b";"),
    "tabs": text(GOOD).replace(b",", b"\t"),
    "bars": text(GOOD).replace(b",", b"|"),
    "carriage returns only": text(GOOD).replace(b"\r\n", b"\r"),
    "line feeds only": text(GOOD).replace(b"\r\n", b"\n"),
    "no end of line": text(GOOD).rstrip(),
    "everything quoted": b"\r\n".join(
        b",".join(b'"' + cell + b'"' for cell in line.split(b",")) for line in text(GOOD).split()
    ),
    "zeros kept for Excel": text(GOOD.replace("000000001", '="000000001"')),
    "headings as people write them": text(
        GOOD, head="Claim #,Patient First Name,PATIENT LAST NAME,Patient DOB,Member ID,DOS From,DOS To,Tax ID"
    ),
    "times behind dates": text(
        GOOD.replace("1980-01-31", "1980-01-31T00:00:00").replace("11/03/2026", "11/3/2026 12:00 AM")
    ),
    "blank cells at the end": text(GOOD + ",,", head=HEAD + ",,"),
    "workbook": workbook([HEAD.split(","), GOOD.split(",")]),
    "workbook with dates": workbook(
        [
            HEAD.split(","),
            ["FC0001", "Amber", "TEST", datetime(1980, 1, 31), "000000001", date(2026, 11, 3), date(2026, 11, 4),
             "123456789"],
        ],
        [["Notes"], ["nothing"]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", GOOD_FILES.values(), ids=GOOD_FILES.keys())
def test_a_good_file_is_read_whatever_its_dress(content: bytes) -> None:
    found = read(content)
    assert found.asked == (CLAIM,)
    assert found.faults == ()
    assert not found.ssn_dropped


def test_only_the_claim_number_is_needed() -> None:
    assert read(text("FC0001", head="claim")).asked == (ClaimAsked(row=2, claim_number="FC0001"),)


def test_windows_letters_are_read_and_said_to_be_a_guess() -> None:
    found = read(text(GOOD.replace("Amber", "Zoé")).decode().encode("cp1252"))
    assert found.asked[0].first_name == "Zoé"
    assert found.notes == ("Read as Windows-1252 text; check names with accents.",)


def test_rows_keep_the_numbers_a_spreadsheet_shows() -> None:
    found = read(text("", GOOD, "", GOOD.replace("FC0001", "FC0002"), head="Monthly list\r\n" + HEAD))
    assert [claim.row for claim in found.asked] == [4, 6]
    assert found.notes == ("1 row above the headings not read.",)


BAD_FILES = {
    "empty": (b"", "The file is empty."),
    "blank": (b" \r\n \r\n", "The file holds no row."),
    "separators only": (b",,,\r\n,,,\r\n", "The file holds no row."),
    "too large": (b"x" * (10 * 1024 * 1024 + 1), "The file is larger than 10 MB."),
    "too many rows": (
        b"claim\n" + b"".join(b"FC%06d\n" % n for n in range(100_001)),
        "The file has more than 100,000 rows.",
    ),
    "too many columns": (
        text("FC1", head="claim," + ",".join(f"c{n}" for n in range(200))),
        "The file has more than 200 columns.",
    ),
    "PDF": (b"%PDF-1.7 ...", "The file is a PDF document, not CSV."),
    "gzip": (b"\x1f\x8b\x08\x00", "The file is a gzip archive, not CSV."),
    "picture": (b"\x89PNG\r\n", "The file is a picture, not CSV."),
    "RTF": (b"{\\rtf1 text}", "The file is a Word text (RTF), not CSV."),
    "X12": (b"ISA*00*  ", "The file is an X12 file, not CSV."),
    "JSON": (b'[{"claim_number": "FC1"}]', "The file is JSON, not CSV."),
    "web page": (b"<html><table>", "The file is a web page or XML, not CSV."),
    "bytes": (b"claim\n\x00\x01\x02\x03", "The file is not text."),
    "old Excel": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "The file is an old Office document (.xls or .doc), which is not read here.",
    ),
    "with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "The workbook is protected by a password.",
    ),
    "other ZIP": (zipped("claims.csv"), "The file is a zip archive, but not an Excel workbook."),
    "workbook cut off": (
        GOOD_FILES["workbook"][:-200],
        "The workbook is damaged or was cut off on its way here.",
    ),
    "two sheets of claims": (
        workbook([HEAD.split(","), GOOD.split(",")], [HEAD.split(","), GOOD.split(",")]),
        "Several sheets of the workbook have claims.",
    ),
    "workbook of nothing": (workbook([[]]), "The file holds no row."),
    "UTF-32": (text(GOOD).decode().encode("utf-32"), "The file is UTF-32 text, which is not read."),
    "UTF-16 cut off": (
        text(GOOD).decode().encode("utf-16")[:-1],
        "The file is UTF-16 text that is damaged or was cut off.",
    ),
    "UTF-8 mark on other text": (
        codecs.BOM_UTF8 + text(GOOD) + b"FC2,Zo\xe9,,,,,,\r\n",
        "The file says it is UTF-8 and is not, from line 3 on.",
    ),
    "no encoding of ours": (
        text(GOOD) + b"FC2,Zo\x81,,,,,,\r\n",
        "The file is neither UTF-8 nor Windows-1252 text: line 3 has a byte of neither.",
    ),
    "open quote": (text(GOOD, '"FC2,a'), "A quotation mark that begins in row 3 is never closed."),
    "quote out of place": (text(GOOD, '"FC2"x,a'), "Row 3 has a quotation mark out of place."),
    "endless cell": (
        text('"' + "x" * 140_000 + '"', head="claim"),
        "Row 2 has a cell of more than 131,072 characters.",
    ),
    "no headings": (text(GOOD, head=GOOD), "None of the first 10 rows holds headings that are known."),
    "headings separated by blanks": (
        b"claim_number first_name last_name\nFC1 Amber TEST\n",
        "The columns are not separated by commas, semicolons, tabs or bars.",
    ),
    "no claim number": (text("Amber,TEST", head="first_name,last_name"), "There is no column Claim number."),
    "one heading twice": (
        text("FC1,FC2", head="claim_number,claim_number"),
        "Columns 1 and 2 are both headed as Claim number.",
    ),
    "two headings of one meaning": (
        text("FC1,1/1/2026,1/1/2026", head="claim,DOS,Date of service"),
        "Columns 2 and 3 are both headed as First service date.",
    ),
    "headings only": (text(), "The file has headings and no row below them."),
    "nothing but SSNs": (
        text(SSN, head="patient_ssn"),
        "The file holds Social Security numbers and nothing that a payer is asked by.",
    ),
}


@pytest.mark.parametrize(("content", "said"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_file_is_refused_with_its_own_sentence(content: bytes, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read(content)
    assert refused.value.what == said
    assert refused.value.fix


def row(**changed: str) -> str:
    cells = dict(zip(HEAD.split(","), GOOD.split(","), strict=True)) | changed
    return ",".join(cells.values())


BAD_ROWS = {
    "no claim number": (row(claim_number=""), "Claim number is empty."),
    "placeholder": (row(claim_number="N/A"), "Claim number is a placeholder."),
    "SSN as claim number": (
        row(claim_number=SSN),
        "Claim number is written like a Social Security number.",
    ),
    "shortened by Excel": (row(claim_number="1.23E+11"), "Claim number was shortened by a spreadsheet."),
    "with decimals": (row(claim_number="12345.0"), "Claim number was turned into a number with decimals."),
    "long claim number": (row(claim_number="F" * 51), "Claim number is longer than 50 characters."),
    "foreign letters": (row(claim_number="FС0001"), "Claim number holds letters that claim numbers do not have."),
    "two claims in a cell": (row(claim_number="FC1;FC2"), "Claim number names several claims."),
    "odd signs": (row(claim_number="FC<1>"), "Claim number holds signs that claim numbers do not have."),
    "zeros": (row(claim_number="000000"), "Claim number is nothing but zeros."),
    "error value": (row(claim_number="#N/A"), "Claim number is a spreadsheet's error value."),
    "formula": (row(claim_number="=A2&B2"), "Claim number is a formula."),
    "control character": (row(claim_number="FC\x0701"), "Claim number holds an invisible control character."),
    "line break": (row(claim_number='"FC\n01"'), "Claim number holds a line break."),
    "very long cell": (row(claim_number="F" * 1_001), "Claim number is longer than 1,000 characters."),
    "lost letter": (row(first_name="Zo\ufffd"), "First name holds a letter that was lost when the file was saved."),
    "name with digits": (row(first_name="Amber2"), "First name has digits in it."),
    "long name": (row(last_name="T" * 61), "Last name is longer than 60 characters."),
    "both names in a cell": (row(last_name='"TEST, Amber"'), "Last name holds first and last name in one cell."),
    "name with signs": (row(last_name="<TEST>"), "Last name holds signs that names do not have."),
    "two-digit year": (row(date_of_birth="1/31/80"), "Date of birth has a year of two digits."),
    "two-digit year with dashes": (
        row(first_service_date="01-02-26"),
        "First service date has a year of two digits.",
    ),
    "dots": (
        row(first_service_date="03.11.2026"),
        "First service date is written with other signs than a date has here.",
    ),
    "no signs": (
        row(first_service_date="20261103"),
        "First service date is written without signs between year, month and day.",
    ),
    "count of days": (row(first_service_date="46329"), "First service date is a spreadsheet's count of days."),
    "month in letters": (row(first_service_date="3 Nov 2026"), "First service date names its month in letters."),
    "day first": (row(date_of_birth="31/01/1980"), "Date of birth has no month 31: the month comes before the day."),
    "no such day": (
        row(first_service_date="02/30/2026"),
        "First service date is a day that the calendar does not have.",
    ),
    "no date": (row(first_service_date="soon"), "First service date is not a date."),
    "future service": (row(last_service_date="2026-11-21"), "Last service date lies in the future."),
    "future birth": (row(date_of_birth="2027-01-01"), "Date of birth lies in the future."),
    "old birth": (row(date_of_birth="1880-01-31"), "Date of birth lies too far in the past."),
    "old service": (row(first_service_date="1926-11-03"), "First service date lies too far in the past."),
    "last day alone": (row(first_service_date=""), "First service date is empty and the last is not."),
    "last before first": (row(last_service_date="2026-11-02"), "Last service date lies before the first."),
    "a year apart": (
        row(first_service_date="2024-11-03"),
        "The service dates lie more than a year apart.",
    ),
    "served before birth": (row(date_of_birth="2026-11-04"), "First service date lies before the date of birth."),
    "id shortened": (row(subscriber_id="9E+08"), "Subscriber ID was shortened by a spreadsheet."),
    "long id": (row(subscriber_id="9" * 31), "Subscriber ID is longer than 30 characters."),
    "id with signs": (row(subscriber_id="0001*"), "Subscriber ID holds signs that member ids do not have."),
    "TIN like an SSN": (row(practice_tin=SSN), "Practice TIN is written like a Social Security number."),
    "TIN shortened": (row(practice_tin="1.2E+8"), "Practice TIN was shortened by a spreadsheet."),
    "TIN without its zeros": (
        row(practice_tin="1234567"),
        "Practice TIN has fewer than 9 digits; a spreadsheet may have cut its zeros.",
    ),
    "NPI as TIN": (row(practice_tin="1999999984"), "Practice TIN has more than 9 digits."),
    "TIN of letters": (row(practice_tin="TIN12345"), "Practice TIN is not 9 digits."),
    "TIN of one digit": (row(practice_tin="000000000"), "Practice TIN is one digit nine times."),
    "too few cells": ("FC0001,Amber", "The row has 2 cells where the headings have 8."),
    "too many cells": (GOOD + ",more", "The row has more cells than the 8 headings."),
    "headings again": (HEAD, "The row repeats the headings."),
    "the same again": (row(claim_number="FC0000"), "The row repeats row 2, which is asked for."),
    "the same number again": (
        row(claim_number="FC0000", first_name="Basil"),
        "The row has the claim number of row 2 and other values.",
    ),
}


@pytest.mark.parametrize(("bad", "said"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_bad_row_has_its_own_sentence_and_its_neighbours_are_asked(bad: str, said: str) -> None:
    found = read(text(row(claim_number="FC0000"), bad, row(claim_number="FC0009")))
    assert [claim.claim_number for claim in found.asked] == ["FC0000", "FC0009"]
    assert [(fault.row, fault.what) for fault in found.faults] == [(3, said)]
    assert found.faults[0].fix
    assert found.rows == 3


def test_a_formula_that_was_never_calculated_is_told_by_its_row() -> None:
    found = read(workbook([["claim_number", "first_name"], ["FC1", "=B1"], ["FC2", "Amber"]]))
    assert [fault.what for fault in found.faults] == ["First name is a formula that was never calculated."]
    assert [claim.row for claim in found.asked] == [3]


@pytest.mark.parametrize("heading", ["patient_ssn", "SSN", "Social Security #", "Pt Soc. Sec. No", "ss#", "anything"])
@pytest.mark.parametrize("as_workbook", [False, True])
def test_social_security_numbers_end_here_whatever_their_column_is_called(heading: str, as_workbook: bool) -> None:
    rows = [["claim_number", heading, "first_name"], ["FC1", SSN, "Amber"], ["FC2", "000 99 1234", "Basil"]]
    found = read(workbook(rows) if as_workbook else "\n".join(",".join(cells) for cells in rows).encode())
    assert [claim.claim_number for claim in found.asked] == ["FC1", "FC2"]
    assert found.ssn_dropped
    assert found.notes == (
        "The payer does not use Social Security numbers: column 2 was dropped before anything was stored.",
    )
    kept = repr(found) + repr([(claim.first_name, claim.subscriber_id) for claim in found.asked])
    assert SSN not in kept
    assert "1234" not in kept


def test_a_social_security_number_in_the_member_ids_column_is_left_out_and_counted() -> None:
    found = read(text(row(subscriber_id=SSN)))
    assert found.asked[0].subscriber_id is None
    assert found.ssn_dropped
    assert "1 cell written like one" in found.notes[0]


def test_columns_that_nobody_asks_by_are_named_and_left_behind() -> None:
    found = read(text("FC1,called twice,9", head="claim_number,comment,balance"))
    assert found.notes == ("Not used: column 2, 3.",)
    assert "called" not in repr(found)


def test_claim_numbers_alone_can_be_pasted() -> None:
    found = read_pasted("FC1\n FC2 \n\nFC2\n" + SSN, today=TODAY)
    assert [claim.claim_number for claim in found.asked] == ["FC1", "FC2"]
    assert [fault.what for fault in found.faults] == [
        "The row repeats row 3, which is asked for.",
        "Claim number is written like a Social Security number.",
    ]


def test_rows_copied_from_a_spreadsheet_can_be_pasted() -> None:
    pasted = text(GOOD).decode().replace(",", "\t")
    assert read_pasted(pasted, today=TODAY).asked == (CLAIM,)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [("  \n", "The text holds no row."), ("FC1, Amber", "None of the first 10 rows holds headings that are known.")],
)
def test_a_paste_that_cannot_be_read_says_so(pasted: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_pasted(pasted, today=TODAY)
    assert refused.value.what == said

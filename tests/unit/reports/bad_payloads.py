"""Payloads that must not get through, each built by code and with the sentence that it has to end in."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from lib.reports.reading.payload import Limits
from tests.unit.reports.payload_files import HEADER, ROW, csv_text, zipped

GOOD = csv_text([ROW] * 4)
SMALL = Limits(packed_bytes=20_000, unpacked_bytes=60_000, files=3, ratio=2, header_bytes=512, columns=20)


@dataclass(frozen=True)
class Kind:
    """One kind of bad payload: what it is called, how it is built, and what has to be said of it."""

    name: str
    build: Callable[[], bytes]
    sentence: str
    limits: Limits | None = None

    def __repr__(self) -> str:
        return self.name


def _entry(name: str = "Report.csv", content: str = GOOD, **attributes: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        for attribute, value in attributes.items():
            setattr(entry, attribute, value)
        archive.writestr(entry, content)
    return packed.getvalue()


def _encrypted() -> bytes:
    content = bytearray(zipped(GOOD))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _wrong_checksum() -> bytes:
    content = bytearray(zipped(GOOD, method=zipfile.ZIP_STORED))
    content[content.index(b"5001")] = ord("9")
    return bytes(content)


def _broken_deflate() -> bytes:
    content = bytearray(zipped(GOOD))
    start = 30 + len("Report 1.csv")
    content[start : start + 20] = b"\xff" * 20
    return bytes(content)


def _declares(size: int) -> bytes:
    content = bytearray(zipped(GOOD))
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, size)
    return bytes(content)


def _method(number: int) -> bytes:
    content = bytearray(zipped(GOOD))
    struct.pack_into("<H", content, 8, number)
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 10, number)
    return bytes(content)


def _only_a_folder() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.mkdir("folder")
    return packed.getvalue()


_DAMAGED = "The report's ZIP is damaged or was cut off."
_OUTSIDE = "File 1 of the report's ZIP points outside of it."
_UNSUPPORTED = "File 1 of the report's ZIP is packed in a way that is not supported."

ZIPS = [
    Kind("empty file", lambda: b"", "The report's file is empty."),
    Kind("no ZIP", lambda: b"<html>", "The report's file is not a ZIP."),
    Kind("CSV in place of a ZIP", GOOD.encode, "The report's file is not a ZIP."),
    Kind("begins like a ZIP", lambda: b"PK" + b"\0" * 50, _DAMAGED),
    Kind("cut off", lambda: zipped(GOOD)[:-30], _DAMAGED),
    Kind("beginning lost", lambda: b"PK" + zipped(GOOD)[40:], _DAMAGED),
    Kind("wrong checksum", _wrong_checksum, _DAMAGED),
    Kind("broken compression", _broken_deflate, _DAMAGED),
    Kind("declares too much", lambda: _declares(len(GOOD) + 50), _DAMAGED),
    Kind("declares too little", lambda: _declares(20), _DAMAGED),
    Kind("encrypted", _encrypted, "File 1 of the report's ZIP is encrypted."),
    Kind("no entry", zipped, "The report's ZIP holds no file."),
    Kind("only a folder", _only_a_folder, "The report's ZIP holds no file."),
    Kind("too many files", lambda: zipped(*["a\r\n"] * 4), "The report's ZIP holds more than 3 files.", SMALL),
    Kind("path upwards", lambda: _entry("../Report.csv"), _OUTSIDE),
    Kind("path upwards, in the middle", lambda: _entry("a/../../Report.csv"), _OUTSIDE),
    Kind("absolute path", lambda: _entry("/Report.csv"), _OUTSIDE),
    Kind("path with a drive", lambda: _entry("C:Report.csv"), _OUTSIDE),
    Kind("path with backslashes", lambda: _entry("..\\Report.csv"), _OUTSIDE),
    Kind("symbolic link", lambda: _entry(external_attr=0o120777 << 16), _OUTSIDE),
    Kind("bzip2", lambda: zipped(GOOD, method=zipfile.ZIP_BZIP2), _UNSUPPORTED),
    Kind("unknown method", lambda: _method(97), _UNSUPPORTED),
    Kind("too large", lambda: zipped("x" * 20_000, method=0), "The report's ZIP is larger than 0 MiB.", SMALL),
    Kind("unpacks too large", lambda: zipped("a\n" * 40_000), "The report unpacks to more than 0 MiB.", SMALL),
    Kind("bomb", lambda: zipped("a" * 50_000), "The report unpacks to more than 2 times its size.", SMALL),
    Kind("real bomb", lambda: zipped(b"0" * 12_000_000), "The report unpacks to more than 400 times its size."),
]

FILES = [
    Kind("nothing in it", lambda: zipped(""), "File 1 of the report is empty."),
    Kind("only a BOM and line ends", lambda: zipped(b"\xef\xbb\xbf\r\n\r\n"), "File 1 of the report is empty."),
    Kind("a ZIP in a ZIP", lambda: zipped(zipped(GOOD)), "File 1 of the report is another ZIP, not CSV."),
    Kind("a PDF", lambda: zipped("%PDF-1.7"), "File 1 of the report is a PDF, not CSV."),
    Kind("JSON", lambda: zipped(GOOD, ' [{"Charge ID": 1}]'), "File 2 of the report is JSON, not CSV."),
    Kind("a web page", lambda: zipped("\n<!DOCTYPE html>"), "File 1 of the report is a web page, not CSV."),
    Kind("UTF-16", lambda: zipped(GOOD.encode("utf-16")), "File 1 of the report is UTF-16 text, which is not read."),
    Kind("zero bytes", lambda: zipped(GOOD + "\0"), "File 1 of the report is not text."),
    Kind(
        "neither encoding",
        lambda: zipped(GOOD.encode() + b"\x81\xff,"),
        "File 1 of the report is neither UTF-8 nor Windows-1252 text.",
    ),
    Kind(
        "cut within a character, undefined elsewhere",
        lambda: zipped(GOOD.encode() + "Á".encode() + b"\xe2\x82"),
        "File 1 of the report is neither UTF-8 nor Windows-1252 text.",
    ),
    Kind("no header", lambda: zipped("\r\n" + GOOD), "File 1 of the report has no header row."),
    Kind("header of commas", lambda: zipped(" , ,\r\n1,2,3\r\n"), "File 1 of the report has no header row."),
    Kind(
        "header too long",
        lambda: zipped("a" * 600 + "\n", method=0),
        "The header of file 1 of the report is longer than 0 KiB.",
        SMALL,
    ),
    Kind(
        "too many columns",
        lambda: zipped("a," * 30 + "\n", method=0),
        "File 1 of the report has more than 20 columns.",
        SMALL,
    ),
    Kind(
        "header with an open quotation mark",
        lambda: zipped('Charge ID,"Charge Amount\r\n1,2\r\n'),
        "File 1 of the report has a quotation mark out of place in row 1.",
    ),
    Kind(
        "files of other columns",
        lambda: zipped(GOOD, csv_text([], HEADER[:4])),
        "File 2 of the report has other columns than its first.",
    ),
    Kind(
        "quotation mark never closed",
        lambda: zipped(GOOD + '5002,3/4/2026,3/6/2026,1.00,"TEST\r\n' + GOOD),
        "File 1 of the report has a quotation mark out of place in row 6.",
    ),
    Kind(
        "text behind a quotation mark",
        lambda: zipped(csv_text([]) + '5002,3/4/2026,3/6/2026,1.00,"TEST" "\r\n'),
        "File 1 of the report has a quotation mark out of place in row 2.",
    ),
    Kind(
        "a row without end",
        lambda: zipped(csv_text([(*ROW[:4], "x" * 5_000_000)]), method=0),
        "File 1 of the report has a row of more than 2048 KiB, or a quotation mark that is never closed.",
    ),
]

COLUMNS = [
    Kind(
        f"no {HEADER[left_out]}",
        lambda left_out=left_out: zipped(csv_text([], [label for label in HEADER if label != HEADER[left_out]])),
        f"The report has no column {HEADER[left_out].lower().replace(' ', '_')}.",
    )
    for left_out in range(4)
] + [
    Kind(
        "renamed column",
        lambda: zipped(csv_text([ROW], ("Line", *HEADER[1:]))),
        "The report has no column charge_id.",
    ),
    Kind(
        "another report altogether",
        lambda: zipped("User,Task,Minutes\r\n"),
        "The report has no column charge_id, charge_from_date, charge_entered_date, charge_amount.",
    ),
    Kind(
        "semicolons",
        lambda: zipped(GOOD.replace(",", ";")),
        "The report has no column charge_id, charge_from_date, charge_entered_date, charge_amount.",
    ),
]


@dataclass(frozen=True)
class OddRow:
    """A row that goes to the rejects, and the reason that has to stand there."""

    name: str
    row: tuple[str, ...]
    reason: str

    def __repr__(self) -> str:
        return self.name


_ID, _FROM, _ENTERED, _AMOUNT, _PRACTICE = ROW

ROWS = [
    OddRow("words for money", (_ID, _FROM, _ENTERED, "none", _PRACTICE), "charge_amount is not an amount"),
    OddRow("thirds of a cent", (_ID, _FROM, _ENTERED, "1.005", _PRACTICE), "charge_amount is not an amount"),
    OddRow("commas astray", (_ID, _FROM, _ENTERED, "$1,23.00", _PRACTICE), "charge_amount is not an amount"),
    OddRow("more than fits", (_ID, _FROM, _ENTERED, "1" * 13, _PRACTICE), "charge_amount is not an amount"),
    OddRow("exponent", (_ID, _FROM, _ENTERED, "1E3", _PRACTICE), "charge_amount is not an amount"),
    OddRow("no such day", (_ID, "2/30/2026", _ENTERED, _AMOUNT, _PRACTICE), "charge_from_date is not a date"),
    OddRow("day first", (_ID, "31/12/2026", _ENTERED, _AMOUNT, _PRACTICE), "charge_from_date is not a date"),
    OddRow("year of two digits", (_ID, "3/4/26", _ENTERED, _AMOUNT, _PRACTICE), "charge_from_date is not a date"),
    OddRow("day as Excel counts", (_ID, "46085", _ENTERED, _AMOUNT, _PRACTICE), "charge_from_date is not a date"),
    OddRow("no key", ("", _FROM, _ENTERED, _AMOUNT, _PRACTICE), "charge_id is empty"),
    OddRow("a key of spaces", ("  ", _FROM, _ENTERED, _AMOUNT, _PRACTICE), "charge_id is empty"),
    OddRow("no window date", (_ID, _FROM, "", _AMOUNT, _PRACTICE), "charge_entered_date is empty"),
    OddRow(
        "shifted cells",
        ("A", *ROW[:4]),
        "charge_from_date is not a date; charge_amount is not an amount",
    ),
    OddRow("long row", (*ROW, "more"), "6 cells where the header has 5"),
    OddRow("long by an empty cell", (*ROW, ""), "6 cells where the header has 5"),
    OddRow("short before the window date", ROW[:2], "charge_entered_date is empty"),
    OddRow(
        "two faults",
        (_ID, "x", _ENTERED, "y", _PRACTICE),
        "charge_from_date is not a date; charge_amount is not an amount",
    ),
]

"""A bulk file or a paste, read into the claims that are asked for; every row ends as one of them or as a fault.

The file is read where it arrives, in memory. Only the columns that we ask by leave this module: a Social Security
number is never part of what it returns, whatever its column is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from lib.claim_status.model import ClaimAsked
from lib.claim_status.reading.columns import Columns, count_known, find_columns, looks_like_ssn
from lib.claim_status.reading.fault import RowFault
from lib.claim_status.reading.records import HEADER_WITHIN, Record, text_records, workbook_records
from lib.claim_status.reading.rows import RowReader
from lib.claim_status.reading.text import decode
from lib.core.errors import BadInput

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_NOT_USED = "The payer does not use Social Security numbers"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadClaims:
    """What a file held: the claims to ask for, the rows that are not asked for and why, both in the file's order.

    `notes` are sentences for the biller about the file as a whole; `ssn_dropped` says that one of them is about
    Social Security numbers, which were left behind unread.
    """

    asked: tuple[ClaimAsked, ...]
    faults: tuple[RowFault, ...]
    notes: tuple[str, ...] = ()
    ssn_dropped: bool = False

    @property
    def rows(self) -> int:
        """Rows of the file that hold anything."""
        return len(self.asked) + len(self.faults)


def read_claims(content: bytes, *, today: date) -> ReadClaims:
    """Read an uploaded CSV or .xlsx file of at most 10 MB and 100,000 rows; its name does not count.

    Raises BadInput where the file as a whole cannot be used. `today` is the day of the office.
    """
    if not content:
        raise BadInput("The file is empty.", fix="Save it again and upload it.")
    if len(content) > MOST_BYTES:
        raise BadInput("The file is larger than 10 MB.", fix="Split it into several files.")
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise BadInput("The workbook is protected by a password.", fix="Remove the password and upload it again.")
        raise BadInput(
            "The file is an old Office document (.xls or .doc), which is not read here.",
            fix="Save it as an Excel workbook (.xlsx) or CSV.",
        )
    if content.startswith(_ZIP):
        return _read(workbook_records(content), today, [], pads=True)
    decoded = decode(content)
    guessed = f"Read as {decoded.encoding} text; check names with accents." if decoded.guessed else ""
    return _read(_records_of(decoded.text, "The file"), today, [guessed] if guessed else [])


def read_pasted(text: str, *, today: date) -> ReadClaims:
    """Read pasted rows: with headings as in a file, or nothing but claim numbers, one a line. Raises BadInput."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BadInput("The text is larger than 10 MB.", fix="Paste less, or upload a file.")
    lines = [line.strip() for line in text.strip().splitlines()]
    bare_numbers = lines and not any(count_known([line]) or any(sign in line for sign in ",;\t|") for line in lines)
    if bare_numbers:
        text = "claim_number\n" + text.strip() + "\n"
    return _read(_records_of(text, "The text"), today, [])


def _records_of(text: str, what: str) -> Iterator[Record]:
    if not text.strip("\ufeff \t\r\n,;|"):
        raise BadInput(f"{what} holds no row.", fix="Fill in headings and at least one claim.")
    return text_records(text.removeprefix("\ufeff"))


def _read(records: Iterator[Record], today: date, notes: list[str], *, pads: bool = False) -> ReadClaims:
    columns, above, rest = _headings(records)
    reader = RowReader(columns, today, pads=pads)
    looks = _Looks(columns)
    rows = 0
    for number, cells in rest:
        if not any(cell.strip() for cell in cells):
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise BadInput("The file has more than 100,000 rows.", fix="Split it into several files.")
        looks.see(cells)
        reader.read(number, cells)
    if not rows:
        raise BadInput("The file has headings and no row below them.", fix="Fill in at least one claim.")
    if above:
        notes.append(f"{above} row{'s' if above > 1 else ''} above the headings not read.")
    ssn = sorted({*columns.ssn, *looks.ssn()})
    if ssn:
        places = ", ".join(str(place + 1) for place in ssn)
        notes.append(f"{_NOT_USED}: column {places} was dropped before anything was stored.")
    if reader.ssn_cells:
        notes.append(
            f"{_NOT_USED}: {reader.ssn_cells} cell{'s' if reader.ssn_cells > 1 else ''} written like one dropped"
            " before anything was stored."
        )
    others = [place for place in columns.others if place not in ssn]
    if others:
        notes.append(f"Not used: column {', '.join(str(place + 1) for place in others)}.")
    return ReadClaims(
        asked=tuple(reader.asked),
        faults=tuple(reader.faults),
        notes=tuple(notes),
        ssn_dropped=bool(ssn or reader.ssn_cells),
    )


def _headings(records: Iterator[Record]) -> tuple[Columns, int, Iterator[Record]]:
    """The columns by the row of the first ten that has most known headings; how many rows stand above it; the rest."""
    top: list[Record] = []
    for record in records:
        top.append(record)
        if len(top) == HEADER_WITHIN:
            break
    if not any(cell.strip() for _, cells in top for cell in cells):
        raise BadInput("The file holds no row.", fix="Fill in headings and at least one claim.")
    best = max(range(len(top)), key=lambda place: count_known(top[place][1]))
    headings = top[best][1]
    if not count_known(headings):
        if any(count_known([word]) for _, cells in top for cell in cells for word in cell.split()):
            raise BadInput(
                "The columns are not separated by commas, semicolons, tabs or bars.", fix="Save the file as CSV."
            )
        raise BadInput(
            f"None of the first {HEADER_WITHIN} rows holds headings that are known.",
            fix="Head the columns as in the list of accepted columns; claim_number is needed.",
        )
    while headings and not headings[-1].strip():
        headings = headings[:-1]
    if len(headings) > MOST_COLUMNS:
        raise BadInput(f"The file has more than {MOST_COLUMNS} columns.", fix="Keep those that are asked by.")
    above = sum(any(cell.strip() for cell in cells) for _, cells in top[:best])
    return find_columns(headings), above, chain(top[best + 1 :], records)


class _Looks:
    """Counts, in columns that nobody asks by, what is written like a Social Security number; keeps no value."""

    def __init__(self, columns: Columns) -> None:
        self._filled = dict.fromkeys(columns.others, 0)
        self._alike = dict.fromkeys(columns.others, 0)

    def see(self, cells: list[str]) -> None:
        for place in self._filled:
            if place < len(cells) and cells[place].strip():
                self._filled[place] += 1
                self._alike[place] += looks_like_ssn(cells[place])

    def ssn(self) -> list[int]:
        """The columns more than half of whose values look like one."""
        return [place for place, filled in self._filled.items() if filled and 2 * self._alike[place] > filled]

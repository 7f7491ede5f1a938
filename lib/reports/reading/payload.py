"""A report as the vendor sends it: a ZIP with CSV files, examined whole before a row of it is believed.

The examination unpacks every file once, keeping nothing: sizes, checksums, encoding and quotation marks are settled
before the database is touched, and the rows are unpacked again when they are read.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lib.core.errors import DaysheetError
from lib.reports.reading.headers import normalise_header

_MIB = 1024 * 1024
_PART = 1 << 20
_BOM = codecs.BOM_UTF8
_ASK_AGAIN = "Ask the vendor to build the report again; if it comes the same, look at the raw file."
#: First bytes of what is no CSV, with the word for it.
_FOREIGN = ((b"PK\x03\x04", "another ZIP"), (b"%PDF", "a PDF"), (b"{", "JSON"), (b"[", "JSON"), (b"<", "a web page"))
#: Bytes that Windows-1252 gives no character.
_NOT_WINDOWS_1252 = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
#: The first record of a CSV file: quoted stretches may hold line breaks.
_FIRST_RECORD = re.compile(rb'(?:[^"\r\n]|"[^"]*+")*+(\r\n|\r|\n|\Z)')


class PayloadFault(DaysheetError):
    """The vendor's file cannot be a report of ours. Says what is wrong with which file of it, never what is in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a payload may cost at most: bytes packed and unpacked, files in it, packed : unpacked, bytes of a header."""

    packed_bytes: int = 1024 * _MIB
    unpacked_bytes: int = 8 * 1024 * _MIB
    files: int = 100
    ratio: int = 400
    header_bytes: int = _MIB
    columns: int = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvFile:
    """One CSV file of a payload. `number` counts from 1; `name` is the vendor's and may say anything.

    `fields` are its normalised labels, `header_bytes` is where its rows begin.
    """

    number: int
    name: str = dataclasses.field(repr=False)
    bytes: int
    encoding: str
    labels: tuple[str, ...]
    fields: tuple[str, ...]
    header_bytes: int

    @property
    def has_rows(self) -> bool:
        """Whether anything follows the header."""
        return self.bytes > self.header_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Payload:
    """An examined payload: one or more CSV files of the same columns. `sha256` is of the ZIP itself."""

    path: Path
    sha256: str
    packed_bytes: int
    unpacked_bytes: int
    files: tuple[CsvFile, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels as the vendor shows them, of the first file."""
        return self.files[0].labels

    @property
    def fields(self) -> tuple[str, ...]:
        """The normalised labels, in the order of the first file."""
        return self.files[0].fields

    @contextmanager
    def open_rows(self, file: CsvFile) -> Generator[IO[bytes]]:
        """The bytes of one file after its header, unpacked as they are read. Raises PayloadFault."""
        with _damage_is_a_fault(), zipfile.ZipFile(self.path) as archive:
            with archive.open(_csv_entries(archive)[file.number - 1]) as stream:
                stream.read(file.header_bytes)
                yield stream


def examine_payload(path: Path, limits: Limits | None = None) -> Payload:
    """Examine a ZIP of CSV files; nothing is written and little is held in memory, however large it is.

    Encoding is UTF-8 with or without BOM, else Windows-1252, file by file. Raises PayloadFault for what is no ZIP,
    damaged, encrypted, too large, a bomb, or holds anything but CSV files whose columns agree.
    """
    limits = limits or Limits()
    size = path.stat().st_size
    if not size:
        raise PayloadFault("The report's file is empty.", fix=_ASK_AGAIN)
    if size > limits.packed_bytes:
        raise PayloadFault(
            f"The report's ZIP is larger than {limits.packed_bytes // _MIB} MiB.", fix="Narrow the saved filter."
        )
    with path.open("rb") as source:
        if source.read(2) != b"PK":
            raise PayloadFault("The report's file is not a ZIP.", fix=_ASK_AGAIN)
    with _damage_is_a_fault(), zipfile.ZipFile(path) as archive:
        entries = _csv_entries(archive)
        _refuse_unsafe(entries, size, limits)
        files = tuple(_examine(archive, entry, number, limits) for number, entry in enumerate(entries, start=1))
    for file in files:
        if sorted(file.fields) != sorted(files[0].fields):
            raise PayloadFault(f"File {file.number} of the report has other columns than its first.", fix=_ASK_AGAIN)
    return Payload(
        path=path,
        sha256=_sha256(path),
        packed_bytes=size,
        unpacked_bytes=sum(file.bytes for file in files),
        files=files,
    )


@contextmanager
def _damage_is_a_fault() -> Generator[None]:
    try:
        yield
    # The last comes from names within the ZIP.
    except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise PayloadFault("The report's ZIP is damaged or was cut off.", fix=_ASK_AGAIN) from error
    except (NotImplementedError, zipfile.LargeZipFile) as error:
        raise PayloadFault("The report's ZIP is packed in a way that is not supported.", fix=_ASK_AGAIN) from error


def _csv_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [entry for entry in archive.infolist() if not entry.is_dir()]


def _refuse_unsafe(entries: list[zipfile.ZipInfo], packed: int, limits: Limits) -> None:
    if not entries:
        raise PayloadFault("The report's ZIP holds no file.", fix=_ASK_AGAIN)
    if len(entries) > limits.files:
        raise PayloadFault(f"The report's ZIP holds more than {limits.files} files.", fix=_ASK_AGAIN)
    if any(entry.header_offset < 0 for entry in entries):
        raise PayloadFault("The report's ZIP is damaged or was cut off.", fix=_ASK_AGAIN)
    for number, entry in enumerate(entries, start=1):
        parts = entry.filename.replace("\\", "/").split("/")
        if ".." in parts or not parts[0] or re.match(r"[A-Za-z]:", parts[0]) or (entry.external_attr >> 28) == 0xA:
            raise PayloadFault(f"File {number} of the report's ZIP points outside of it.", fix=_ASK_AGAIN)
        if entry.flag_bits & 0x1:
            raise PayloadFault(f"File {number} of the report's ZIP is encrypted.", fix=_ASK_AGAIN)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise PayloadFault(
                f"File {number} of the report's ZIP is packed in a way that is not supported.", fix=_ASK_AGAIN
            )
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > limits.unpacked_bytes:
        raise PayloadFault(
            f"The report unpacks to more than {limits.unpacked_bytes // _MIB} MiB.", fix="Narrow the saved filter."
        )
    if unpacked > max(packed, 16_384) * limits.ratio:
        raise PayloadFault(f"The report unpacks to more than {limits.ratio} times its size.", fix=_ASK_AGAIN)


def _examine(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, number: int, limits: Limits) -> CsvFile:
    with archive.open(entry) as stream:
        start = stream.read(limits.header_bytes)
        _refuse_foreign(start, number)
        content = _read_whole(start, stream, number)
    if content.size != entry.file_size:
        raise PayloadFault("The report's ZIP is damaged or was cut off.", fix=_ASK_AGAIN)
    encoding = content.encoding(number)
    if content.quotes % 2:
        _refuse_open_quote(archive, entry, number, encoding)
    labels, header_bytes = _header(start, encoding, number, limits)
    return CsvFile(
        number=number,
        name=entry.filename,
        bytes=content.size,
        encoding=encoding,
        labels=labels,
        fields=normalise_header(labels),
        header_bytes=header_bytes,
    )


def _refuse_foreign(start: bytes, number: int) -> None:
    text = start.removeprefix(_BOM).lstrip()
    if not text:
        raise PayloadFault(f"File {number} of the report is empty.", fix=_ASK_AGAIN)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise PayloadFault(f"File {number} of the report is UTF-16 text, which is not read.", fix=_ASK_AGAIN)
    for mark, kind in _FOREIGN:
        if text.startswith(mark):
            raise PayloadFault(f"File {number} of the report is {kind}, not CSV.", fix=_ASK_AGAIN)


class _Content:
    """What was found while a file was unpacked."""

    def __init__(self) -> None:
        self.size = 0
        self.quotes = 0
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._windows = True

    def see(self, part: bytes, *, last: bool = False) -> None:
        self.size += len(part)
        self.quotes += part.count(b'"')
        if self._utf8 is not None:
            try:
                self._utf8.decode(part, last)
            except UnicodeDecodeError:
                self._utf8 = None
        self._windows = self._windows and not any(byte in part for byte in _NOT_WINDOWS_1252)

    def encoding(self, number: int) -> str:
        if self._utf8 is not None:
            return "utf-8"
        if self._windows:
            return "windows-1252"
        raise PayloadFault(f"File {number} of the report is neither UTF-8 nor Windows-1252 text.", fix=_ASK_AGAIN)


def _read_whole(start: bytes, stream: IO[bytes], number: int) -> _Content:
    content = _Content()
    part = start
    while part:
        if b"\0" in part:
            raise PayloadFault(f"File {number} of the report is not text.", fix=_ASK_AGAIN)
        content.see(part)
        part = stream.read(_PART)
    content.see(b"", last=True)
    return content


def _refuse_open_quote(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, number: int, encoding: str) -> None:
    """An odd number of quotation marks: harmless within an unquoted cell, else rows would be swallowed."""
    row = 1
    with archive.open(entry) as stream, io.TextIOWrapper(stream, encoding=encoding, newline="") as text:
        try:
            for row, _ in enumerate(csv.reader(text, strict=True), start=2):  # noqa: B007
                continue
        except csv.Error as error:
            raise _misplaced_quote(number, row) from error


def _misplaced_quote(number: int, row: int) -> PayloadFault:
    return PayloadFault(f"File {number} of the report has a quotation mark out of place in row {row}.", fix=_ASK_AGAIN)


def _header(start: bytes, encoding: str, number: int, limits: Limits) -> tuple[tuple[str, ...], int]:
    first = _FIRST_RECORD.match(start)
    if first is None and len(start) < limits.header_bytes:
        raise _misplaced_quote(number, 1)
    if first is None or (not first.group(1) and len(start) == limits.header_bytes):
        raise PayloadFault(
            f"The header of file {number} of the report is longer than {limits.header_bytes // 1024} KiB.",
            fix=_ASK_AGAIN,
        )
    text = first.group().decode("utf-8-sig" if encoding == "utf-8" else encoding)
    labels = tuple(next(csv.reader([text]), ()))
    if not any(label.strip() for label in labels):
        raise PayloadFault(f"File {number} of the report has no header row.", fix=_ASK_AGAIN)
    if len(labels) > limits.columns:
        raise PayloadFault(f"File {number} of the report has more than {limits.columns} columns.", fix=_ASK_AGAIN)
    return labels, first.end()


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()

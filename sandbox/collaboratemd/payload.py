"""Builds the ZIP of a report on disk, however large it is, or the broken one that a fault asks for."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from threading import Event
from typing import IO

from sandbox.collaboratemd.catalog import REPORTS
from sandbox.collaboratemd.csv_text import NegativeStyle, text_of
from sandbox.collaboratemd.faults import Fault
from sandbox.collaboratemd.layout import Layout
from sandbox.collaboratemd.pages import ReportOrder, write_pages
from sandbox.world.life import OfficeLife

_MEGABYTE = 1 << 20
_MANY = 5_000
#: Without ZIP64 no member may have 2 GiB; a CSV that has so much is followed by a further one.
_FULL_CSV = 1 << 30


def write_payload(
    life: OfficeLife,
    order: ReportOrder,
    path: Path,
    *,
    faults: Sequence[Fault] = (),
    negative: NegativeStyle = "parentheses",
    stop: Event | None = None,
) -> int:
    """Write the ZIP (no ZIP64: a large report is in several CSVs) to `path`; the number of rows that the report has.

    A report without rows is written all the same; the service answers it with a message instead. BuildStopped when
    `stop` is set meanwhile.
    """
    kinds = {fault.kind for fault in faults}
    layout = Layout(order.columns, faults, negative)
    title = REPORTS[order.report].title
    counted = _Counted(layout, life, order, stop or Event())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=False, compresslevel=1) as archive:
        if "zip_bomb" in kinds:
            _write_bomb(archive, title, next(fault.megabytes for fault in faults if fault.kind == "zip_bomb"))
        elif "many_members" in kinds:
            for nth in range(_MANY):
                archive.writestr(f"{title} {nth}.csv", layout.header())
        elif "json_inside" in kinds:
            _write_json(archive, title, layout, counted)
        elif kinds & {"two_csvs", "unlike_csvs"}:
            _write_two(archive, title, layout, counted, kinds)
        elif "empty_zip" not in kinds:
            _write_csvs(archive, f"../../{title}" if "climbing_name" in kinds else title, layout, counted, kinds)
    _break(path, kinds)
    return counted.rows


class BuildStopped(Exception):
    """The service ends, and nobody will fetch this report."""


class _Counted:
    """The rows of a report as they are written, and how many they are before faults take some away."""

    def __init__(self, layout: Layout, life: OfficeLife, order: ReportOrder, stop: Event) -> None:
        self._layout, self._life, self._order, self._stop = layout, life, order, stop
        self.rows = 0

    def texts(self) -> Iterator[bytes]:
        """All rows, page by page."""
        return (rest for _, rest in self.halves(split=False))

    def halves(self, *, split: bool = True) -> Iterator[tuple[bytes, bytes]]:
        """Page by page the first half of the rows, and the rest."""
        for page in write_pages(self._life, self._order):
            if self._stop.is_set():
                raise BuildStopped
            self.rows += len(next(iter(page.values())))
            rows = self._layout.rows(page)
            middle = len(rows) // 2 if split else 0
            yield text_of(rows[:middle]), text_of(rows[middle:])


def _write_csvs(archive: zipfile.ZipFile, title: str, layout: Layout, counted: _Counted, kinds: Set[str]) -> None:
    texts = counted.texts()
    text, nth = next(texts, None), 1
    while text is not None or nth == 1:
        with archive.open(f"{title}.csv" if nth == 1 else f"{title} ({nth}).csv", "w") as member:
            _write_start(member, layout, kinds)
            written = 0
            while text is not None and written < _FULL_CSV:
                written += member.write(_encode(text, kinds))
                text = next(texts, None)
        nth += 1


def _write_start(member: IO[bytes], layout: Layout, kinds: Set[str]) -> None:
    if "bom" in kinds:
        member.write(b"\xef\xbb\xbf")
    if "no_text" not in kinds:
        member.write(_encode(layout.header().encode(), kinds))


def _encode(text: bytes, kinds: Set[str]) -> bytes:
    return text.decode().encode("cp1252", errors="replace") if "windows_1252" in kinds else text


def _write_two(archive: zipfile.ZipFile, title: str, layout: Layout, counted: _Counted, kinds: Set[str]) -> None:
    with tempfile.TemporaryFile() as second:
        with archive.open(f"{title}.csv", "w") as member:
            _write_start(member, layout, kinds)
            for one, other in counted.halves():
                member.write(_encode(one, kinds))
                second.write(_encode(other, kinds))
        second.seek(0)
        with archive.open(f"{title} (2).csv", "w") as member:
            header = layout.header()
            unlike = f"Invented {header}" if "unlike_csvs" in kinds else header
            member.write(_encode(unlike.encode(), kinds))
            while chunk := second.read(_MEGABYTE):
                member.write(chunk)


def _write_json(archive: zipfile.ZipFile, title: str, layout: Layout, counted: _Counted) -> None:
    text = b"".join(counted.texts()).decode()
    rows = [dict(zip(layout.labels, row, strict=False)) for row in csv.reader(io.StringIO(text))]
    archive.writestr(f"{title}.json", json.dumps(rows, ensure_ascii=False))


def _write_bomb(archive: zipfile.ZipFile, title: str, megabytes: int) -> None:
    with archive.open(f"{title}.csv", "w") as member:
        for _ in range(megabytes):
            member.write(bytes(_MEGABYTE))


def _break(path: Path, kinds: Set[str]) -> None:
    size = path.stat().st_size
    if "not_a_zip" in kinds:
        path.write_bytes(b"This is an invented text and no archive.")
    elif "cut_zip" in kinds:
        with path.open("r+b") as file:
            file.truncate(size * 3 // 5)
    elif "corrupt_zip" in kinds:
        with path.open("r+b") as file:
            file.seek(size // 2)
            file.write(b"\x00\xff" * min(64, size // 8))

"""Payloads as the vendor builds them, well or badly, and a reading of them from the ZIP to the typed rows."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lib.reports.catalog import Report, report_named
from lib.reports.reading.headers import map_columns
from lib.reports.reading.payload import Limits, examine_payload
from lib.reports.reading.rejects import Reject, RejectList, read_rejects
from lib.reports.reading.rows import RowCounts, TypedRows

#: A small report of the catalog: gross billing as far as it must be.
HEADER = ("Charge ID", "Charge From Date", "Charge Entered Date", "Charge Amount", "Practice Name")
ROW = ("5001", "3/4/2026", "3/6/2026", "$1,234.50", "TEST Practice")


def csv_text(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, *, newline: str = "\r\n") -> str:
    """A header and rows with RFC 4180 quoting."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=newline)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def zipped(*files: str | bytes, method: int = zipfile.ZIP_DEFLATED, names: Sequence[str] = ()) -> bytes:
    """A ZIP of these files; text is written as UTF-8."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for number, content in enumerate(files):
            name = names[number] if number < len(names) else f"Report {number + 1}.csv"
            archive.writestr(name, content.encode() if isinstance(content, str) else content)
    return packed.getvalue()


@dataclass(frozen=True)
class Read:
    """What came of a payload."""

    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    counts: RowCounts
    rejects: list[Reject]


def read_payload(
    folder: Path,
    content: bytes,
    *,
    report: str | Report = "gross_billing",
    labels: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Read:
    """Read a payload to the end; raises PayloadFault as the product does."""
    path = folder / "report.zip"
    path.write_bytes(content)
    payload = examine_payload(path, limits)
    columns = map_columns(report_named(report) if isinstance(report, str) else report, payload.fields, labels)
    with RejectList(folder / "rejects.jsonl") as rejects:
        typed = TypedRows(payload, columns, rejects)
        batches = list(typed)
    rows = pa.Table.from_batches(batches).to_pylist() if batches else []
    return Read(
        columns=typed.columns, rows=rows, counts=typed.counts, rejects=list(read_rejects(folder / "rejects.jsonl"))
    )

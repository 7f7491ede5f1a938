"""What an uploaded file really is, by its first bytes; its name does not count."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lib.core.errors import BadInput
from lib.core.spreadsheets.package import Limits

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AS = "Open it in Excel, choose Save As, Excel workbook (.xlsx), and upload that."


def file_kind(path: Path, limits: Limits) -> Literal["xlsx", "xls"]:
    """Tell .xlsx from .xls; BadInput for an empty or over-sized file, or one that is neither."""
    size = path.stat().st_size
    if size == 0:
        raise BadInput("The file is empty.", fix="Save the workbook again and upload it.")
    if size > limits.file_bytes:
        raise BadInput(
            f"The file has {size / 1_048_576:,.0f} MB; {limits.file_bytes / 1_048_576:,.0f} MB are accepted.",
            fix="Split it into several workbooks.",
        )
    with path.open("rb") as stream:
        start = stream.read(2048)
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(_OLE):
        return "xls"
    raise BadInput(f"The file is not an Excel workbook: it is {_looks_like(start)}.", fix=_SAVE_AS)


def _looks_like(start: bytes) -> str:
    beginning = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if beginning.startswith(b"%pdf"):
        return "a PDF document"
    if beginning.startswith(b"<?xml") or beginning.startswith((b"<html", b"<!doctype", b"<table", b"<style", b"<meta")):
        return "a web page or XML text under another name"
    if b"\x00" not in start.removeprefix(b"\xff\xfe") or start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "plain text, perhaps a CSV file under another name"
    return "some other kind of file"

"""Writes the vendor's replies in XML and in JSON; a result's Data is read from disk and encoded as it is sent."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

NAMESPACE = "http://www.collaboratemd.com/api/v1/"
NO_RECORDS = "The report completed successfully, but no records were found matching the criteria used."
UNAVAILABLE = "Report not available for this customer"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
#: A multiple of three, so that the pieces of base64 join.
_PIECE = 3 << 18

Style = Literal["xml", "json"]
CONTENT_TYPES: dict[Style, bytes] = {"xml": b"application/xml", "json": b"application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class DataReply:
    """A reply around the base64 of a file, with its whole length."""

    head: bytes
    path: Path
    tail: bytes

    @property
    def length(self) -> int:
        """How many bytes it has."""
        return len(self.head) + (self.path.stat().st_size + 2) // 3 * 4 + len(self.tail)

    def pieces(self) -> Iterator[bytes]:
        """The reply, piece by piece."""
        yield self.head
        with self.path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield base64.b64encode(piece)
        yield self.tail


def write_run_reply(style: Style, status: str, message: str = "", identifier: str = "") -> bytes:
    """The answer to a run request; without an identifier it has no such member."""
    if style == "json":
        members: dict[str, str | int] = {"Status": status, "StatusMessage": message}
        return json.dumps(members | ({"Identifier": int(identifier)} if identifier else {})).encode()
    told = f"<Identifier>{identifier}</Identifier>" if identifier else ""
    return _envelope("GenericResponse", status, message, told).encode()


def write_result_reply(style: Style, status: str, message: str = "") -> bytes:
    """The answer to a result request without data."""
    if style == "json":
        return json.dumps({"Status": status, "StatusMessage": message}).encode()
    return _envelope("ReportResponse", status, message, "").encode()


def write_data_reply(style: Style, status: str, path: Path, *, namespaced: bool) -> DataReply:
    """The answer to a result request with the file at `path` as Data."""
    mark = "\N{REPLACEMENT CHARACTER}"
    if style == "json":
        whole = json.dumps({"Status": status, "StatusMessage": "", "Data": mark}, ensure_ascii=False)
    else:
        opening = "<Data>" if namespaced else '<Data xmlns="">'
        whole = _envelope("ReportResponse", status, "", f"{opening}{mark}</Data>")
    head, tail = whole.split(mark)
    return DataReply(head=head.encode(), path=path, tail=tail.encode())


def _envelope(root: str, status: str, message: str, rest: str) -> str:
    told = f"<StatusMessage>{escape(message)}</StatusMessage>" if message else "<StatusMessage/>"
    return f'{_DECLARATION}<{root} xmlns="{NAMESPACE}"><Status>{status}</Status>{told}{rest}</{root}>'

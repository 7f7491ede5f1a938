"""Reading a reply that lies on disk, XML or JSON, without ever holding its data in memory.

Names are taken without their namespace, because clients have seen both (contract, Transport).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import mmap
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from lib.vendors.collaboratemd.model import ReportStatus

_PART = 1 << 20
#: What any member but Data may hold: the vendor's sentences are short.
_MOST_TEXT = 8_192
_MOST_MESSAGE = 1_000
_DEEPEST = 16
_JSON_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}\[\]]', re.DOTALL)
_JSON_COLON = re.compile(rb"\s*+:\s*+")
_WHITESPACE = b" \t\r\n"


class Unreadable(Exception):
    """The reply is not what the contract describes; the text says how, and holds nothing of the reply."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The members of a GenericResponse or ReportResponse; `data_bytes` counts what Data decoded to."""

    status: str
    message: str = dataclasses.field(default="", repr=False)
    identifier: str = ""
    data_bytes: int = 0

    def verdict(self) -> ReportStatus:
        """The status that counts: success is judged by data (contract §2). Raises Unreadable for an unknown word."""
        word = " ".join(self.status.replace("_", " ").split()).upper()
        try:
            status = ReportStatus(word)
        except ValueError:
            raise Unreadable("its status is none that the contract lists") from None
        if self.data_bytes:
            return ReportStatus.SUCCESS
        said = self.message.casefold()
        if "still running" in said:
            return ReportStatus.RUNNING
        if "no records" in said and status is not ReportStatus.RUNNING:
            return ReportStatus.NO_RECORDS
        return status


def read_reply(reply: Path, data: Path | None = None) -> Reply:
    """Read a reply; what its Data holds is decoded into the file `data`, where one is given.

    Raises Unreadable for anything that is not such a reply: foreign documents, cut-off ones, document types, broken
    base64, members far too long.
    """
    with reply.open("rb") as source:
        start = source.read(256).removeprefix(b"\xef\xbb\xbf").lstrip(_WHITESPACE)[:1]
    if not start:
        raise Unreadable("it is empty")
    sink = _Base64File(data)
    try:
        members = _read_json(reply, sink.write) if start == b"{" else _read_xml(reply, sink.write)
        size = sink.close()
    finally:
        sink.abandon()
    if "Status" not in members:
        raise Unreadable("it holds no status")
    return Reply(
        status=members["Status"].strip(),
        message=" ".join(members.get("StatusMessage", "").split())[:_MOST_MESSAGE],
        identifier=members.get("Identifier", "").strip(),
        data_bytes=size,
    )


class _Base64File:
    """Decodes base64 that comes in parts into a file, which appears only when there is something in it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._rest = b""
        self._size = 0
        self._ended = False

    def write(self, part: bytes) -> None:
        """Take the next part of the text, line breaks and all."""
        text = self._rest + part.translate(None, _WHITESPACE)
        whole = len(text) - len(text) % 4
        self._decode(text[:whole])
        self._rest = text[whole:]

    def close(self) -> int:
        """The number of bytes written. Raises Unreadable where the text ends in the middle."""
        if self._rest:
            raise Unreadable("its data is not whole base64")
        return self._size

    def abandon(self) -> None:
        """Close the file, whatever happened."""
        if self._file is not None:
            self._file.close()

    def _decode(self, text: bytes) -> None:
        if not text:
            return
        if self._ended:
            raise Unreadable("its data is not base64")
        self._ended = text.endswith(b"=")
        try:
            decoded = base64.b64decode(text, validate=True)
        except binascii.Error:
            raise Unreadable("its data is not base64") from None
        self._size += len(decoded)
        if self._path is not None:
            if self._file is None:
                self._file = self._path.open("wb")
            self._file.write(decoded)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while part := source.read(_PART):
            yield part


def _read_xml(path: Path, write_data: Callable[[bytes], None]) -> dict[str, str]:
    reader = _XmlReader(write_data)
    try:
        for part in _parts(path):
            reader.parser.Parse(part, False)
        reader.parser.Parse(b"", True)
    except expat.ExpatError:
        raise Unreadable("it is neither whole XML nor JSON") from None
    return reader.members


class _XmlReader:
    """The root's children by local name; the text of Data goes out as it comes."""

    def __init__(self, write_data: Callable[[bytes], None]) -> None:
        self.members: dict[str, str] = {}
        self._write_data = write_data
        self._path: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 18
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_document_type

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(":")[2])
        if len(self._path) > _DEEPEST:
            raise Unreadable("it is nested too deeply")
        if len(self._path) == 2:
            if self._path[1] in self.members:
                raise Unreadable("it names a member twice")
            self.members[self._path[1]] = ""

    def _end(self, _name: str) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if len(self._path) != 2:
            return
        name = self._path[1]
        if name == "Data":
            self._write_data(_ascii(text))
        elif len(self.members[name]) + len(text) > _MOST_TEXT:
            raise Unreadable("a member of it is far too long")
        else:
            self.members[name] += text

    def _refuse_document_type(self, *_declaration: object) -> None:
        raise Unreadable("it declares a document type")


def _ascii(text: str) -> bytes:
    try:
        return text.encode("ascii")
    except UnicodeEncodeError:
        raise Unreadable("its data is not base64") from None


def _read_json(path: Path, write_data: Callable[[bytes], None]) -> dict[str, str]:
    with path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as text:
        start, end = _data_span(text)
        for part in _json_text(text, start, end):
            write_data(_ascii(part))
        if len(text) - (end - start) > 2 * _MOST_TEXT:
            raise Unreadable("a member of it is far too long")
        rest = text[:start] + text[end:]
    try:
        found = json.loads(rest, object_pairs_hook=_no_name_twice)
    except (ValueError, RecursionError):
        raise Unreadable("it is neither whole XML nor JSON") from None
    return {name: str(value) for name, value in found.items() if isinstance(value, str | int)}


def _data_span(text: mmap.mmap) -> tuple[int, int]:
    """Where the string of the outermost Data begins and ends, without its quotes; (0, 0) where there is none."""
    depth = 0
    for token in _JSON_TOKEN.finditer(text):
        first = text[token.start()]
        if first in b"{[":
            depth += 1
        elif first in b"}]":
            depth -= 1
        elif depth == 1 and token.end() - token.start() == 6 and token.group() == b'"Data"':
            colon = _JSON_COLON.match(text, token.end())
            value = colon and _JSON_TOKEN.match(text, colon.end())
            if value and text[value.start()] == ord('"'):
                return value.start() + 1, value.end() - 1
        if depth > _DEEPEST:
            raise Unreadable("it is nested too deeply")
    return 0, 0


def _json_text(text: mmap.mmap, start: int, end: int) -> Iterator[str]:
    """The characters of a JSON string in parts, none of which cuts an escape in two."""
    while start < end:
        stop = min(start + _PART, end)
        if stop < end and (escape := text.rfind(b"\\", stop - 6, stop)) > 0:
            stop = escape
        try:
            yield json.loads(b'"%b"' % text[start:stop], strict=False)
        except ValueError:
            raise Unreadable("its data is not base64") from None
        start = stop


def _no_name_twice(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise Unreadable("it names a member twice")
        members[name] = value
    return members

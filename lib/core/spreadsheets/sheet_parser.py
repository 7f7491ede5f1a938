"""Walking through the XML of a worksheet with expat, chunk by chunk, with nothing unsafe allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from xml.parsers import expat

from lib.core.errors import BadInput

_CHUNK_BYTES = 1 << 16


class Readable(Protocol):
    """What can be parsed: a stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


class SheetTags:
    """The element names of a worksheet as written in one file: most have no namespace prefix, some have "x:"."""

    def __init__(self, prefix: str) -> None:
        self.row = f"{prefix}row"
        self.cell = f"{prefix}c"
        self.value = f"{prefix}v"
        self.formula = f"{prefix}f"
        self.text = f"{prefix}t"
        self.phonetic = f"{prefix}rPh"
        self.merged = f"{prefix}mergeCell"
        self.dimension = f"{prefix}dimension"
        self.columns = f"{prefix}cols"
        self.column = f"{prefix}col"
        self.rows = f"{prefix}sheetData"
        self.prefix = prefix


def careful_parser() -> expat.XMLParserType:
    """An expat parser that refuses document types, so that there are no entities to expand."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_document_type
    return parser


def parse_in_steps(parser: expat.XMLParserType, stream: Readable) -> Iterator[None]:
    """Feed the stream to the parser, yielding after each step; BadInput when the XML is broken."""
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise BadInput(
            "The workbook is damaged or was cut off on its way here.",
            fix="Save it once more in Excel and upload it again.",
        ) from error


def _refuse_document_type(*_: object) -> None:
    raise BadInput(
        "The workbook contains an XML document type declaration, which is unsafe.",
        fix="Open it in Excel, save it as an Excel workbook (.xlsx) and upload that.",
    )

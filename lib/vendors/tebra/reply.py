"""Reading a reply's raw XML by local name, so that unknown, missing or unordered members do no harm (contract §5)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from lib.vendors.errors import UnexpectedReply

_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T\s].*)?", re.ASCII)
_MONEY = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Unreadable(Exception):
    """The bytes are not well-formed XML: cut off, or not from the service at all."""


def parse_xml(body: bytes) -> etree._Element:
    """The root of a reply. Raises Unreadable; entities and document types are refused, nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable
    return root


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def child_named(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of that local name, whatever its namespace."""
    return next((child for child in element if local_name(child) == name), None)


def read_date(text: str) -> date | None:
    """A date of Tebra's: `M/D/YYYY` or `YYYY-MM-DD`, any time cut off; None for empty and for .NET's year 1.

    Raises ValueError where the text is no date (contract §4).
    """
    text = text.strip()
    if not text:
        return None
    if us := _US_DATE.fullmatch(text):
        month, day, year = (int(part) for part in us.groups())
    elif iso := _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in iso.groups())
    else:
        raise ValueError("not a date")
    found = date(year, month, day)
    return None if found.year == 1 else found


def read_decimal(text: str) -> Decimal | None:
    """An amount or a number of units; `$` and thousands commas are tolerated. Raises ValueError."""
    text = text.strip().replace(",", "").replace("$", "")
    if not text:
        return None
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if not _MONEY.fullmatch(text):
        raise ValueError("not a number")
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ValueError("not a number") from error


def is_id(text: str) -> bool:
    """Whether Tebra named a record: it says 0 or -1 where there is none (contract §6)."""
    return text.isascii() and text.isdecimal() and int(text) > 0


class Row:
    """One object of a reply, its members by local name. A value that cannot be read raises UnexpectedReply."""

    __slots__ = ("_members", "_operation")

    def __init__(self, element: etree._Element, operation: str) -> None:
        self._operation = operation
        # Of repeated members the first counts.
        self._members = {local_name(child): child for child in reversed(element)}

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def element(self, name: str) -> etree._Element | None:
        """A member as XML; None where it is missing or nil."""
        member = self._members.get(name)
        return None if member is None or member.get(_NIL) in {"true", "1"} else member

    def text(self, name: str) -> str:
        """A member as text without surrounding spaces, empty where it is missing or nil."""
        member = self._members.get(name)
        return "" if member is None or member.text is None else member.text.strip()

    def day(self, name: str) -> date | None:
        """A member as a date without time."""
        try:
            return read_date(self.text(name))
        except ValueError:
            raise self._unexpected(name, "a date") from None

    def decimal(self, name: str) -> Decimal | None:
        """A member as money or units."""
        try:
            return read_decimal(self.text(name))
        except ValueError:
            raise self._unexpected(name, "a number") from None

    def flag(self, name: str) -> bool | None:
        """A member as yes or no (.NET writes "True", XML "true" or "1"); None where it is missing or another word."""
        return {"true": True, "1": True, "false": False, "0": False}.get(self.text(name).casefold())

    def row(self, name: str) -> Row | None:
        """A member that is an object itself."""
        member = self.element(name)
        return None if member is None else Row(member, self._operation)

    def rows(self, plural: str, singular: str) -> list[Row]:
        """The objects of a list member, in order; empty where the list is missing or nil."""
        plural_element = self.element(plural)
        if plural_element is None:
            return []
        return [Row(item, self._operation) for item in plural_element if local_name(item) == singular]

    def texts(self, *path: str) -> tuple[str, ...]:
        """The texts of all elements under the members of `path` (a list of plain values)."""
        level = self.element(path[0])
        for name in path[1:]:
            level = None if level is None else child_named(level, name)
        return () if level is None else tuple(item.text.strip() for item in level if item.text and item.text.strip())

    def _unexpected(self, name: str, kind: str) -> UnexpectedReply:
        return UnexpectedReply(
            f"In Tebra's reply to {self._operation}, {name} is not {kind}.",
            fix="Compare the record in Tebra; if it looks right there, report this.",
            operation=self._operation,
        )

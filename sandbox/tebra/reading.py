"""Reads a request envelope as the vendor's deserializer does (contract sections 1 and 6).

Members are matched by name, namespace and order: what is unknown, out of order or in another namespace is dropped in
silence, a missing required member or a value of the wrong form is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from sandbox.tebra.dates import read_datetime
from sandbox.tebra.members import ENUMERATIONS, OPERATIONS, SCALARS, SCHEMAS, TYPES, Member

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
_NUMBERS = {"int": re.compile(r"[+-]?\d{1,10}$"), "double": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")}


class Fault(Exception):
    """The request ends in a SOAP fault (HTTP 500): `code` is the vendor's fault code, `text` its faultstring."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def deserialization_fault(expected: str) -> Fault:
    """The vendor's complaint about a request it could not read."""
    return Fault(
        "a:DeserializationFailed",
        "The formatter threw an exception while trying to deserialize the message. Error in line 1 position 1. "
        f"'EndElement' 'request' from namespace '{SCHEMAS}' is not expected. Expecting element '{expected}'.",
    )


class Given:
    """The members of an object that arrived; what is absent or nil reads as empty."""

    __slots__ = ("members",)

    def __init__(self) -> None:
        self.members: dict[str, str | Given | list[Given] | None] = {}

    def __contains__(self, name: str) -> bool:
        return self.members.get(name) is not None

    def text(self, name: str) -> str:
        """A scalar member, trimmed; empty when absent."""
        value = self.members.get(name)
        return value.strip() if isinstance(value, str) else ""

    def object(self, name: str) -> Given:
        """An object member; an empty one when absent."""
        value = self.members.get(name)
        return value if isinstance(value, Given) else Given()

    def objects(self, name: str) -> list[Given]:
        """A repeated member; an empty list when absent."""
        value = self.members.get(name)
        return value if isinstance(value, list) else []

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request that could be read: the operation and the members of its `request`."""

    operation: str
    given: Given


def name_operation(soap_action: str) -> str:
    """The operation that a SOAPAction header names; a fault when no operation has that action."""
    action = soap_action.strip().strip('"')
    operation = action.removeprefix(f"{SCHEMAS}KareoServices/")
    if operation not in OPERATIONS or not action.startswith(f"{SCHEMAS}KareoServices/"):
        raise Fault(
            "a:ActionNotSupported",
            f"The message with Action '{action}' cannot be processed at the receiver, due to a ContractFilter mismatch "
            "at the EndpointDispatcher.",
        )
    return operation


def read_request(operation: str, envelope: bytes) -> Request:
    """The members of the request in a SOAP 1.1 envelope; soap:Header is ignored.

    Raises Fault when it is no XML, no envelope, of another operation, or cannot be deserialized.
    """
    try:
        root = etree.fromstring(envelope, _PARSER)
    except etree.XMLSyntaxError as error:
        raise Fault("a:InternalServiceFault", "The request is not well-formed XML.") from error
    body = root.find(f"{{{ENVELOPE}}}Body")
    wrapper = body[0] if body is not None and len(body) else None
    if wrapper is None or wrapper.tag != f"{{{SCHEMAS}}}{operation}":
        raise deserialization_fault(operation)
    sent = wrapper.find(f"{{{SCHEMAS}}}request")
    if sent is None:
        raise Fault("a:InternalServiceFault", "Object reference not set to an instance of an object.")
    return Request(operation=operation, given=_read_object(sent, OPERATIONS[operation][0]))


@lru_cache(maxsize=256)
def _expected(kind: str) -> tuple[dict[str, tuple[int, Member]], tuple[tuple[int, str], ...]]:
    """A type's members by qualified tag with their place, and the places and names of the required ones."""
    declared = TYPES[kind]
    chain = ([TYPES[declared.base]] if declared.base else []) + [declared]
    places = [(f"{{{part.namespace}}}{member.name}", member) for part in chain for member in part.members]
    by_tag = {tag: (place, member) for place, (tag, member) in enumerate(places)}
    return by_tag, tuple((place, member.name) for place, (_, member) in enumerate(places) if member.required)


def _read_object(element: etree._Element, kind: str) -> Given:
    by_tag, required = _expected(kind)
    given = Given()
    next_place = 0
    for child in element:
        place, member = by_tag.get(child.tag, (-1, None))
        if member is None or place < next_place:
            continue
        next_place = place if member.many else place + 1
        value = _read_value(child, member)
        if member.many:
            many = given.members.setdefault(member.name, [])
            if isinstance(value, Given) and isinstance(many, list):
                many.append(value)
        else:
            given.members[member.name] = value
    for _, name in required:
        if name not in given.members:
            raise deserialization_fault(name)
    return given


def _read_value(element: etree._Element, member: Member) -> str | Given | None:
    if element.get(_NIL) in ("true", "1"):
        if not member.nillable:
            raise deserialization_fault(member.name)
        return None
    if member.kind not in SCALARS and member.kind not in ENUMERATIONS:
        return _read_object(element, member.kind)
    text = element.text or ""
    if member.kind == "string":
        return text
    text = text.strip()
    if not _has_form(text, member.kind):
        raise deserialization_fault(member.name)
    return text


def _has_form(text: str, kind: str) -> bool:
    if kind in ENUMERATIONS:
        return text in ENUMERATIONS[kind]
    if kind == "boolean":
        return text in ("true", "false", "1", "0")
    if kind == "dateTime":
        return read_datetime(text) is not None
    return bool(_NUMBERS[kind].match(text))

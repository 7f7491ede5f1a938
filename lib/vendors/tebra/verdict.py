"""What a reply means: the result, or the error it stands for. Every shape of contract §6 is told apart here."""

from __future__ import annotations

import re
from typing import NoReturn

from lxml import etree

from lib.vendors.errors import (
    BadRequest,
    CustomerKeyRefused,
    LoginRefused,
    NotPermitted,
    Refused,
    Throttled,
    Unavailable,
    UnexpectedReply,
)
from lib.vendors.http import HttpReply
from lib.vendors.tebra.refusal import is_echo, read_problems
from lib.vendors.tebra.reply import Row, Unreadable, child_named, is_id, local_name, parse_xml

_TOO_SOON = re.compile(r"more than allowed over time interval (\d{1,9}) milliseconds", re.IGNORECASE)
_TOO_SOON_SHORT = re.compile(r"\s*429\b")
_NULL_REFERENCE = "object reference not set"
#: The request was not understood, so nothing can have been written.
_NOT_READ = ("deserializationfailed", "contractfilter mismatch", "error in deserializing", "actionnotsupported")
#: The service broke down while it worked; a write may have got through before.
_BROKE_DOWN = ("timeout expired", "deadlock", "internal error", "transport-level error")
#: Where a write names the record that it made.
_IDS = {"CreatePayment": "PaymentID", "CreateEncounter": "EncounterID"}
_BUSY_STATUS = {408, 425}
#: How much of a reply without a result is looked at for the words of a throttle.
_GLANCE = 16_384


def judge(operation: str, reply: HttpReply) -> Row:
    """The result of a call, or the error that the reply stands for.

    Raises Throttled, LoginRefused, CustomerKeyRefused, NotPermitted, Refused and BadRequest where the vendor's answer
    is certain and nothing was written; Unavailable and UnexpectedReply where the reply does not tell, so that for a
    write its outcome is open.
    """
    if reply.status == 429:
        _raise_throttled(operation, reply.body.decode("utf-8", "replace"), reply.retry_after)
    if 300 <= reply.status < 400:
        raise UnexpectedReply(
            f"Tebra's address answered {operation} with a redirect, which is never followed: it would take the "
            "password elsewhere.",
            fix="Set the connection's url or endpoint to the final address.",
            operation=operation,
        )
    try:
        body = _body(reply)
    except Unreadable:
        _raise_no_answer(operation, reply, well_formed=False)
    first = None if body is None else next(iter(body), None)
    if first is None:
        _raise_no_answer(operation, reply, well_formed=True)
    if local_name(first) == "Fault":
        _raise_fault(operation, first)
    result = child_named(first, f"{operation}Result")
    if reply.status != 200 or local_name(first) != f"{operation}Response" or result is None:
        _raise_no_answer(operation, reply, well_formed=True)
    row = Row(result, operation)
    _refuse_errors(operation, row)
    return row


def _body(reply: HttpReply) -> etree._Element | None:
    envelope = parse_xml(reply.body)
    return child_named(envelope, "Body") if local_name(envelope) == "Envelope" else None


def _refuse_errors(operation: str, result: Row) -> None:
    error = result.row("ErrorResponse")
    message = "" if error is None or error.flag("IsError") is False else _error_message(error)
    if _is_too_soon(message):
        _raise_throttled(operation, message)
    _refuse_security(operation, result.row("SecurityResponse"))
    if error is None or not (message or error.flag("IsError")):
        return
    if not is_echo(message):
        if _NULL_REFERENCE in f"{message} {error.text('StackTrace')}".casefold():
            _raise_null_reference(operation)
        if any(word in message.casefold() for word in _BROKE_DOWN):
            _raise_broken_down(operation)
    if operation in _IDS and is_id(result.text(_IDS[operation])):
        raise UnexpectedReply(
            f"Tebra's reply to {operation} tells of an error and names a new record all the same.",
            fix="Look the record up in Tebra.",
            operation=operation,
        )
    raise Refused(
        f"Tebra refused this {operation}.",
        fix="Tebra's reasons are with the record; correct them and send it again.",
        operation=operation,
        problems=read_problems(message),
    )


def _error_message(error: Row) -> str:
    element = error.element("ErrorMessage")
    if element is None:
        return ""
    # The echo usually comes as escaped text; read it all the same where it comes as elements.
    inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
    return f"{element.text or ''}{inner}".strip()


def _refuse_security(operation: str, security: Row | None) -> None:
    """Only Authenticated and Authorized count: SecurityResultSuccess is read both ways by its own users (§2)."""
    if security is None or (security.flag("Authenticated") and security.flag("Authorized")):
        return
    if security.flag("CustomerKeyValid") is False:
        raise CustomerKeyRefused(
            "Tebra does not know this customer key.",
            fix="Correct the customer key of the connection; Tebra's customer care issues it.",
            operation=operation,
        )
    if not security.flag("Authenticated"):
        raise LoginRefused(
            "Tebra does not accept this user and password.",
            fix="Correct the connection's user and password; the user must be a System or Account Administrator.",
            operation=operation,
        )
    missing = security.texts("PermissionsMissing", "Permission")
    lacking = f" It lacks: {', '.join(missing)}." if missing else ""
    raise NotPermitted(
        f"Tebra does not let this user call {operation}.{lacking}",
        fix="Ask the Tebra administrator to give the user these rights.",
        operation=operation,
        missing=missing,
    )


def _raise_fault(operation: str, fault: etree._Element) -> NoReturn:
    # SOAP 1.1 says faultcode and faultstring; the detail is not read, it may quote the request.
    told = " ".join((child.text or "") for child in fault if local_name(child) in {"faultcode", "faultstring"})
    words = told.casefold()
    if _is_too_soon(told.strip()) or _TOO_SOON.search(told):
        _raise_throttled(operation, told)
    if any(word in words for word in _NOT_READ):
        raise BadRequest(
            f"Tebra could not read our {operation} request; nothing was done.",
            fix="Check that the connection's WSDL is the service's own; else report this.",
            operation=operation,
        )
    if _NULL_REFERENCE in words:
        _raise_null_reference(operation)
    _raise_broken_down(operation)


def _raise_null_reference(operation: str) -> NoReturn:
    raise _NullReference(
        f"Tebra stumbled over a missing member of our {operation} request.",
        fix="Report this: the request lacks something that Tebra needs.",
        operation=operation,
    )


def _raise_broken_down(operation: str) -> NoReturn:
    raise Unavailable(f"Tebra failed while it worked on {operation}.", fix="Try again in a while.", operation=operation)


class _NullReference(BadRequest):
    """The service met a null while it worked: a fault of ours to a read, but a write may have got through before."""


def is_certain(error: Exception) -> bool:
    """Whether the vendor's answer rules out that a write happened."""
    certain = (Throttled, LoginRefused, CustomerKeyRefused, NotPermitted, Refused, BadRequest)
    return isinstance(error, certain) and not isinstance(error, _NullReference)


def _raise_no_answer(operation: str, reply: HttpReply, *, well_formed: bool) -> NoReturn:
    """For a reply that holds no result of the operation."""
    status, told = reply.status, reply.body[:_GLANCE].decode("utf-8", "replace")
    # Nobody has written down the exact XML of a throttled reply (open question 7): its words count anywhere.
    if _TOO_SOON.search(told):
        _raise_throttled(operation, told)
    if status >= 500 or status in _BUSY_STATUS:
        raise Unavailable(
            f"Tebra answered {operation} with HTTP {status}.", fix="Try again in a while.", operation=operation
        )
    if status == 200 and not well_formed:
        raise Unavailable(
            f"Tebra's reply to {operation} was cut off or is no SOAP message.",
            fix="Try again in a while.",
            operation=operation,
        )
    raise UnexpectedReply(
        f"Tebra's address answered {operation} with HTTP {status}"
        + (" and a document that is no answer to it." if well_formed else "."),
        fix="Check the connection's url and endpoint.",
        operation=operation,
    )


def _is_too_soon(message: str) -> bool:
    return bool(_TOO_SOON_SHORT.match(message)) or (not is_echo(message) and bool(_TOO_SOON.search(message)))


def _raise_throttled(operation: str, told: str, retry_after: int | None = None) -> NoReturn:
    interval = _TOO_SOON.search(told)
    named = None if retry_after is None else retry_after * 1000
    raise Throttled(
        f"Tebra refused {operation} as too soon; nothing was done.",
        fix="It goes again when the account's interval has passed.",
        operation=operation,
        interval_ms=int(interval[1]) if interval else named,
    )

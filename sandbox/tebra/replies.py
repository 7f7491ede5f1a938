"""Writes reply envelopes: results, refusals inside HTTP 200, and faults (contract sections 2 and 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape

from sandbox.tebra.members import ARRAYS, OPERATIONS, SCHEMAS, TYPES
from sandbox.world import Customer

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
_BODY = f'<s:Body xmlns:xsi="{_XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What goes back over HTTP."""

    body: bytes
    status: int = 200


class Refusal(Exception):
    """The request was understood and refused: an ErrorResponse in an HTTP 200 reply."""

    def __init__(self, message: str, *, stack_trace: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.stack_trace = stack_trace


def null_reference() -> Refusal:
    """What comes back when a Filter or a needed date is missing."""
    return Refusal(
        "Object reference not set to an instance of an object.",
        stack_trace="at ValidationHelper.ValidateDateTimeFields",
    )


@lru_cache(maxsize=4096)
def _tags(name: str) -> tuple[str, str]:
    return f"<{name}>", f"</{name}>"


def write_members(scalars: Mapping[str, str | None], objects: Mapping[str, str] | None = None) -> str:
    """Scalar members, and objects that are XML already, in wire order; a scalar that is None or empty is left out."""
    parts = []
    for name in sorted(scalars) if objects is None else sorted([*scalars, *objects]):
        if objects and name in objects:
            parts.append(objects[name])
        elif value := scalars[name]:
            opening, closing = _tags(name)
            parts.append(f"{opening}{escape(value)}{closing}")
    return "".join(parts)


def write_object(name: str, scalars: Mapping[str, str | None], objects: Mapping[str, str] | None = None) -> str:
    """An element of scalar members and of objects that are XML already, all in wire order."""
    opening, closing = _tags(name)
    return f"{opening}{write_members(scalars, objects)}{closing}"


def write_success(operation: str, customer: Customer, members: str) -> Reply:
    """A result with `members` (XML) after the two envelope objects."""
    return _write_result(operation, f"{_write_no_error()}{_write_welcome(customer)}{members}")


def write_refusal(operation: str, customer: Customer, refusal: Refusal) -> Reply:
    """A result whose ErrorResponse says why; a write's ids are there and -1, as an empty object would have them."""
    return _write_result(
        operation,
        f"{write_error(refusal.message, stack_trace=refusal.stack_trace)}{_write_welcome(customer)}"
        f"{write_empty(operation, '-1')}",
    )


def write_throttled(operation: str, interval_ms: float) -> Reply:
    """The refusal of a call that came too early; it carries no SecurityResponse."""
    return _write_result(operation, write_error(throttle_text(operation, interval_ms)))


def throttle_text(operation: str, interval_ms: float) -> str:
    """The vendor's own words for a call that came too early."""
    return (
        f"429: {operation} endpoint requested more than allowed over time interval {interval_ms:.0f} milliseconds. "
        "Please wait to try again."
    )


def write_bad_login(operation: str, customer: Customer | None, *, reason: str) -> Reply:
    """The answer to a wrong customer key (`customer` is None), user or password: nothing but a SecurityResponse."""
    key_valid = customer is not None
    security = write_security(
        {
            "Authenticated": "false",
            "Authorized": "false",
            "CustomerId": customer.id if customer else "0",
            "CustomerKeyValid": "true" if key_valid else "false",
            "SecurityResult": reason,
            "SecurityResultSuccess": "false",
        }
    )
    return _write_result(operation, f"{_write_no_error()}{security}")


def write_not_permitted(operation: str, customer: Customer, missing: Iterable[str]) -> Reply:
    """The answer to a user who may not call the operation."""
    names = "".join(f"<a:string>{escape(name)}</a:string>" for name in missing)
    security = write_security(
        {
            "Authenticated": "true",
            "Authorized": "false",
            "CustomerId": customer.id,
            "CustomerKeyValid": "true",
            "SecurityResult": "User does not have the required permissions",
            "SecurityResultSuccess": "false",
        },
        {
            "PermissionsMissing": f'<PermissionsMissing><Permission xmlns:a="{ARRAYS}">{names}</Permission>'
            "</PermissionsMissing>"
        },
    )
    return _write_result(operation, f"{_write_no_error()}{security}")


def write_customer_id(customer_id: str, *, authorized: bool) -> Reply:
    """The answer of the credential test, which has no envelope objects."""
    return _write_result(
        "GetCustomerIdFromKey",
        f"<CustomerId>{customer_id}</CustomerId><IsAuthorized>{'true' if authorized else 'false'}</IsAuthorized>",
    )


def write_fault(code: str, text: str) -> Reply:
    """A SOAP fault with HTTP 500."""
    return Reply(
        status=500,
        body=(
            f"{_ENVELOPE}<s:Body><s:Fault>"
            f'<faultcode xmlns:a="http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher">'
            f'{code}</faultcode><faultstring xml:lang="en-US">{escape(text)}</faultstring>'
            "</s:Fault></s:Body></s:Envelope>"
        ).encode(),
    )


def internal_fault() -> Reply:
    """The vendor's outage, and its answer to much that it cannot digest."""
    return write_fault(
        "a:InternalServiceFault", "The server was unable to process the request due to an internal error."
    )


def write_empty_success(operation: str, customer: Customer, empty_id: str) -> Reply:
    """A success that says nothing: no error, no id (0 or -1), no rows."""
    return write_success(operation, customer, write_empty(operation, empty_id))


def write_empty(operation: str, empty_id: str) -> str:
    """The members of a result object that nobody filled."""
    if operation == "CreatePayment":
        return f"<PaymentID>{empty_id}</PaymentID><PracticeID>0</PracticeID>"
    if operation in ("CreateEncounter", "UpdateEncounterStatus"):
        return f"<AppointmentID>0</AppointmentID><EncounterID>{empty_id}</EncounterID><PatientID>0</PatientID>"
    return ""


def write_error(message: str, *, stack_trace: str = "") -> str:
    """An ErrorResponse that says something."""
    trace = f"<StackTrace>{escape(stack_trace)}</StackTrace>" if stack_trace else ""
    return (
        f"<ErrorResponse><ErrorMessage>{escape(message)}</ErrorMessage><IsError>true</IsError>{trace}</ErrorResponse>"
    )


def write_security(scalars: Mapping[str, str], objects: Mapping[str, str] | None = None) -> str:
    """A SecurityResponse."""
    return write_object("SecurityResponse", scalars, objects)


def _write_welcome(customer: Customer) -> str:
    return _welcome(customer.id, tuple(practice.id for practice in customer.practices))


@lru_cache(maxsize=16)
def _welcome(customer_id: str, practice_ids: tuple[str, ...]) -> str:
    ids = "".join(f"<a:int>{practice_id}</a:int>" for practice_id in practice_ids)
    return write_security(
        {
            "Authenticated": "true",
            "Authorized": "true",
            "CustomerId": customer_id,
            "CustomerKeyValid": "true",
            "SecurityResult": "Success",
            "SecurityResultSuccess": "true",
        },
        {
            "PracticesAuthorized": f'<PracticesAuthorized><PracticeID xmlns:a="{ARRAYS}">{ids}</PracticeID>'
            "</PracticesAuthorized>"
        },
    )


def _write_no_error() -> str:
    return "<ErrorResponse><IsError>false</IsError></ErrorResponse>"


def _write_result(operation: str, members: str) -> Reply:
    return Reply(
        body=(
            f'{_ENVELOPE}{_BODY}<{operation}Response xmlns="{SCHEMAS}"><{operation}Result>{members}'
            f"</{operation}Result></{operation}Response></s:Body></s:Envelope>"
        ).encode()
    )


def write_rows(operation: str, rows: Iterable[str]) -> str:
    """The list member of a list-GET around its rows, in the namespace that the operation's result has."""
    result = TYPES[OPERATIONS[operation][1]]
    name = result.members[0].name
    namespace = "" if result.namespace == SCHEMAS else f' xmlns="{result.namespace}"'
    return f"<{name}{namespace}>{''.join(rows)}</{name}>"

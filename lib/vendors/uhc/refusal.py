"""What UHC's error codes and HTTP statuses mean for whoever asked (contract §1 and §6)."""

from __future__ import annotations

from collections.abc import Collection

from lib.vendors.errors import (
    BadRequest,
    NotPermitted,
    TerminalError,
    Throttled,
    Unavailable,
    UnexpectedReply,
    VendorError,
)
from lib.vendors.http import HttpReply


class TooManyClaims(TerminalError):
    """The query finds more claims than the payer gives out at once: narrow it."""


class TransactionOver(TerminalError):
    """The transaction id is not known any more: begin the window again."""


#: A query that finds nothing, or a claim whose days of service are others than those asked for.
NO_DATA: frozenset[str] = frozenset({"LCLM_PS_201", "LCLM_PS_307"})
_TOO_MANY = "LCLM_PS_306"
_TRANSACTION_OVER = "LCLM_PS_203"
_NOT_PERMITTED = {"LCLM_PS_105", "LCLM_PS_202"}
_BAD_REQUEST = {
    "LCLM_PS_102": "a mandatory element is missing",
    "LCLM_PS_106": "the dates and the transaction id do not go together",
    "LCLM_PS_107": "the days of service are not within the last 24 months",
    "LCLM_PS_108": "the first day of service is not a date",
    "LCLM_PS_111": "the last day of service is not a date",
    "LCLM_PS_112": "the days of service span more than it allows",
    "LCLM_PS_113": "the last day of service is not valid",
}
_LATER = {
    "LCLM_PS_301",
    "LCLM_PS_302",
    "LCLM_PS_303",
    "LCLM_PS_304",
    "LCLM_PS_305",
    "LCLM_PS_500",
    "LCLM_PA_500",
}


def refusal_of(operation: str, codes: Collection[str]) -> VendorError | None:
    """The error that these codes of one reply stand for; None where there is none, or none but "no data"."""
    for code in codes:
        if code in NO_DATA:
            continue
        if code == _TOO_MANY:
            return TooManyClaims(
                "UHC finds more claims than it gives out at once.", fix="Narrow the window.", operation=operation
            )
        if code == _TRANSACTION_OVER:
            return TransactionOver(
                "UHC does not know the transaction any more.", fix="Begin the window again.", operation=operation
            )
        if code in _NOT_PERMITTED:
            return NotPermitted(
                f"UHC does not let this tax ID ask for this payer id ({code}).",
                fix="Check the practice's tax ID and payer id, and what the UHC account may see.",
                operation=operation,
            )
        if code in _BAD_REQUEST:
            return BadRequest(
                f"UHC refuses {operation}: {_BAD_REQUEST[code]} ({code}).",
                fix="Check the days of service and the practice's tax ID.",
                operation=operation,
            )
        if code in _LATER:
            return Unavailable(
                f"UHC could not answer {operation} ({code}).",
                fix="Retry the failed rows later.",
                operation=operation,
            )
    return None


def judge_status(operation: str, reply: HttpReply) -> None:
    """Return for HTTP 200; raise what another status means whose reply names no code that we know."""
    status = reply.status
    if status == 200:
        return
    if status == 429:
        raise Throttled(
            f"UHC refused {operation} as too early.",
            fix="It is asked again after a pause.",
            operation=operation,
            interval_ms=None if reply.retry_after is None else reply.retry_after * 1000,
        )
    if status == 403:
        raise NotPermitted(
            f"UHC does not let these credentials use {operation}.",
            fix="Ask UHC to allow claim status for this API account.",
            operation=operation,
        )
    if status == 408 or status >= 500:
        raise Unavailable(
            f"UHC could not answer {operation} (HTTP {status}).",
            fix="Retry the failed rows later.",
            operation=operation,
        )
    if 400 <= status < 500:
        raise BadRequest(
            f"UHC could not read the request for {operation} (HTTP {status}).",
            fix="Check the addresses on the connection and the practice's tax ID.",
            operation=operation,
        )
    raise UnexpectedReply(
        f"UHC answered {operation} with HTTP {status}, which its contract does not describe.",
        fix="Check the addresses on the connection.",
        operation=operation,
    )

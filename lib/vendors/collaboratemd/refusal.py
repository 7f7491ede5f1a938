"""What CollaborateMD's HTTP status says before its reply is read (contract, Transport)."""

from __future__ import annotations

from lib.vendors.errors import (
    BadRequest,
    LoginRefused,
    NotPermitted,
    Throttled,
    Unavailable,
    UnexpectedReply,
)
from lib.vendors.http import HttpReply


class MethodRefused(BadRequest):
    """The service takes this call by another HTTP method."""


def judge_status(operation: str, reply: HttpReply) -> None:
    """Return for a reply that is worth reading (200); raise what its status means otherwise, but for 404.

    Business errors come with status 200; what another status carries is never read.
    """
    status = reply.status
    if status == 200:
        return
    if status == 401:
        raise LoginRefused(
            "CollaborateMD does not accept this user and password.",
            fix="Correct them on the connection; nothing more is asked with this login until then.",
            operation=operation,
        )
    if status == 403:
        raise NotPermitted(
            f"CollaborateMD does not let this login use {operation}.",
            fix="Ask CollaborateMD to allow the Web API for this login and account.",
            operation=operation,
        )
    if status == 405:
        raise MethodRefused(
            f"CollaborateMD takes {operation} by another HTTP method.",
            fix="Set result_method on the connection to the other one (post or get).",
            operation=operation,
        )
    if status == 415:
        raise BadRequest(
            "CollaborateMD does not answer in the language that was asked for.",
            fix="Set prefer on the connection to the other one (xml or json).",
            operation=operation,
        )
    if status == 429:
        interval = None if reply.retry_after is None else reply.retry_after * 1000
        raise Throttled(
            f"CollaborateMD refused {operation} as too early.",
            fix="It is asked again after a pause.",
            operation=operation,
            interval_ms=interval,
        )
    if status == 408 or status >= 500:
        raise Unavailable(
            f"CollaborateMD could not answer {operation} (HTTP {status}).",
            fix="Try again later; if it lasts, ask CollaborateMD.",
            operation=operation,
        )
    if 400 <= status < 500:
        raise BadRequest(
            f"CollaborateMD could not read the request for {operation} (HTTP {status}).",
            fix="Check the account, report and filter numbers of this client.",
            operation=operation,
        )
    raise UnexpectedReply(
        f"CollaborateMD answered {operation} with HTTP {status}, which its contract does not describe.",
        fix="Check the address on the connection.",
        operation=operation,
    )

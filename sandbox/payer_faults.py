"""Trouble on demand at the payers' stand-ins, and how it looks on the wire."""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.json_replies import JsonReply, send_bytes, send_cut_off, send_json
from sandbox.tebra.wire import Receive, Scope, Send, drop_connection

#: What a call is about; `status` is the clearinghouse's only one, the others are UHC's.
PayerCall = Literal["token", "summary", "detail", "payment", "status"]
PayerFaultKind = Literal[
    "dropped",  # the connection closes without a reply
    "cut_off",  # the connection closes in the middle of the reply
    "truncated",  # the JSON ends in the middle of a whole HTTP reply
    "garbage",  # the reply is no JSON
    "not_an_object",  # JSON, but a list of nothing
    "delayed",  # answered `seconds` later
    "unavailable",  # HTTP 503 with a page for people
    "error_500",  # HTTP 500 in the vendor's own shape
    "throttled",  # HTTP 429; Retry-After says `seconds`
    "token_withdrawn",  # the token is no longer good, before its time
    "code",  # refused with the error `code`
    "repeated_page",  # the page before, and its transaction id, come again
]
#: Faults that only a vendor with tokens, codes and pages can have.
_WITH_TOKENS = ("token_withdrawn", "code", "repeated_page")


class PayerFault(BaseModel):
    """One order for trouble with a kind of call, or all (`*`).

    Of the calls that match, the first `skip` pass, then each is hit until `times` were.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PayerFaultKind
    call: PayerCall | Literal["*"] = "*"
    times: int | None = Field(None, ge=1)
    skip: int = Field(0, ge=0)
    seconds: float = Field(0, ge=0)
    code: str = ""


class PayerFaultPlan:
    """The faults in force, in the order of their coming; `with_tokens` where the vendor has tokens and pages."""

    def __init__(self, *, with_tokens: bool) -> None:
        self._with_tokens = with_tokens
        self._orders: list[_Order] = []

    def add(self, fault: PayerFault) -> None:
        """Put a fault in force; ValueError for one that this vendor cannot have."""
        if fault.kind in _WITH_TOKENS and not self._with_tokens:
            raise ValueError(f"This vendor cannot have the fault {fault.kind}.")
        if (fault.kind == "code") != bool(fault.code):
            raise ValueError("A code belongs to the fault `code`, and to no other.")
        self._orders.append(_Order(fault))

    def clear(self) -> None:
        """Let everything go well again."""
        self._orders.clear()

    def draw(self, call: PayerCall) -> PayerFault | None:
        """The first fault that hits this call, if any."""
        return next((order.fault for order in self._orders if order.hits(call)), None)


class _Order:
    def __init__(self, fault: PayerFault) -> None:
        self.fault = fault
        self._seen = 0

    def hits(self, call: PayerCall) -> bool:
        if self.fault.call not in ("*", call):
            return False
        self._seen += 1
        past = self._seen - self.fault.skip
        return past > 0 and (self.fault.times is None or past <= self.fault.times)


async def send_faultily(
    fault: PayerFault | None, scope: Scope, receive: Receive, send: Send, reply: JsonReply, *, refusal: JsonReply
) -> None:
    """Send a reply, or what a fault makes of it; `refusal` is this vendor's shape of an internal error."""
    match fault.kind if fault else "":
        case "dropped":
            await drop_connection(scope, receive)
        case "cut_off":
            await send_cut_off(scope, receive, send, reply)
        case "truncated":
            await send_bytes(send, reply.status, reply.body[: len(reply.body) * 2 // 3])
        case "garbage":
            await send_bytes(send, 200, b"\x00\xff<html><p>invented & garbage", content_type=b"text/plain")
        case "not_an_object":
            await send_bytes(send, 200, b"[]")
        case "unavailable":
            await send_bytes(send, 503, b"<html><body>Practice mode: not now.</body></html>", content_type=b"text/html")
        case "error_500":
            await send_json(send, refusal)
        case _:
            if fault and fault.kind == "delayed":
                await asyncio.sleep(fault.seconds)
            await send_json(send, reply)

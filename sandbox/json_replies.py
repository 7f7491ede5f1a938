"""Replies in JSON, whole or cut off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sandbox.tebra.wire import Receive, Scope, Send, drop_connection

_JSON = b"application/json"


@dataclass(frozen=True, kw_only=True)
class JsonReply:
    """A status, what is told in JSON, and headers besides its type and length."""

    status: int = 200
    told: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def body(self) -> bytes:
        """The JSON."""
        return json.dumps(self.told, separators=(",", ":")).encode()


async def send_json(send: Send, reply: JsonReply) -> None:
    """Send a whole reply."""
    await send_bytes(send, reply.status, reply.body, headers=reply.headers)


async def send_bytes(
    send: Send, status: int, body: bytes, *, content_type: bytes = _JSON, headers: Mapping[str, str] | None = None
) -> None:
    """Send a whole reply of any kind."""
    await _start(send, status, len(body), content_type, headers or {})
    await send({"type": "http.response.body", "body": body})


async def send_cut_off(scope: Scope, receive: Receive, send: Send, reply: JsonReply) -> None:
    """Announce a whole reply, send the first half and close the connection."""
    await _start(send, reply.status, len(reply.body), _JSON, reply.headers)
    await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
    await drop_connection(scope, receive)


async def _start(send: Send, status: int, length: int, content_type: bytes, headers: Mapping[str, str]) -> None:
    told = [(b"content-type", content_type), (b"content-length", str(length).encode())]
    told += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})

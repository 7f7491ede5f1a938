"""The wire under the stand-in: whole replies, and the ways in which a reply can fail to arrive.

uvicorn gives an application no means to break a connection, so its protocol class is extended to hand the transport
along in the request's scope.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.tebra.replies import Reply

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_XML = b"text/xml; charset=utf-8"
_ENDLESS_BLOCK = b"<Invented>" + b"x" * 65_516 + b"</Invented>"
#: An endless reply gives up after so many bytes, for the sake of a client that never does.
_ENDLESS_BYTES = 4 << 30


class WireProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with the transport in each scope's extensions."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin a connection, on which small packets go out at once."""
        super().connection_made(transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {"practice": {"transport": self.transport}}


async def read_body(receive: Receive) -> bytes:
    """The whole request body; ConnectionError when the client leaves first."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("The client left before its request was whole.")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def send_reply(send: Send, reply: Reply, *, content_type: bytes = _XML) -> None:
    """Send a whole reply."""
    await _send_head(send, reply.status, len(reply.body), content_type)
    await send({"type": "http.response.body", "body": reply.body})


async def send_redirect(send: Send, location: str) -> None:
    """Send the client elsewhere, with its request."""
    headers = [(b"location", location.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def send_cut_off(scope: Scope, receive: Receive, send: Send, reply: Reply) -> None:
    """Send the first half of a reply and close the connection."""
    await _send_head(send, reply.status, len(reply.body), _XML)
    await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
    await _close(scope["extensions"]["practice"]["transport"].close, receive)


async def send_endlessly(receive: Receive, send: Send, reply: Reply) -> None:
    """Send the beginning of a reply and then more and more of it, until the client has enough."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", _XML)]})
    await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
    left = asyncio.ensure_future(receive())
    try:
        for _ in range(_ENDLESS_BYTES // len(_ENDLESS_BLOCK)):
            if left.done():
                return
            await send({"type": "http.response.body", "body": _ENDLESS_BLOCK, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b""})
    finally:
        left.cancel()


async def drop_connection(scope: Scope, receive: Receive) -> None:
    """Close the connection without a word."""
    await _close(scope["extensions"]["practice"]["transport"].abort, receive)


async def _close(close: Callable[[], None], receive: Receive) -> None:
    close()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_head(send: Send, status: int, length: int, content_type: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})

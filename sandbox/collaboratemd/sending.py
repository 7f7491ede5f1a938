"""Sends the vendor's replies over HTTP, whole or broken."""

from __future__ import annotations

from sandbox.collaboratemd.replies import CONTENT_TYPES, DataReply, Style
from sandbox.tebra.wire import Receive, Scope, Send, drop_connection

_PLAIN = b"text/plain; charset=utf-8"


async def send_status(send: Send, status: int) -> None:
    """Send a bare status, which for a refused login says how to sign in."""
    headers = [(b"content-length", b"0")]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="CollaborateMD"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def send_body(send: Send, body: bytes, style: Style) -> None:
    """Send a whole reply."""
    await _start(send, CONTENT_TYPES[style], len(body))
    await send({"type": "http.response.body", "body": body})


async def send_garbage(send: Send) -> None:
    """Send what is neither XML nor JSON."""
    body = b"\x00\xff<html><p>invented & garbage"
    await _start(send, _PLAIN, len(body))
    await send({"type": "http.response.body", "body": body})


async def send_data(send: Send, reply: DataReply, style: Style) -> None:
    """Send a reply with data, piece by piece."""
    await _start(send, CONTENT_TYPES[style], reply.length)
    for piece in reply.pieces():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def send_cut_off(scope: Scope, receive: Receive, send: Send, body: bytes, style: Style) -> None:
    """Announce a whole reply, send the first half and close the connection."""
    await _start(send, CONTENT_TYPES[style], len(body))
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    await drop_connection(scope, receive)


async def _start(send: Send, content_type: bytes, length: int) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})

"""Gives every request an id that its log lines and its answer carry, and counts requests by place and status."""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.core.logging import about
from lib.core.metrics import REQUEST_SECONDS, REQUESTS, SOCKETS

_LOG = logging.getLogger(__name__)
_HEADER = b"x-request-id"
#: What a proxy before us may hand on as an id of its own.
_ID = re.compile(rb"[0-9A-Za-z-]{8,64}")
_SLOW_SECONDS = 2.0
#: Streamlit's own, by the beginning of the path; whatever is in none of these is a page.
_PLACES = (
    ("/_stcore/upload_file", "upload"),
    ("/_stcore", "streamlit"),
    ("/media", "download"),
    ("/component", "assets"),
    ("/static", "assets"),
)
_API = "/api"
#: Its 503 is an answer, and comes every few seconds for as long as it holds.
_PROBED = "/readyz"


class RequestLog:
    """The outermost middleware: no address and no parameter is logged or counted, for they may name somebody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "websocket":
            SOCKETS.inc()
            try:
                await self._app(scope, receive, send)
            finally:
                SOCKETS.dec()
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _given_id(scope) or secrets.token_hex(8).encode()
        began, status = time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (_HEADER, request_id)]
            await send(message)

        with about(request=request_id.decode()):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                _count(place_of(scope), status, time.perf_counter() - began)


def _count(place: str, status: int, seconds: float) -> None:
    # A visitor who went away before there was an answer is no failure of ours.
    said = str(status) if status else "gone"
    REQUESTS.labels(place, said).inc()
    REQUEST_SECONDS.labels(place).observe(seconds)
    if place == _PROBED:
        return
    if status >= 500 or seconds > _SLOW_SECONDS:
        level = logging.WARNING if status >= 500 else logging.INFO
        _LOG.log(level, "request", extra={"place": place, "status": said, "seconds": round(seconds, 3)})


def place_of(scope: Scope) -> str:
    """The pattern of the route that answered, or a short word for what is Streamlit's own; never what was asked."""
    path, pattern = scope["path"], getattr(scope.get("route"), "path", "")
    if path.startswith(_API):
        # Refused at the door, or no such route: then only the mount is known.
        return _API + pattern.removeprefix(_API)
    for beginning, place in _PLACES:
        if path.startswith(beginning):
            return place
    return pattern if "{" not in pattern and pattern == path else "page"


def _given_id(scope: Scope) -> bytes | None:
    for name, value in scope["headers"]:
        if name == _HEADER and _ID.fullmatch(value):
            return value
    return None

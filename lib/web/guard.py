"""The guard before every route: who has no session reaches the sign-in page and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from lib.core.access import sessions
from lib.core.database import Database, DatabaseUnavailable
from lib.core.errors import SignedOut
from lib.core.settings import Settings
from lib.web.cookies import session_token

Open = Callable[[], tuple[Settings, Database]]
#: Routes that have doors of their own, or nothing to hide.
_OPEN_PATHS = frozenset(
    {
        "/healthz",
        "/readyz",
        "/metrics",
        "/_stcore/health",
        # Asked by a page before it connects, so also by one that is to say that the database is away; holds no secret.
        "/_stcore/host-config",
        "/favicon.ico",
        "/favicon.png",
        "/signin",
        "/setup",
        "/auth/login",
        "/oauth2callback",
    }
)
_OPEN_FOLDERS = ("/signin/", "/static/", "/api/")


class Guard:
    """Lets requests and websockets pass that come with an open session.

    Without one, a page leads to /signin, and everything else (Streamlit's websocket, uploads, media, components) is
    refused. While the database is away pages pass, so that they can say so: each asks for the session again itself.
    """

    def __init__(self, app: ASGIApp, *, open_office: Open, from_provider: Callable[[HTTPConnection], bool]) -> None:
        self._app = app
        self._open_office = open_office
        self._from_provider = from_provider
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="guard")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] == "lifespan" or _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        is_page = scope["type"] == "http" and _wants_a_page(scope, connection)
        try:
            if await self._is_signed_in(connection):
                await self._app(scope, receive, send)
                return
        except DatabaseUnavailable:
            if is_page or scope["type"] == "websocket":
                await self._app(scope, receive, send)
            else:
                await PlainTextResponse("The database does not answer.", status_code=503)(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        answer = self._to_sign_in(connection) if is_page else PlainTextResponse("Sign in first.", status_code=401)
        await answer(scope, receive, send)

    async def _is_signed_in(self, connection: HTTPConnection) -> bool:
        token = session_token(connection)
        if not token:
            return False
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._attend, token)
        except SignedOut:
            return False
        return True

    def _attend(self, token: str) -> None:
        sessions.attend(self._open_office()[1], token, active=False)

    def _to_sign_in(self, connection: HTTPConnection) -> Response:
        if self._from_provider(connection):
            return RedirectResponse("/signin/provider", status_code=303)
        wanted = connection.url.path + (f"?{connection.url.query}" if connection.url.query else "")
        return RedirectResponse(f"/signin?next={quote(wanted, safe='')}", status_code=303)


def _is_open(path: str) -> bool:
    return path in _OPEN_PATHS or path.startswith(_OPEN_FOLDERS) or path == "/api"


def _wants_a_page(scope: Scope, connection: HTTPConnection) -> bool:
    return scope["method"] in ("GET", "HEAD") and "text/html" in connection.headers.get("accept", "")

"""The door of the API: no token, no answer; whatever breaks behind it comes out as a problem."""

from __future__ import annotations

import hashlib
import hmac
from http import HTTPStatus

from pydantic import SecretStr
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lib.api.problems import place_of, problem, unforeseen

_SCHEME = b"bearer "


class Door:
    """Lets requests in that carry the token, compared in constant time; without a token set, nobody."""

    def __init__(self, app: ASGIApp, *, token: SecretStr | None) -> None:
        self._app = app
        self._digest = _digest(token.get_secret_value().encode()) if token else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._digest is None:
            refused = problem(
                HTTPStatus.NOT_FOUND,
                "The API is switched off.",
                "Set DAYSHEET_API_TOKEN to a token of at least 32 characters and start the web process again.",
                place="door",
            )
            await refused(scope, receive, send)
            return
        if not hmac.compare_digest(_digest(_given(scope)), self._digest):
            refused = problem(
                HTTPStatus.UNAUTHORIZED,
                "The token is missing or wrong.",
                "Send it as a header: Authorization: Bearer TOKEN.",
                place="door",
                headers={"WWW-Authenticate": "Bearer"},
            )
            await refused(scope, receive, send)
            return
        await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:
            failed = unforeseen(error, place=place_of(scope))
            if begun:
                # Half an answer is out: the connection is cut, so that it cannot be taken for a whole one.
                raise ConnectionAbortedError from None
            await failed(scope, receive, send)


def _given(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == b"authorization" and value[: len(_SCHEME)].lower() == _SCHEME:
            return bytes(value[len(_SCHEME) :]).strip()
    return b""


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()

"""The cookies of a browser that is signed in, or on its way."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

#: Holds the session's token; no script of a page can read it.
SESSION = "daysheet_session"
#: Where somebody wanted to go before an identity provider was asked.
NEXT = "daysheet_next"
_PROVIDER_SECONDS = 600


def session_token(connection: HTTPConnection) -> str | None:
    """The token that the browser sends, if any."""
    return connection.cookies.get(SESSION)


def keep_session(response: Response, connection: HTTPConnection, token: str) -> None:
    """Have the browser keep the token until it is closed; the tables end it before that."""
    _set(response, connection, SESSION, token, None)


def keep_next(response: Response, connection: HTTPConnection, path: str) -> None:
    """Have the browser keep where it wanted to go, while a provider is asked."""
    _set(response, connection, NEXT, path, _PROVIDER_SECONDS)


def _set(response: Response, connection: HTTPConnection, name: str, value: str, seconds: int | None) -> None:
    # Behind a proxy that ends TLS, the server takes the scheme from the proxy's header.
    secure = connection.url.scheme in ("https", "wss")
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)

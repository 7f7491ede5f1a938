"""Identity providers, through Streamlit's own sign-in: which there are, where it begins, whom it vouches for.

Its routes talk to the provider and sign a cookie with the claims. A script of a page could not turn that into our
cookie, which no script may read; so the claims are taken from the request itself, once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from streamlit import auth_util
from streamlit.web.server.starlette import starlette_auth_routes
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from lib.web.sign_in import Providers

_DEFAULT = "default"


def providers() -> Providers:
    """The providers of `.streamlit/secrets.toml`, section [auth]."""
    section = auth_util.get_secrets_auth_section().to_dict()
    named = sorted(name for name, value in section.items() if isinstance(value, Mapping) and name != "client_kwargs")
    names = [*([_DEFAULT] if "client_id" in section else []), *named]
    return Providers(names=names, begin=_begin, claims=_claims, forget=_forget)


def comes_from_provider(connection: HTTPConnection) -> bool:
    """Whether the browser brings an answer of a provider that nobody has taken yet."""
    return USER_COOKIE_NAME in connection.cookies


def _begin(provider: str) -> str:
    return f"/auth/login?provider={quote(auth_util.encode_provider_token(provider))}"


def _claims(request: Request) -> Mapping[str, Any] | None:
    content = starlette_auth_routes._get_cookie_value_from_request(request, USER_COOKIE_NAME)
    claims = json.loads(content) if content else {}
    return claims if claims.get("is_logged_in") else None


def _forget(request: Request, response: Response) -> None:
    starlette_auth_routes._clear_auth_cookie(response, request)

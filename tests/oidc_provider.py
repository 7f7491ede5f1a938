"""A small OpenID provider of the tests' own, which vouches for whomever a test says."""

from __future__ import annotations

import contextlib
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.browser.workbench import free_port

CLIENT_ID, CLIENT_SECRET = "daysheet-tests", "kept-by-the-tests"


@dataclass
class Provider:
    """The provider and whom it vouches for at the next sign-in."""

    issuer: str
    claims: dict[str, Any] = field(default_factory=dict)
    _nonces: dict[str, str] = field(default_factory=dict)
    _key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "tests", "use": "sig"}))

    def secrets_file(self, folder: Path) -> Path:
        """A file that sets the provider up for a web process."""
        path = folder / "secrets.toml"
        path.write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"\n'
            f'cookie_secret = "{secrets.token_hex(16)}"\nclient_id = "{CLIENT_ID}"\nclient_secret = "{CLIENT_SECRET}"\n'
            f'server_metadata_url = "{self.issuer}/.well-known/openid-configuration"\n'
        )
        return path

    def app(self) -> Starlette:
        """What it answers."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _describe(self, request: Request) -> Response:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse(
            {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256"]}
            | {name: f"{self.issuer}/{place}" for name, place in places.items()}
        )

    async def _authorize(self, request: Request) -> Response:
        asked, code = request.query_params, secrets.token_hex(8)
        self._nonces[code] = asked.get("nonce", "")
        answer = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", status_code=302)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {"nonce": self._nonces.pop(form["code"])} | self.claims
        signed = jwt.encode({"alg": "RS256", "kid": "tests"}, claims, self._key)
        return JSONResponse({"access_token": "none", "token_type": "Bearer", "id_token": signed, "expires_in": 300})

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})


@contextlib.contextmanager
def running_provider() -> Iterator[Provider]:
    """Run it on a free port of the loopback."""
    port = free_port()
    provider = Provider(issuer=f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(provider.app(), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield provider
    server.should_exit = True
    thread.join()

"""The token call (contract section 1) and the tokens that are good."""

from __future__ import annotations

import secrets
import time
from urllib.parse import parse_qs

from sandbox.json_replies import JsonReply
from sandbox.uhc.clients import UhcClient

_FORM = "application/x-www-form-urlencoded"


class Tokens:
    """The tokens in force, each with its client and its end on the monotonic clock."""

    def __init__(self) -> None:
        self._good: dict[str, tuple[UhcClient, float]] = {}

    def issue(self, client: UhcClient, seconds: float) -> JsonReply:
        """A new token, good for so many seconds."""
        token = secrets.token_urlsafe(24)
        self._good[token] = (client, time.monotonic() + seconds)
        return JsonReply(told={"access_token": token, "token_type": "Bearer", "expires_in": int(seconds)})

    def client_of(self, authorization: str) -> UhcClient | None:
        """Whose token a call has, none when it is no token in force."""
        scheme, _, token = authorization.partition(" ")
        client, ends = self._good.get(token.strip(), (None, 0.0))
        return client if scheme.lower() == "bearer" and time.monotonic() < ends else None

    def withdraw(self, client: UhcClient) -> None:
        """Let none of a client's tokens be good any more."""
        self._good = {token: held for token, held in self._good.items() if held[0] != client}

    def forget(self) -> None:
        """Let no token be good any more."""
        self._good.clear()


def check_login(headers: dict[str, str], body: bytes, clients: tuple[UhcClient, ...]) -> UhcClient | JsonReply:
    """The client whose credentials are in the form, or the refusal: they count in the body only."""
    if "authorization" in headers:
        return _refuse(401, "invalid_request", "Invalid Authorization header for this API")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return _refuse(400, "invalid_request", "A form is expected")
    form = {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
    if form.get("grant_type") != "client_credentials":
        return _refuse(400, "unsupported_grant_type", "client_credentials is expected")
    for client in clients:
        if form.get("client_id") == client.client_id and form.get("client_secret") == client.secret:
            return client
    return _refuse(403, "invalid_client", "Client credentials are invalid")


def _refuse(status: int, error: str, why: str) -> JsonReply:
    return JsonReply(status=status, told={"error": error, "error_description": why})

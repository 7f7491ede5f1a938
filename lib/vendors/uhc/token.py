"""The bearer token: asked for once, kept until shortly before its end, never again after a refusal (contract §1)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from lib.vendors.errors import BadRequest, LoginRefused, UnexpectedReply
from lib.vendors.http import BoundedHttp, HttpReply
from lib.vendors.uhc.connection import UhcConnection
from lib.vendors.uhc.refusal import judge_status

TOKEN = "token"
_USUAL_SECONDS = 3_600


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token and its end, in seconds of the clock it was made with."""

    bearer: str = field(repr=False)
    ends: float


class TokenDesk:
    """Gives out the token in force; one instance serves many threads.

    `clock` is monotonic, in seconds.
    """

    def __init__(self, connection: UhcConnection, http: BoundedHttp, clock: Callable[[], float]) -> None:
        self._connection = connection
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._refusal: LoginRefused | None = None

    def token(self, before: Callable[[], None], *, instead_of: Token | None = None) -> Token:
        """The token in force, or a new one where there is none, it is about to end, or it is the one that failed.

        `before` is called before a token is asked for. Raises LoginRefused, from then on without a call, Throttled,
        Unavailable, UnexpectedReply, NothingSent, ReplyLost.
        """
        with self._lock:
            if self._refusal is not None:
                raise self._refusal
            held = self._token
            if held is not None and held is not instead_of and self._clock() < held.ends:
                return held
            before()
            try:
                self._token = self._ask()
            except LoginRefused as error:
                self._refusal = error
                raise
            return self._token

    def _ask(self) -> Token:
        connection = self._connection
        form = {
            "grant_type": "client_credentials",
            "client_id": connection.client_id,
            "client_secret": connection.client_secret.get_secret_value(),
        }
        asked_at = self._clock()
        reply = self._http.post(
            connection.token_url,
            urlencode(form).encode("ascii"),
            {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
        )
        if reply.status in (400, 401, 403):
            raise LoginRefused(
                f"UHC does not accept this client id and secret (HTTP {reply.status}).",
                fix="Correct them on the connection; nothing more is asked with them until then.",
                operation=TOKEN,
            )
        try:
            judge_status(TOKEN, reply)
        except BadRequest as error:
            raise UnexpectedReply(error.what, fix="Check token_url on the connection.", operation=TOKEN) from error
        bearer, seconds = _read(reply)
        # A token of less than twice the margin would never be used.
        margin = min(connection.token_margin_seconds, seconds / 2)
        return Token(bearer=bearer, ends=asked_at + seconds - margin)


def _read(reply: HttpReply) -> tuple[str, float]:
    try:
        told = json.loads(reply.body)
        bearer, seconds = told["access_token"], float(told.get("expires_in") or _USUAL_SECONDS)
        if isinstance(bearer, str) and bearer.isascii() and bearer.isprintable() and bearer and seconds > 0:
            return bearer, seconds
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable() from error
    raise _unreadable()


def _unreadable() -> UnexpectedReply:
    return UnexpectedReply(
        "UHC's reply to the token call holds no token.", fix="Check token_url on the connection.", operation=TOKEN
    )

"""HTTP as vendors need it: one keep-alive session a thread, no redirects, no retries, every reply bounded.

What fails is told apart by the one question that matters for a write: did any byte of the request leave?
"""

from __future__ import annotations

import http.client
import io
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import BinaryIO

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ProxyError

from lib.core.errors import DaysheetError

_CHUNK = 256 * 1024
_BROKEN = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)
_NEVER_LEFT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)


class TransportError(DaysheetError):
    """No whole reply came back. The texts name neither address nor content."""


class NothingSent(TransportError):
    """No connection came about: the other side has seen nothing of the request."""


class ReplyLost(TransportError):
    """The request was sent, at least in part, and no whole reply was received."""


class ReplyTooLarge(ReplyLost):
    """The reply is larger than the bound; what came was thrown away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpLimits:
    """Bounds of one call: seconds to connect, between two packets, and until the body is whole; bytes unpacked.

    The call's seconds are looked at from the first byte of the body on; up to there every packet has `read_seconds`.
    """

    connect_seconds: float
    read_seconds: float
    call_seconds: float
    max_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpReply:
    """A whole reply, whatever its status. `retry_after` is the seconds that header names, if it names any."""

    status: int
    body: bytes
    retry_after: int | None = None


class BoundedHttp:
    """Sends requests within `limits`; safe for many threads, each of which keeps its own connection.

    Environment proxies are used only with `use_proxy`; a `.netrc` and cookies never are.
    """

    def __init__(self, limits: HttpLimits, *, use_proxy: bool = False) -> None:
        self._limits = limits
        self._use_proxy = use_proxy
        self._of_thread = threading.local()

    def get(self, url: str) -> HttpReply:
        """Fetch `url`. Raises NothingSent, ReplyLost, ReplyTooLarge."""
        return self._send("GET", url, None, {})

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Send `body` once. Raises NothingSent, ReplyLost, ReplyTooLarge."""
        return self._send("POST", url, body, headers)

    def send_into(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], sink: BinaryIO
    ) -> HttpReply:
        """Send once and write the reply's body into `sink` as it comes; the reply itself is returned without it.

        What was written before an error is of no use. Raises NothingSent, ReplyLost, ReplyTooLarge.
        """
        return self._send(method, url, body, headers, sink)

    def _send(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], sink: BinaryIO | None = None
    ) -> HttpReply:
        received = io.BytesIO()
        deadline = time.monotonic() + self._limits.call_seconds
        try:
            response = self._session().request(
                method,
                url,
                data=body,
                headers=dict(headers),
                stream=True,
                allow_redirects=False,
                timeout=(self._limits.connect_seconds, min(self._limits.read_seconds, self._limits.call_seconds)),
                proxies=get_environ_proxies(url) if self._use_proxy else None,
            )
        except _BROKEN as error:
            if _never_left(error):
                raise NothingSent("No connection could be made.") from error
            raise ReplyLost(_lost(error)) from error
        with closing(response):
            self._read(response, deadline, received if sink is None else sink)
        after = response.headers.get("Retry-After", "")
        return HttpReply(
            status=response.status_code,
            body=received.getvalue(),
            retry_after=int(after) if after.isdecimal() and len(after) < 6 else None,
        )

    def _read(self, response: requests.Response, deadline: float, sink: BinaryIO) -> None:
        size = 0
        while chunk := self._next_part(response):
            size += len(chunk)
            if size > self._limits.max_bytes:
                raise ReplyTooLarge(f"The reply is larger than {self._limits.max_bytes} bytes.")
            if time.monotonic() > deadline:
                raise ReplyLost("The reply took longer than the whole call may.")
            sink.write(chunk)

    @staticmethod
    def _next_part(response: requests.Response) -> bytes:
        # read1 returns after one packet, so that the deadline is looked at however slowly the bytes trickle.
        try:
            return response.raw.read1(_CHUNK, decode_content=True)
        except _BROKEN as error:
            raise ReplyLost(_lost(error)) from error

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._of_thread, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            session.headers["User-Agent"] = "Daysheet"
            session.headers["Accept-Encoding"] = "gzip"
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=1, max_retries=0))
            self._of_thread.session = session
        return session


def _never_left(error: BaseException) -> bool:
    """Whether the connection failed before a byte of the request could go out."""
    if isinstance(error, _NEVER_LEFT):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError | ProxyError):
        return True
    # The certificate is checked during the handshake, which comes before the request.
    refused = reason.args[0] if reason is not None and reason.args else None
    return isinstance(refused, ssl.SSLCertVerificationError)


def _lost(error: BaseException) -> str:
    slow = isinstance(error, requests.Timeout | TimeoutError | urllib3.exceptions.TimeoutError)
    return "No reply came in time." if slow else "The connection broke before the whole reply was there."

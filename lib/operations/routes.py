"""/healthz, /readyz and /metrics, the same in the web process and the side process.

To strangers /healthz and /readyz say a bare word, for load balancers, and /metrics nothing. The whole of it is for this
machine, asked directly and not through a proxy, and for who has the metrics token.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from ipaddress import ip_address
from typing import TypeVar

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lib.operations.model import Check, Readiness, Standing
from lib.operations.watch import Watch

Answer = TypeVar("Answer")

#: Whoever asks gets an answer by then; a database that hangs is not waited for.
_PATIENCE_SECONDS = 8.0
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_NO_STORE = {"Cache-Control": "no-store"}


class OperationsRoutes:
    """Answers from a watch, in threads of its own: neither pages nor API wait for them, nor they for those."""

    def __init__(self, watch: Callable[[], Watch]) -> None:
        self._watch = watch
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="operations")

    def routes(self) -> list[Route]:
        """The three routes."""
        return [
            Route("/healthz", self.healthz, methods=["GET"]),
            Route("/readyz", self.readyz, methods=["GET"]),
            Route("/metrics", self.metrics, methods=["GET"]),
        ]

    async def healthz(self, request: Request) -> Response:
        """That this process answers."""
        return PlainTextResponse("ok", headers=_NO_STORE)

    async def readyz(self, request: Request) -> Response:
        """Every check with its sentence; 503 when one has failed."""
        try:
            found = await self._within(lambda: self._watch().readiness())
        except TimeoutError:
            slow = f"No answer within {_PATIENCE_SECONDS:.0f} s."
            found = Readiness(checks=(Check(name="database", standing=Standing.FAILED, said=slow),))
        status = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
        if not self._may_see(request):
            return PlainTextResponse("ready" if found.ready else "not ready", status, headers=_NO_STORE)
        checks = [{"name": one.name, "standing": one.standing, "said": one.said} for one in found.checks]
        return JSONResponse({"ready": found.ready, "checks": checks}, status, headers=_NO_STORE)

    async def metrics(self, request: Request) -> Response:
        """The figures in Prometheus' text format."""
        if not self._may_see(request):
            return PlainTextResponse(
                "Send the metrics token as Authorization: Bearer TOKEN.",
                HTTPStatus.UNAUTHORIZED,
                headers={"WWW-Authenticate": "Bearer", **_NO_STORE},
            )
        try:
            text = await self._within(lambda: self._watch().exposition())
        except TimeoutError:
            return PlainTextResponse("The figures took too long.", HTTPStatus.SERVICE_UNAVAILABLE, headers=_NO_STORE)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=_NO_STORE)

    async def _within(self, look: Callable[[], Answer]) -> Answer:
        looking = asyncio.get_running_loop().run_in_executor(self._threads, look)
        return await asyncio.wait_for(looking, _PATIENCE_SECONDS)

    def _may_see(self, request: Request) -> bool:
        token = self._watch().settings.metrics_token
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if token and scheme.lower() == "bearer":
            return hmac.compare_digest(given.strip().encode(), token.get_secret_value().encode())
        # Behind a proxy of this machine everybody seems to come from it; a proxy says for whom it asks.
        return not any(name in request.headers for name in _FORWARDED) and _is_loopback(request)


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False

"""One HTTP server on this computer for all stand-in vendors and their control routes."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import uvicorn
from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.clearinghouse.control import control_routes as clearinghouse_routes
from sandbox.clearinghouse.service import STATUS_PATH, ClearinghouseStandIn
from sandbox.collaboratemd.control import control_routes as collaboratemd_routes
from sandbox.collaboratemd.service import PATH_PREFIX, CollaborateMdStandIn
from sandbox.tebra.control import control_routes
from sandbox.tebra.service import ELSEWHERE_PATH, TebraStandIn
from sandbox.tebra.wire import Receive, Scope, Send, WireProtocol
from sandbox.tebra.wsdl import SERVICE_PATH, write_wsdl
from sandbox.uhc.control import control_routes as uhc_routes
from sandbox.uhc.service import UhcStandIn
from sandbox.world import Customer, World

HOST = "127.0.0.1"
CUSTOMERS: TypeAdapter[tuple[Customer, ...]] = TypeAdapter(tuple[Customer, ...])


class PracticeVendors:
    """The ASGI application: vendors' addresses go straight to their stand-in, the rest to slower routes."""

    def __init__(self, world: World, state: Path, claims: int) -> None:
        self.world = world
        self.tebra = TebraStandIn(world, state)
        self.collaboratemd = CollaborateMdStandIn(world, state, claims)
        self.uhc = UhcStandIn(world, claims)
        self.clearinghouse = ClearinghouseStandIn(world, claims)
        self._routes = Starlette(
            routes=[
                Route(SERVICE_PATH, self._send_wsdl),
                Route("/control/world", self._send_world),
                Route(ELSEWHERE_PATH, self._count_stray, methods=["GET", "POST"]),
                *control_routes(self.tebra),
                *collaboratemd_routes(self.collaboratemd.desk),
                *uhc_routes(self.uhc.desk),
                *clearinghouse_routes(self.clearinghouse),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == SERVICE_PATH:
            await self.tebra.serve(scope, receive, send)
        elif scope["type"] == "http" and self.uhc.is_asked(scope["path"]):
            await self.uhc.serve(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == STATUS_PATH:
            await self.clearinghouse.serve(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PATH_PREFIX):
            await self.collaboratemd.serve(scope, receive, send)
        else:
            await self._routes(scope, receive, send)

    async def _send_wsdl(self, request: Request) -> Response:
        return Response(write_wsdl(f"http://{request.url.netloc}"), media_type="text/xml")

    async def _send_world(self, request: Request) -> Response:
        return Response(CUSTOMERS.dump_json(self.world.customers), media_type="application/json")

    async def _count_stray(self, request: Request) -> Response:
        self.tebra.counts[ELSEWHERE_PATH].received += 1
        return Response("Nobody should have come here.", status_code=200, media_type="text/plain")


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process ends with a clean code, and at once."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to the caller."""
        yield


@asynccontextmanager
async def serving(world: World, state: Path, port: int, *, claims: int) -> AsyncGenerator[str]:
    """Serve on 127.0.0.1 (`port` 0 takes a free one) and give the base URL; OSError when the port is taken.

    `claims` is how many claims each client of CollaborateMD has in three years.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    vendors = PracticeVendors(world, state, claims)
    config = uvicorn.Config(
        vendors,
        http=WireProtocol,
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=120,
        timeout_graceful_shutdown=0,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.005)
            if running.done():
                running.result()
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await running
        vendors.tebra.journal.close()
        await vendors.collaboratemd.close()
        listener.close()


async def until_told_to_stop() -> None:
    """Return when the process gets SIGTERM or SIGINT."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()

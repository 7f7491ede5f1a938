"""The control routes of the Tebra stand-in, which are no part of the vendor's protocol."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control import common_routes
from sandbox.tebra.faults import Fault
from sandbox.tebra.journal import ENTRIES
from sandbox.tebra.service import TebraStandIn
from sandbox.tebra.settings import Settings

PREFIX = "/control/tebra"


def control_routes(stand_in: TebraStandIn) -> list[Route]:
    """Journal, calls, faults, settings and reset of one stand-in."""

    async def read_calls(request: Request) -> Response:
        """Counts by operation."""
        return JSONResponse({operation: asdict(count) for operation, count in stand_in.counts.items()})

    common = common_routes(PREFIX, stand_in, entries=ENTRIES, fault=Fault, settings=Settings)
    return [Route(f"{PREFIX}/calls", read_calls), *common]

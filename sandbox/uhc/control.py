"""The control routes of the UHC stand-in, which are no part of the payer's protocol."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control import common_routes
from sandbox.payer_faults import PayerFault
from sandbox.uhc.clients import UhcClient
from sandbox.uhc.desk import UhcDesk
from sandbox.uhc.journal import ENTRIES
from sandbox.uhc.least import LEAST_CALLS
from sandbox.uhc.settings import Settings
from sandbox.world.payer_side import CLAIMS

PREFIX = "/control/uhc"
UHC_CLIENTS: TypeAdapter[tuple[UhcClient, ...]] = TypeAdapter(tuple[UhcClient, ...])


class WantedClaims(BaseModel):
    """Claims of a client by the payer's numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: str
    numbers: tuple[str, ...]


def control_routes(desk: UhcDesk) -> list[Route]:
    """Clients, claims, least calls, journal, faults, settings and reset of one stand-in."""

    async def read_clients(request: Request) -> Response:
        """The clients with credentials and practices."""
        return Response(UHC_CLIENTS.dump_json(desk.clients), media_type="application/json")

    async def read_claims(request: Request) -> Response:
        """What the payer knows of the client `client`."""
        try:
            claims = desk.claims(desk.client_named(request.query_params.get("client", "")))
        except ValueError as error:
            return JSONResponse({"refused": str(error)}, status_code=422)
        return Response(CLAIMS.dump_json(claims), media_type="application/json")

    async def count_least_calls(request: Request) -> Response:
        """The least calls for some claims of a client."""
        try:
            wanted = WantedClaims.model_validate_json(await request.body())
            least = desk.least_calls(desk.client_named(wanted.client), wanted.numbers)
        except (ValidationError, ValueError) as error:
            return JSONResponse({"refused": str(error)}, status_code=422)
        return Response(LEAST_CALLS.dump_json(least), media_type="application/json")

    return [
        Route(f"{PREFIX}/clients", read_clients),
        Route(f"{PREFIX}/claims", read_claims),
        Route(f"{PREFIX}/least-calls", count_least_calls, methods=["POST"]),
        *common_routes(PREFIX, desk, entries=ENTRIES, fault=PayerFault, settings=Settings),
    ]

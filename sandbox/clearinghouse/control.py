"""The control routes of the clearinghouse's stand-in, which are no part of its protocol."""

from __future__ import annotations

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.clearinghouse.journal import ENTRIES
from sandbox.clearinghouse.service import ClearinghouseClient, ClearinghouseStandIn
from sandbox.clearinghouse.settings import Settings
from sandbox.control import common_routes
from sandbox.payer_faults import PayerFault
from sandbox.world.payer_side import CLAIMS

PREFIX = "/control/clearinghouse"
CLIENTS: TypeAdapter[tuple[ClearinghouseClient, ...]] = TypeAdapter(tuple[ClearinghouseClient, ...])


def control_routes(stand_in: ClearinghouseStandIn) -> list[Route]:
    """Clients, claims, journal, faults, settings and reset of one stand-in."""

    async def read_clients(request: Request) -> Response:
        """The clients with keys, practices and payers."""
        return Response(CLIENTS.dump_json(stand_in.clients), media_type="application/json")

    async def read_claims(request: Request) -> Response:
        """What the payer `payer_id` knows of the client `client`."""
        name, payer_id = (request.query_params.get(asked, "") for asked in ("client", "payer_id"))
        client = next((client for client in stand_in.clients if client.name == name), None)
        if client is None:
            return JSONResponse({"refused": f"There is no client {name}."}, status_code=422)
        return Response(CLAIMS.dump_json(stand_in.claims(client, payer_id)), media_type="application/json")

    return [
        Route(f"{PREFIX}/clients", read_clients),
        Route(f"{PREFIX}/claims", read_claims),
        *common_routes(PREFIX, stand_in, entries=ENTRIES, fault=PayerFault, settings=Settings),
    ]

"""The control routes of the Tebra stand-in, which are no part of the vendor's protocol."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.tebra.faults import Fault
from sandbox.tebra.journal import ENTRIES
from sandbox.tebra.service import TebraStandIn
from sandbox.tebra.settings import Settings

PREFIX = "/control/tebra"


def control_routes(stand_in: TebraStandIn) -> list[Route]:
    """Journal, calls, faults, settings and reset of one stand-in."""

    async def read_journal(request: Request) -> Response:
        """The entries in order; `after` leaves out the first so many."""
        after = int(request.query_params.get("after", "0"))
        return Response(ENTRIES.dump_json(stand_in.journal.entries[after:]), media_type="application/json")

    async def read_calls(request: Request) -> Response:
        """Counts by operation."""
        return JSONResponse({operation: asdict(count) for operation, count in stand_in.counts.items()})

    async def add_fault(request: Request) -> Response:
        """Put a fault in force."""
        try:
            stand_in.faults.add(Fault.model_validate_json(await request.body()))
        except ValueError as error:
            return _refuse(error)
        return Response(status_code=204)

    async def clear_faults(request: Request) -> Response:
        """Take all faults back."""
        stand_in.faults.clear()
        return Response(status_code=204)

    async def read_settings(request: Request) -> Response:
        """The settings in force."""
        return Response(stand_in.settings.model_dump_json(), media_type="application/json")

    async def change_settings(request: Request) -> Response:
        """Change the given settings and leave the others; answers with all."""
        try:
            changed = await request.json()
            stand_in.settings = Settings.model_validate(stand_in.settings.model_dump() | changed)
        except (ValueError, TypeError) as error:
            return _refuse(error)
        return await read_settings(request)

    async def reset(request: Request) -> Response:
        """Forget journal, calls, faults and settings."""
        stand_in.reset()
        return Response(status_code=204)

    return [
        Route(f"{PREFIX}/journal", read_journal),
        Route(f"{PREFIX}/calls", read_calls),
        Route(f"{PREFIX}/faults", add_fault, methods=["POST"]),
        Route(f"{PREFIX}/faults", clear_faults, methods=["DELETE"]),
        Route(f"{PREFIX}/settings", read_settings, methods=["GET"]),
        Route(f"{PREFIX}/settings", change_settings, methods=["POST"]),
        Route(f"{PREFIX}/reset", reset, methods=["POST"]),
    ]


def _refuse(error: Exception) -> Response:
    text = error.errors(include_url=False) if isinstance(error, ValidationError) else str(error)
    return JSONResponse({"refused": str(text)}, status_code=422)

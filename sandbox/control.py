"""The control routes that every stand-in has: journal, faults, settings, reset. No part of any vendor's protocol."""

from __future__ import annotations

from typing import Any, Protocol

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Controlled(Protocol):
    """What a stand-in offers to whoever plays the vendor's moods on it."""

    journal: Any
    faults: Any
    settings: Any

    def reset(self) -> None:
        """Forget journal, work under way, faults and settings."""
        ...


def common_routes(
    prefix: str, stand_in: Controlled, *, entries: TypeAdapter[Any], fault: type[BaseModel], settings: type[BaseModel]
) -> list[Route]:
    """The routes under `prefix`; `entries`, `fault` and `settings` are the vendor's own kinds of them."""

    async def read_journal(request: Request) -> Response:
        """The entries in order; `after` leaves out the first so many."""
        after = int(request.query_params.get("after", "0"))
        return Response(entries.dump_json(stand_in.journal.entries[after:]), media_type="application/json")

    async def add_fault(request: Request) -> Response:
        """Put a fault in force."""
        try:
            stand_in.faults.add(fault.model_validate_json(await request.body()))
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
            stand_in.settings = settings.model_validate(stand_in.settings.model_dump() | changed)
        except (ValueError, TypeError) as error:
            return _refuse(error)
        return await read_settings(request)

    async def reset(request: Request) -> Response:
        """Forget everything that was set and done."""
        stand_in.reset()
        return Response(status_code=204)

    return [
        Route(f"{prefix}/journal", read_journal),
        Route(f"{prefix}/faults", add_fault, methods=["POST"]),
        Route(f"{prefix}/faults", clear_faults, methods=["DELETE"]),
        Route(f"{prefix}/settings", read_settings, methods=["GET"]),
        Route(f"{prefix}/settings", change_settings, methods=["POST"]),
        Route(f"{prefix}/reset", reset, methods=["POST"]),
    ]


def _refuse(error: Exception) -> Response:
    text = error.errors(include_url=False) if isinstance(error, ValidationError) else str(error)
    return JSONResponse({"refused": str(text)}, status_code=422)

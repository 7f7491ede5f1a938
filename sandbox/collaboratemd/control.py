"""The control routes of the CollaborateMD stand-in, which are no part of the vendor's protocol."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.collaboratemd.catalog import SavedReport, saved_reports
from sandbox.collaboratemd.desk import Desk
from sandbox.collaboratemd.faults import Fault
from sandbox.collaboratemd.journal import ENTRIES
from sandbox.collaboratemd.settings import Settings
from sandbox.world.clients import BillingClient

PREFIX = "/control/collaboratemd"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportClient:
    """A client with its login, its account numbers and what it has saved."""

    name: str
    user: str
    password: str
    accounts: tuple[str, ...]
    saved: tuple[SavedReport, ...]

    def seqs(self, report: str, filter: str = "everything") -> tuple[str, str]:
        """The report's and the filter's sequence ids; KeyError when nothing of the kind is saved."""
        for saved in self.saved:
            if (saved.report, saved.filter) == (report, filter):
                return saved.report_seq, saved.filter_seq
        raise KeyError(f"{report} with {filter}")


REPORT_CLIENTS: TypeAdapter[tuple[ReportClient, ...]] = TypeAdapter(tuple[ReportClient, ...])


def report_clients_of(clients: tuple[BillingClient, ...]) -> tuple[ReportClient, ...]:
    """What the workbench must be told of these clients."""
    return tuple(
        ReportClient(
            name=client.name,
            user=client.login.name,
            password=client.login.password,
            accounts=tuple(account.number for account in client.accounts),
            saved=saved_reports(client),
        )
        for client in clients
    )


def control_routes(desk: Desk) -> list[Route]:
    """Journal, faults, settings, clients and reset of one stand-in."""

    async def read_journal(request: Request) -> Response:
        """The entries in order; `after` leaves out the first so many."""
        after = int(request.query_params.get("after", "0"))
        return Response(ENTRIES.dump_json(desk.journal.entries[after:]), media_type="application/json")

    async def read_clients(request: Request) -> Response:
        """The clients with logins, accounts and saved reports."""
        return Response(REPORT_CLIENTS.dump_json(report_clients_of(desk.clients)), media_type="application/json")

    async def add_fault(request: Request) -> Response:
        """Put a fault in force."""
        try:
            desk.faults.add(Fault.model_validate_json(await request.body()))
        except ValueError as error:
            return _refuse(error)
        return Response(status_code=204)

    async def clear_faults(request: Request) -> Response:
        """Take all faults back."""
        desk.faults.clear()
        return Response(status_code=204)

    async def read_settings(request: Request) -> Response:
        """The settings in force."""
        return Response(desk.settings.model_dump_json(), media_type="application/json")

    async def change_settings(request: Request) -> Response:
        """Change the given settings and leave the others; answers with all."""
        try:
            changed = await request.json()
            desk.settings = Settings.model_validate(desk.settings.model_dump() | changed)
        except (ValueError, TypeError) as error:
            return _refuse(error)
        return await read_settings(request)

    async def reset(request: Request) -> Response:
        """Forget journal, reports under way, faults and settings."""
        desk.reset()
        return Response(status_code=204)

    return [
        Route(f"{PREFIX}/journal", read_journal),
        Route(f"{PREFIX}/clients", read_clients),
        Route(f"{PREFIX}/faults", add_fault, methods=["POST"]),
        Route(f"{PREFIX}/faults", clear_faults, methods=["DELETE"]),
        Route(f"{PREFIX}/settings", read_settings, methods=["GET"]),
        Route(f"{PREFIX}/settings", change_settings, methods=["POST"]),
        Route(f"{PREFIX}/reset", reset, methods=["POST"]),
    ]


def _refuse(error: Exception) -> Response:
    text = error.errors(include_url=False) if isinstance(error, ValidationError) else str(error)
    return JSONResponse({"refused": str(text)}, status_code=422)

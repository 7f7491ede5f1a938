"""The control routes of the CollaborateMD stand-in, which are no part of the vendor's protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.collaboratemd.catalog import SavedReport, saved_reports
from sandbox.collaboratemd.desk import Desk
from sandbox.collaboratemd.faults import Fault
from sandbox.collaboratemd.filters import EVERYTHING
from sandbox.collaboratemd.journal import ENTRIES
from sandbox.collaboratemd.settings import Settings
from sandbox.control import common_routes
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

    def seqs(self, report: str, filter: str = EVERYTHING) -> tuple[str, str]:
        """The report's and the filter's sequence ids; KeyError when nothing of the kind is saved."""
        for saved in self.saved:
            if (saved.report, saved.filter) == (report, filter):
                return saved.report_seq, saved.filter_seq
        raise KeyError(f"{report} with {filter}")

    @property
    def month_ends(self) -> tuple[date, ...]:
        """The past evenings for which every report has a filter, the oldest first."""
        return tuple(sorted({saved.as_of for saved in self.saved if saved.as_of}))


REPORT_CLIENTS: TypeAdapter[tuple[ReportClient, ...]] = TypeAdapter(tuple[ReportClient, ...])


def report_clients_of(clients: tuple[BillingClient, ...], today: date) -> tuple[ReportClient, ...]:
    """What the workbench must be told of these clients on a day."""
    return tuple(
        ReportClient(
            name=client.name,
            user=client.login.name,
            password=client.login.password,
            accounts=tuple(account.number for account in client.accounts),
            saved=saved_reports(client, today),
        )
        for client in clients
    )


def control_routes(desk: Desk) -> list[Route]:
    """Journal, faults, settings, clients and reset of one stand-in."""

    async def read_clients(request: Request) -> Response:
        """The clients with logins, accounts and saved reports."""
        clients = report_clients_of(desk.clients, desk.settings.day)
        return Response(REPORT_CLIENTS.dump_json(clients), media_type="application/json")

    common = common_routes(PREFIX, desk, entries=ENTRIES, fault=Fault, settings=Settings)
    return [Route(f"{PREFIX}/clients", read_clients), *common]

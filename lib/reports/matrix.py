"""Where every report of every account stands: what was loaded last, what is under way, and when it is due next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from lib.core import clients, connections
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import Client
from lib.core.database import Database, named_queries
from lib.reports.asking.requests import request_from
from lib.reports.asking.schedule import is_stale, next_time
from lib.reports.asking.sync_time import SyncTime, sync_times
from lib.reports.catalog import Report, catalog
from lib.reports.model import Cell, ReportSetting, RequestState
from lib.reports.params import VENDOR
from lib.reports.settings import read_settings

_SQL = named_queries("reports")


@dataclass(frozen=True, kw_only=True, slots=True)
class CellStatus:
    """One report of one account of a client; times in UTC, `as_of` the day that readers see.

    `setting` is None where the report is not set up. `request_state` is that of the open request; one whose run is over
    was left by it, and the next sync goes on with it. `last_state` is that of the newest request, `last_error` what
    it came to, where that is no package.
    """

    cell: Cell
    client_name: str
    title: str
    setting: ReportSetting | None
    package_id: str | None
    as_of: date | None
    loaded_at: datetime | None
    rows: int | None
    request_state: RequestState | None
    request_since: datetime | None
    run_id: str | None
    run_open: bool
    last_state: RequestState | None
    last_error: str | None
    held_package_id: str | None
    stale: bool
    next_at: datetime | None


def accounts_of(settings: dict[str, Any]) -> tuple[str, ...]:
    """The account numbers of a stored connection."""
    found = settings.get("accounts", ())
    return tuple(found.replace(",", " ").split()) if isinstance(found, str) else tuple(found)


def matrix(
    database: Database, actor: Actor, *, client_ids: Collection[str] | None = None, now: datetime | None = None
) -> list[CellStatus]:
    """Every cell of the clients that are connected to CollaborateMD, by client, account and catalog."""
    gate.must(database, actor, Permission.REPORTS_VIEW)
    now = now or datetime.now(UTC)
    wanted = None if client_ids is None else [int(client_id) for client_id in client_ids]
    known = {client.id: client for client in clients.list_clients(database, actor)}
    connected = {
        connection.client_id: accounts_of(connection.settings)
        for connection in connections.list_connections(database, actor, VENDOR)
        if client_ids is None or connection.client_id in set(client_ids)
    }
    with database.session(actor) as session:
        settings = {(each.client_id, each.report): each for each in read_settings(session)}
        loads = {_cell(row): row for row in _SQL.latest_loads(session.raw, clients=wanted)}
        held = {_cell(row): str(row.id) for row in _SQL.held_packages(session.raw, clients=wanted)}
        newest = {_cell(row): row for row in _SQL.latest_requests(session.raw, clients=wanted)}
        times = sync_times(session)
    found = []
    for client_id, accounts in connected.items():
        for account in accounts:
            for report in catalog().values():
                cell = Cell(client_id=client_id, report=report.name, account=account)
                found.append(
                    _status(
                        cell,
                        report,
                        known[client_id],
                        settings.get((client_id, report.name)),
                        loads.get(cell),
                        held.get(cell),
                        newest.get(cell),
                        times.get(client_id, SyncTime()),
                        now,
                    )
                )
    places = {name: place for place, name in enumerate(catalog())}
    return sorted(found, key=lambda status: (status.client_name, status.cell.account, places[status.cell.report]))


def _status(
    cell: Cell,
    report: Report,
    client: Client,
    setting: ReportSetting | None,
    load: Any,
    held: str | None,
    newest: Any,
    sync: SyncTime,
    now: datetime,
) -> CellStatus:
    request = request_from(newest) if newest else None
    open_one = request if request is not None and request.state.open else None
    scheduled = setting is not None and setting.enabled
    today = now.astimezone(client.zone).date()
    return CellStatus(
        cell=cell,
        client_name=client.name,
        title=report.title,
        setting=setting,
        package_id=str(load.id) if load else None,
        as_of=load.as_of if load else None,
        loaded_at=load.published_at if load else None,
        rows=load.rows_loaded if load else None,
        request_state=open_one.state if open_one else None,
        request_since=(open_one.asked_at or open_one.requested_at) if open_one else None,
        run_id=request.run_id if request else None,
        run_open=newest.run_open if newest else False,
        last_state=request.state if request else None,
        last_error=request.error if request else None,
        held_package_id=held,
        stale=scheduled and (load is None or is_stale(report.cadence, load.as_of, today)),
        next_at=next_time(report.cadence, client.zone, sync.at, now) if scheduled and not sync.paused else None,
    )


def _cell(row: Any) -> Cell:
    return Cell(client_id=str(row.client_id), report=row.report_name, account=row.customer_account)

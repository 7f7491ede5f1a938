"""What pages, commands and the scheduler call about reports; packages are in lib/reports/loading/packages.py."""

from __future__ import annotations

from datetime import UTC, datetime

from lib.core import connections, runs
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import Client
from lib.core.database import Database
from lib.core.runs import Run
from lib.core.settings import Settings
from lib.reports.asking import requests
from lib.reports.asking.choose import Seqs
from lib.reports.asking.schedule import latest_time
from lib.reports.asking.start import NothingStarted, Started, start
from lib.reports.asking.sync_time import SyncTime, note_run, save_time, sync_time_of, sync_times
from lib.reports.catalog import catalog
from lib.reports.connect import Imported, connect, import_config
from lib.reports.matrix import CellStatus, accounts_of, matrix
from lib.reports.model import Cell, ReportSetting
from lib.reports.params import KIND, VENDOR, Action, RefusalReason, RefusedCell
from lib.reports.run import execute_reports
from lib.reports.settings import read_settings, save_setting

__all__ = [
    "WORKS",
    "Action",
    "CellStatus",
    "Imported",
    "NothingStarted",
    "RefusalReason",
    "RefusedCell",
    "Seqs",
    "Started",
    "cancel",
    "close_left",
    "connect",
    "due",
    "import_config",
    "matrix",
    "note_run",
    "save_setting",
    "save_time",
    "settings_of",
    "start",
    "sync_now",
    "sync_time_of",
]

WORKS = {KIND: execute_reports}


def settings_of(database: Database, actor: Actor, client_id: str) -> list[ReportSetting]:
    """How the reports of a client are called at the vendor, in the catalog's order."""
    gate.must(database, actor, Permission.REPORTS_VIEW)
    with database.session(actor) as session:
        return read_settings(session, client_id)


def sync_now(database: Database, settings: Settings, actor: Actor, client_id: str) -> Started:
    """Start what the client's schedule starts, now: a sync of every report that is set up.

    Raises NothingStarted where all of them are under way or were loaded today, BadInput where none is set up.
    """
    gate.must(database, actor, Permission.REPORTS_LOAD)
    started = start(database, settings, actor, client_id=client_id, action=Action.SYNC)
    note_run(database, actor, client_id, started.run_id, datetime.now(UTC))
    return started


def cancel(database: Database, actor: Actor, run_id: str) -> Run:
    """Cancel a run: what it has not begun is closed, what is building stays. Raises Conflict when the run is over."""
    run = runs.request_cancel(database, actor, run_id)
    close_left(database, actor)
    return run


def close_left(database: Database, actor: Actor) -> list[str]:
    """Close the requests that ended runs have never begun, and return their ids."""
    with database.session(actor) as session:
        return requests.close_left(session)


def due(database: Database, actor: Actor, client: Client, *, now: datetime | None = None) -> dict[str, datetime]:
    """The client's enabled reports whose latest scheduled time is to be asked for, with that time in UTC.

    A time that lies before the report was switched on, or before a pause of the schedule ended, is not; nor is one that
    was asked for in some account, whatever came of it, or whose day was asked for otherwise. A missed time is due until
    it is asked for, or the next one comes; other changes of the setting do not matter to it.
    """
    now = now or datetime.now(UTC)
    accounts = [
        account
        for connection in connections.list_connections(database, actor, VENDOR)
        if connection.client_id == client.id
        for account in accounts_of(connection.settings)
    ]
    with database.session(actor) as session:
        settings = read_settings(session, client.id)
        scheduled = requests.scheduled_times(session, client.id)
        asked = requests.asked_days(session, client.id)
        sync = sync_times(session).get(client.id, SyncTime())
    found = {}
    for setting in settings:
        if not setting.enabled or setting.report not in catalog():
            continue
        at = latest_time(catalog()[setting.report].cadence, client.zone, sync.at, now)
        cells = [Cell(client_id=client.id, report=setting.report, account=account) for account in accounts]
        day = at.astimezone(client.zone).date()
        missing = [
            cell
            for cell in cells
            if (cell not in scheduled or scheduled[cell] < at) and (cell not in asked or asked[cell] < day)
        ]
        if missing and at > setting.scheduled_from and sync.counts(at):
            found[setting.report] = at
    return found

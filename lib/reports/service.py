"""What pages, commands and the scheduler call about reports; packages are in lib/reports/loading/packages.py."""

from __future__ import annotations

from datetime import UTC, datetime

from lib.core import clients, runs
from lib.core.actor import Actor
from lib.core.clients import Client
from lib.core.database import Database
from lib.core.runs import Run
from lib.reports.asking import requests
from lib.reports.asking.choose import Seqs
from lib.reports.asking.schedule import SETTING, latest_time, read_time
from lib.reports.asking.start import NothingStarted, Started, start
from lib.reports.catalog import catalog
from lib.reports.connect import Imported, connect, import_config
from lib.reports.matrix import CellStatus, accounts_of, matrix, reports_time
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
    "reports_time",
    "save_setting",
    "save_time",
    "settings_of",
    "start",
]

WORKS = {KIND: execute_reports}


def settings_of(database: Database, actor: Actor, client_id: str) -> list[ReportSetting]:
    """How the reports of a client are called at the vendor, in the catalog's order."""
    with database.session(actor) as session:
        return read_settings(session, client_id)


def save_time(database: Database, actor: Actor, client: Client, text: str) -> Client:
    """Set the time of day, HH:MM in the client's zone, at which its reports are asked for; raises BadInput."""
    return clients.change_settings(database, actor, client, {SETTING: f"{read_time(text):%H:%M}"})


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

    A time that lies before the setting was saved is not; nor is one that was asked for in some account, whatever came
    of it, or whose day was asked for otherwise. A missed time is due until it is asked for, or the next one comes.
    """
    now = now or datetime.now(UTC)
    accounts = [
        account
        for connection in clients.list_connections(database, actor, VENDOR)
        if connection.client_id == client.id
        for account in accounts_of(connection.settings)
    ]
    with database.session(actor) as session:
        settings = read_settings(session, client.id)
        scheduled = requests.scheduled_times(session, client.id)
        asked = requests.asked_days(session, client.id)
    found = {}
    for setting in settings:
        if not setting.enabled or setting.report not in catalog():
            continue
        at = latest_time(catalog()[setting.report].cadence, client.zone, reports_time(client), now)
        cells = [Cell(client_id=client.id, report=setting.report, account=account) for account in accounts]
        day = at.astimezone(client.zone).date()
        missing = [
            cell
            for cell in cells
            if (cell not in scheduled or scheduled[cell] < at) and (cell not in asked or asked[cell] < day)
        ]
        if missing and at > setting.updated_at:
            found[setting.report] = at
    return found

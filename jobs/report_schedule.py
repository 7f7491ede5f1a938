"""Starts the reports that are due: one run a client, which the workers take up."""

from __future__ import annotations

import logging
from datetime import datetime

from jobs.office import Office
from lib.core.clients import Client, list_clients
from lib.core.connections import list_connections
from lib.core.database import DatabaseUnavailable
from lib.core.errors import DaysheetError
from lib.reports import service
from lib.reports.params import VENDOR
from lib.reports.service import Action, NothingStarted

_LOG = logging.getLogger(__name__)


def start_due_reports(office: Office, *, now: datetime | None = None) -> list[str]:
    """Start a run for every client that has reports due, and return the runs' ids; it only enqueues.

    What ended runs have never begun is closed first, so that it stands in nobody's way. Two schedulers at once do no
    harm: a scheduled time is asked for once.
    """
    service.close_left(office.database, office.actor)
    connected = {connection.client_id for connection in list_connections(office.database, office.actor, VENDOR)}
    started = []
    for client in list_clients(office.database, office.actor):
        if client.id not in connected:
            continue
        try:
            run_id = _start(office, client, now)
        except DatabaseUnavailable:
            raise
        except DaysheetError as error:
            # One client's trouble is not another's; the next minute tries again.
            _LOG.warning("due reports not started", extra={"client": client.id, "error": type(error).__name__})
            continue
        if run_id is not None:
            started.append(run_id)
    if started:
        _LOG.info("due reports started", extra={"runs": started})
    return started


def _start(office: Office, client: Client, now: datetime | None) -> str | None:
    due = service.due(office.database, office.actor, client, now=now)
    if not due:
        return None
    try:
        run_id = service.start(
            office.database,
            office.settings,
            office.actor,
            client_id=client.id,
            action=Action.SYNC,
            reports=list(due),
            scheduled_for=due,
        ).run_id
    except NothingStarted:
        # Somebody is at them, or another scheduler was faster.
        return None
    service.note_run(office.database, office.actor, client.id, run_id, max(due.values()))
    return run_id

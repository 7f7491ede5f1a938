"""Starts the recurring work whose time has come; it only puts runs before the workers."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from jobs.office import Office
from lib.core import queue
from lib.core.schedules.service import add_missing, start_due

_LOG = logging.getLogger(__name__)


def start_due_work(office: Office, *, now: datetime | None = None) -> list[str]:
    """Start a run for every schedule whose time has come, and return the runs' ids; two at once start nothing twice."""
    now = now or datetime.now(UTC)
    add_missing(office.database, office.actor, now)
    started = start_due(office.database, office.actor, now)
    if started:
        with office.queue() as app:
            for run_id in started:
                queue.enqueue(app, run_id)
        _LOG.info("scheduled work started", extra={"runs": started})
    return started

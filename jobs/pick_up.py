"""Puts runs that nobody works on before the workers again: those of dead workers, and those that never arrived."""

from __future__ import annotations

import logging

from jobs.office import Office
from lib.core import queue, runs

_LOG = logging.getLogger(__name__)


def pick_up_stalled_runs(office: Office) -> list[str]:
    """Enqueue every queued run and every silent one, and return their ids; a run in hand is left alone by its lock."""
    waiting = runs.unfinished(office.database, office.actor, silence_seconds=office.settings.stalled_seconds)
    if waiting:
        with office.queue() as app:
            for run_id in waiting:
                queue.enqueue(app, run_id)
        _LOG.info("runs put before the workers", extra={"runs": waiting})
    return waiting

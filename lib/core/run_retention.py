"""Retention of runs: their files go when they are old; the run, what it sent and its audit stay."""

from __future__ import annotations

from lib.core import audit
from lib.core.actor import Actor
from lib.core.database import Database, named_queries
from lib.core.files import RunFiles
from lib.core.settings import Settings

_SQL = named_queries("runs")


def expire_run_files(database: Database, settings: Settings, actor: Actor) -> list[str]:
    """Delete the files of runs that ended longer ago than the settings keep them, and return those runs' ids.

    Runs with a write of unknown outcome keep theirs.
    """
    with database.session(actor) as session:
        old = list(_SQL.runs_with_old_files(session.raw, days=settings.run_file_days))
    for run in old:
        with database.session(actor) as session:
            RunFiles(settings).discard(session, str(run.id))
            audit.record(session, "runs:files:expire:done", f"run:{run.id}", client_id=_text(run.client_id))
    return [str(run.id) for run in old]


def _text(client_id: int | None) -> str | None:
    return None if client_id is None else str(client_id)

"""The durable queue: procrastinate delivers run ids to any worker of any machine.

It only delivers. That a run has one executor is the run's advisory lock; that a write happens at most once
is the ledger of intents (docs/decisions/0004_queue.md).
"""

from __future__ import annotations

from collections.abc import Callable

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.schema import SchemaManager
from procrastinate.types import TimeDeltaParams
from psycopg2.extensions import connection as RawConnection

from lib.core.database import APP_ROLE

QUEUE = "runs"
TASK = "execute_run"
_OPTIONS = "-c search_path=queue,public -c timezone=UTC"


def apply_queue_schema(connection: RawConnection) -> None:
    """Make the queue's tables in the schema `queue` where they are missing, and let the application use them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('queue.procrastinate_jobs')")
        if cursor.fetchone()[0] is None:
            cursor.execute("SET search_path TO queue, public")
            cursor.execute(SchemaManager.get_schema())
            cursor.execute("RESET search_path")
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO {APP_ROLE};"
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO {APP_ROLE};"
            f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA queue TO {APP_ROLE}"
        )


def producer(url: str) -> procrastinate.App:
    """An app that can only put runs into the queue; for pages and commands."""
    return procrastinate.App(
        connector=procrastinate.SyncPsycopgConnector(conninfo=url, min_size=0, max_size=2, kwargs={"options": _OPTIONS})
    )


def consumer(url: str, execute: Callable[[str], None], *, concurrency: int) -> procrastinate.App:
    """An app whose workers call `execute(run_id)` in a thread for each run that comes."""
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=url, min_size=1, max_size=concurrency + 3, kwargs={"options": _OPTIONS}
        )
    )

    @app.task(name=TASK, queue=QUEUE)
    def execute_run(run_id: str) -> None:
        execute(run_id)

    return app


def enqueue(app: procrastinate.App, run_id: str, *, after_seconds: int = 0) -> None:
    """Put a run into the queue unless it waits there already."""
    later: TimeDeltaParams | None = {"seconds": after_seconds} if after_seconds else None
    try:
        app.configure_task(TASK, queue=QUEUE, queueing_lock=f"run {run_id}", schedule_in=later).defer(run_id=run_id)
    except AlreadyEnqueued:
        return

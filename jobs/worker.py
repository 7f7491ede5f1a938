"""The worker: takes run ids from the queue and executes them, several at once, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal

import psycopg
import psycopg_pool
from procrastinate.exceptions import ConnectorException

from jobs.copier import Copier
from jobs.office import Office
from lib.core import queue
from lib.core.executor import Executed

_LOG = logging.getLogger(__name__)
#: Seconds until a run that had to let another go first is looked at again.
AGAIN_SECONDS = 3
#: Seconds until a worker that lost the database tries again.
_RETURN_SECONDS = 3.0


def work(office: Office) -> None:
    """Work until SIGINT or SIGTERM; runs in hand finish their calls in flight and go back to the queue."""
    copier = Copier(office)
    try:
        asyncio.run(_work(office))
    finally:
        copier.close()


async def _work(office: Office) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _stop, office, stopping)
    while not stopping.is_set():
        try:
            await _work_while_connected(office, stopping)
        except (ConnectorException, psycopg.OperationalError, psycopg_pool.PoolTimeout):
            # What was being sent is in the ledger; the runs are picked up again when the database is back.
            _LOG.warning("the database does not answer; the worker waits for it")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _RETURN_SECONDS)
    _LOG.info("stopped")


def _stop(office: Office, stopping: asyncio.Event) -> None:
    _LOG.info("stopping: calls in flight are finished first")
    office.executor.shut_down()
    stopping.set()


async def _work_while_connected(office: Office, stopping: asyncio.Event) -> None:
    def execute(run_id: str) -> None:
        done = office.executor.execute(run_id)
        if done is Executed.LANE_BUSY:
            with office.queue() as again:
                queue.enqueue(again, run_id, after_seconds=AGAIN_SECONDS)

    app = queue.consumer(office.database.url, execute, concurrency=office.settings.workers)
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                queues=[queue.QUEUE],
                concurrency=office.settings.workers,
                install_signal_handlers=False,
                fetch_job_polling_interval=2.0,
                update_heartbeat_interval=2.0,
                stalled_worker_timeout=office.settings.stalled_seconds,
                delete_jobs="always",
            )
        )
        asked = asyncio.create_task(stopping.wait())
        await asyncio.wait({worker, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker

"""The worker: takes run ids from the queue and executes them, several at once, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal

from jobs.office import Office
from lib.core import queue
from lib.core.executor import Executed

_LOG = logging.getLogger(__name__)
#: Seconds until a run that had to let another go first is looked at again.
AGAIN_SECONDS = 3


def work(office: Office) -> None:
    """Work until SIGINT or SIGTERM; runs in hand finish their calls in flight and go back to the queue."""
    asyncio.run(_work(office))


async def _work(office: Office) -> None:
    def execute(run_id: str) -> None:
        done = office.executor.execute(run_id)
        if done is Executed.LANE_BUSY:
            with office.queue() as again:
                queue.enqueue(again, run_id, after_seconds=AGAIN_SECONDS)

    app = queue.consumer(office.database.url, execute, concurrency=office.settings.workers)
    loop = asyncio.get_running_loop()
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

        def stop() -> None:
            _LOG.info("stopping: calls in flight are finished first")
            office.executor.shut_down()
            worker.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        try:
            await worker
        except asyncio.CancelledError:
            _LOG.info("stopped")

"""The scheduler: puts recurring work before the workers; it never does long work itself.

When work recurs is a row that people change (lib/core/schedules); what is short and always on is done here.
Of several schedulers one is at work, the one that holds the lock; the others stand by.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from jobs.clean_up import clean_up_expired_uploads
from jobs.notices import send_notices
from jobs.office import Office
from jobs.pick_up import pick_up_stalled_runs
from jobs.report_schedule import start_due_reports
from jobs.schedules import start_due_work
from lib.core.database import DatabaseUnavailable, LockSpace

_LOG = logging.getLogger(__name__)
_STANDBY_SECONDS = 5.0
#: How often is looked for scheduled times that have come, and for notices that wait.
_DUE_SECONDS = 15
_NOTICE_SECONDS = 5


def schedule(office: Office, stop: threading.Event) -> None:
    """Hold the scheduler's lock and enqueue what is due, until `stop` is set; stand by while another holds it."""
    while not stop.is_set():
        try:
            with office.database.lock(LockSpace.SCHEDULER, 0) as lock:
                if lock is not None:
                    _run_scheduler(office, lock.still_held, stop)
        except DatabaseUnavailable:
            _LOG.warning("the database does not answer; the scheduler waits")
        stop.wait(_STANDBY_SECONDS)


def _run_scheduler(office: Office, still_ours: Callable[[], bool], stop: threading.Event) -> None:
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})
    every = max(2.0, min(10.0, office.settings.stalled_seconds / 2))
    scheduler.add_job(lambda: _guarded(pick_up_stalled_runs, office), "interval", seconds=every, id="stalled runs")
    scheduler.add_job(lambda: _guarded(clean_up_expired_uploads, office), "interval", hours=1, id="expired uploads")
    scheduler.add_job(lambda: _guarded(start_due_reports, office), "interval", minutes=1, id="due reports")
    scheduler.add_job(lambda: _guarded(start_due_work, office), "interval", seconds=_DUE_SECONDS, id="due work")
    scheduler.add_job(
        lambda: _guarded(_send_until(stop), office),
        "interval",
        seconds=_NOTICE_SECONDS,
        id="notices",
    )
    scheduler.start()
    try:
        _guarded(pick_up_stalled_runs, office)
        _guarded(clean_up_expired_uploads, office)
        _guarded(start_due_work, office)
        _guarded(start_due_reports, office)
        while still_ours() and not stop.wait(2.0):
            pass
    finally:
        scheduler.shutdown(wait=True)


def _send_until(stop: threading.Event) -> Callable[[Office], int]:
    def notices(office: Office) -> int:
        return send_notices(office, should_stop=stop.is_set)

    return notices


def _guarded(task: Callable[[Office], object], office: Office) -> None:
    try:
        task(office)
    except DatabaseUnavailable:
        _LOG.warning(
            "the database does not answer; tried again at the next time", extra={"task": getattr(task, "__name__", "")}
        )

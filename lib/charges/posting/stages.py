"""Stages of a pipeline: each a few threads that take the most urgent job first, all stopped together."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Mapping
from types import TracebackType

from lib.core.errors import Stopped
from lib.core.logging import carried

Job = Callable[[], None]
Urgency = tuple[object, ...]


class Stages:
    """Runs jobs on named stages until none is left; a job may submit further jobs.

    A context manager. The first error of any job stops every stage and is raised by `drain`; jobs not yet begun are
    dropped then.
    """

    def __init__(self, threads: Mapping[str, int], *, stopping: threading.Event) -> None:
        self._queues: dict[str, queue.PriorityQueue] = {name: queue.PriorityQueue() for name in threads}
        self._order = itertools.count()
        self._stopping = stopping
        self._open = 0
        self._changed = threading.Condition()
        self._error: Exception | None = None
        self._closed = False
        self._threads = [
            threading.Thread(target=carried(self._work), args=(name,), name=f"{name} {number}", daemon=True)
            for name, count in threads.items()
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, stage: str, urgency: Urgency, job: Job) -> None:
        """Add a job to a stage; the lowest urgency goes first, equals in the order of submission."""
        with self._changed:
            self._open += 1
        self._queues[stage].put((urgency, next(self._order), job))

    def drain(self) -> None:
        """Wait until every job is done; raises the first job's error, or Stopped when the run has to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._open == 0)
        if self._error is not None:
            raise self._error
        if self._stopping.is_set():
            raise Stopped("The run was asked to stop.")

    def __enter__(self) -> Stages:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End the threads; jobs in flight are finished first, and those not yet begun dropped."""
        self._closed = True
        for name, jobs in self._queues.items():
            for _ in range(sum(1 for thread in self._threads if thread.name.startswith(f"{name} "))):
                jobs.put(((), next(self._order), None))
        for thread in self._threads:
            thread.join()

    def _work(self, name: str) -> None:
        jobs = self._queues[name]
        while True:
            _, _, job = jobs.get()
            if job is None:
                return
            try:
                if self._error is None and not self._stopping.is_set() and not self._closed:
                    job()
            except Exception as error:
                # Stopped is said again by drain, for all of them at once.
                if not isinstance(error, Stopped):
                    with self._changed:
                        self._error = self._error or error
            finally:
                with self._changed:
                    self._open -= 1
                    if self._open == 0:
                        self._changed.notify_all()

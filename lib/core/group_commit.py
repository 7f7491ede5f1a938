"""Group commit: small transactions of many threads are committed together, and each waits for its commit.

Without it, a run of many short writes pays a connection, a scope and a wait for the disk for each of them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

from lib.core.actor import Actor
from lib.core.database import Database, Session

Answer = TypeVar("Answer")
#: Most units in one transaction; more would make the first wait for the last.
_MOST = 64


class GroupCommit:
    """Runs units of work for one actor in shared transactions, on a thread of its own; a context manager.

    A unit is all or nothing by itself: when one raises, everything is rolled back and each unit runs again alone.
    So a unit must be safe to run twice as long as it was not committed: it touches nothing but its session.
    """

    def __init__(self, database: Database, actor: Actor) -> None:
        self._database = database
        self._actor = actor
        self._units: queue.SimpleQueue[tuple[Callable[[Session], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="group commit", daemon=True)

    def __enter__(self) -> GroupCommit:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._units.put(None)
        self._thread.join()

    def run(self, unit: Callable[[Session], Answer]) -> Answer:
        """Run the unit and return its answer once it is committed; raises what the unit raised."""
        future: Future[Answer] = Future()
        self._units.put((unit, future))
        return future.result()

    def _work(self) -> None:
        while (first := self._units.get()) is not None:
            units, ends = self._gather(first)
            self._run_together(units)
            if ends:
                return

    def _gather(
        self, first: tuple[Callable[[Session], Any], Future[Any]]
    ) -> tuple[list[tuple[Callable[[Session], Any], Future[Any]]], bool]:
        units = [first]
        while len(units) < _MOST:
            try:
                unit = self._units.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                return units, True
            units.append(unit)
        return units, False

    def _run_together(self, units: list[tuple[Callable[[Session], Any], Future[Any]]]) -> None:
        try:
            with self._database.session(self._actor) as session:
                answers = [unit(session) for unit, _ in units]
        except Exception as error:
            if len(units) == 1:
                units[0][1].set_exception(error)
                return
            for unit in units:
                self._run_together([unit])
            return
        for (_, future), answer in zip(units, answers, strict=True):
            future.set_result(answer)

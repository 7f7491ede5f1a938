"""Group commit: small transactions of many threads are committed together, and each waits for its commit.

Without it, a run of many short writes pays a connection, a scope and a wait for the disk for each of them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from lib.core.actor import Actor
from lib.core.database import Database, Session
from lib.core.logging import carried

Item = TypeVar("Item")
Answer = TypeVar("Answer")
#: Most items in one transaction; more would make the first wait for the last.
_MOST = 64


class _Wanted(NamedTuple):
    work: Callable[[Session, Sequence[Any]], Sequence[Any]]
    item: Any
    future: Future[Any]


class GroupCommit:
    """Does the work of one actor's threads in shared transactions, on a thread of its own; a context manager.

    When work fails, everything is rolled back and each item is done again alone, so that no item takes another with
    it. So work must be safe to do twice as long as it was not committed: it touches nothing but its session.
    """

    def __init__(self, database: Database, actor: Actor) -> None:
        self._database = database
        self._actor = actor
        self._wanted: queue.SimpleQueue[_Wanted | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=carried(self._work), name="group commit", daemon=True)

    def __enter__(self) -> GroupCommit:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._wanted.put(None)
        self._thread.join()

    def run(self, unit: Callable[[Session], Answer]) -> Answer:
        """Do the unit and return its answer once it is committed; raises what the unit raised."""
        return self.join(_one_by_one, unit)

    def join(self, work: Callable[[Session, Sequence[Item]], Sequence[Answer]], item: Item) -> Answer:
        """Do the work for the item, together with whatever other items wait for the same work.

        `work` gets the items and gives one answer an item, in their order. Returns once the answer is committed.
        """
        future: Future[Answer] = Future()
        self._wanted.put(_Wanted(work, item, future))
        return future.result()

    def _work(self) -> None:
        while (first := self._wanted.get()) is not None:
            together, ends = self._gather(first)
            self._do(together)
            if ends:
                return

    def _gather(self, first: _Wanted) -> tuple[list[_Wanted], bool]:
        together = [first]
        while len(together) < _MOST:
            try:
                wanted = self._wanted.get_nowait()
            except queue.Empty:
                break
            if wanted is None:
                return together, True
            together.append(wanted)
        return together, False

    def _do(self, together: list[_Wanted]) -> None:
        by_work: dict[Any, list[_Wanted]] = {}
        for wanted in together:
            by_work.setdefault(wanted.work, []).append(wanted)
        try:
            with self._database.session(self._actor) as session:
                answers = [work(session, [one.item for one in same]) for work, same in by_work.items()]
        except Exception as error:
            if len(together) == 1:
                together[0].future.set_exception(error)
                return
            for wanted in together:
                self._do([wanted])
            return
        for same, answered in zip(by_work.values(), answers, strict=True):
            for wanted, answer in zip(same, answered, strict=True):
                wanted.future.set_result(answer)


def _one_by_one(session: Session, units: Sequence[Callable[[Session], Any]]) -> list[Any]:
    return [unit(session) for unit in units]

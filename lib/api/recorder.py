"""Recording of requests: many at once in one transaction, each waiting until its own event is committed."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from lib.core import audit
from lib.core.access import tokens
from lib.core.actor import Actor
from lib.core.audit import Event
from lib.core.database import Database

#: Most events of one transaction; more would make the first wait for the last.
_MOST = 256
#: A token's last use is kept this often.
_USE_SECONDS = 10.0
#: Refusals that cost nothing to provoke are recorded once in this time, with how many they were.
_REFUSAL_SECONDS = 60.0


class _Waiting(NamedTuple):
    actor: Actor
    event: Event
    done: asyncio.Future[None]


class Recorder:
    """One for the process; belongs to one event loop, and writes on a thread of its own."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="api-record")
        self._waiting: list[_Waiting] = []
        self._at_work: asyncio.Task[None] | None = None
        self._used: dict[str, float] = {}

    async def record(self, actor: Actor, event: Event) -> None:
        """Return once the event is committed.

        Raises TokenOver when the actor's token is not in force any more, DatabaseUnavailable.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Waiting(actor, event, done))
        if self._at_work is None:
            self._at_work = loop.create_task(self._work())
        await done

    async def _work(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                by_actor: dict[Actor, list[_Waiting]] = defaultdict(list)
                for one in together:
                    by_actor[one.actor].append(one)
                for actor, waiting in by_actor.items():
                    await self._write_together(actor, waiting)
        finally:
            self._at_work = None

    async def _write_together(self, actor: Actor, waiting: Sequence[_Waiting]) -> None:
        events = [one.event for one in waiting]
        written = asyncio.get_running_loop().run_in_executor(self._thread, self._write, actor, events)
        (error,) = await asyncio.gather(written, return_exceptions=True)
        for one in waiting:
            # Who has hung up waits for nothing any more; what was done is recorded all the same.
            if one.done.cancelled():
                continue
            if error is not None:
                one.done.set_exception(error)
            else:
                one.done.set_result(None)

    def _write(self, actor: Actor, events: Sequence[Event]) -> None:
        now = time.monotonic()
        with self._database().session(actor) as session:
            audit.record_many(session, events)
            if actor.token and now - self._used.get(actor.token, -_USE_SECONDS) >= _USE_SECONDS:
                tokens.note_use(session, actor.token)
                self._used[actor.token] = now


class Refusals:
    """Counts refusals of one kind, so that provoking them does not fill the audit."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counted: dict[tuple[str, int], int] = defaultdict(int)
        self._told: dict[tuple[str, int], float] = {}

    def times(self, who: str, status: int) -> int:
        """Count one; how many are to be recorded now, 0 while they are only counted."""
        kind = (who, status)
        self._counted[kind] += 1
        now = self._clock()
        if kind in self._told and now - self._told[kind] < _REFUSAL_SECONDS:
            return 0
        self._told[kind] = now
        return self._counted.pop(kind)

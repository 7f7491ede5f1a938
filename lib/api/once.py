"""What is asked often is made once: answers for as long as the data stay, what they rest on for a second."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Answers:
    """Encoded answers by key, the least used thrown away. Belongs to one event loop; making is done by `threads`.

    Several that want the same at once wait for one making; what it raises they all get, and it is not kept.
    """

    def __init__(self, threads: Executor, *, most_bytes: int = 64 << 20) -> None:
        self._threads = threads
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._making: dict[Hashable, asyncio.Future[bytes]] = {}

    async def once(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The answer under a key; made when it is not there."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = asyncio.get_running_loop().run_in_executor(self._threads, make)
            making.add_done_callback(lambda made: self._keep(key, made))
        # One who hangs up does not stop what others wait for.
        return await asyncio.shield(making)

    def _keep(self, key: Hashable, made: asyncio.Future[bytes]) -> None:
        del self._making[key]
        if made.cancelled() or made.exception() is not None:
            return
        self._kept[key] = made.result()
        self._bytes += len(made.result())
        while self._bytes > self._most_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)


@dataclass(frozen=True, slots=True)
class _Looked(Generic[Value]):
    until: float
    found: asyncio.Future[Value]


class Briefly(Generic[Value]):
    """What is looked up at most once in `seconds` for each key, failures included."""

    def __init__(self, threads: Executor, *, seconds: float = 1.0, most: int = 256) -> None:
        self._threads = threads
        self._seconds = seconds
        self._most = most
        self._looked: OrderedDict[Hashable, _Looked[Value]] = OrderedDict()

    async def once(self, key: Hashable, look: Callable[[], Value]) -> Value:
        """What was found less than `seconds` ago, or is found now."""
        now = time.monotonic()
        looked = self._looked.get(key)
        if looked is None or (looked.found.done() and looked.until < now):
            found = asyncio.get_running_loop().run_in_executor(self._threads, look)
            # Whether or not the one who asked still waits.
            found.add_done_callback(lambda done: done.cancelled() or done.exception())
            looked = self._looked[key] = _Looked(now + self._seconds, found)
            self._looked.move_to_end(key)
            if len(self._looked) > self._most:
                self._looked.popitem(last=False)
        if looked.found.done():
            return looked.found.result()
        return await asyncio.shield(looked.found)

"""Reports under construction: built in a thread, kept on disk for a while, built again when asked for later."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sandbox.collaboratemd.csv_text import NegativeStyle
from sandbox.collaboratemd.faults import Fault
from sandbox.collaboratemd.pages import ReportOrder
from sandbox.collaboratemd.payload import BuildStopped, write_payload
from sandbox.world import World
from sandbox.world.life import OfficeLife

_KEPT = 12


@dataclass(kw_only=True)
class Build:
    """A report that was accepted under an identifier; ready at `ready_at` of the monotonic clock, or later."""

    identifier: str
    order: ReportOrder
    today: date
    faults: Sequence[Fault]
    negative: NegativeStyle
    ready_at: float
    running_answers: int
    work: asyncio.Task[int] | None = field(default=None)


class Workshop:
    """Builds one report at a time, and keeps the ZIPs of the last few."""

    def __init__(self, world: World, claims: int, today: date) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="daysheet-practice-reports-")
        self._one_at_a_time = asyncio.Lock()
        self._kept: list[Build] = []
        self._stop = threading.Event()
        self.life = OfficeLife(world=world, today=today, claims=claims)

    def start(self, build: Build) -> asyncio.Task[int]:
        """Begin or go on building, or take up what is built; the number of rows in the end."""
        if build.work is None:
            build.work = asyncio.create_task(self._build(build))
        return build.work

    async def is_running(self, build: Build, patience: float) -> bool:
        """Whether the report is still being built, after waiting a little for what should be ready."""
        if time.monotonic() < build.ready_at:
            return True
        _, unfinished = await asyncio.wait({self.start(build)}, timeout=patience)
        return bool(unfinished)

    def path(self, build: Build) -> Path:
        """Where its ZIP is."""
        return Path(self._folder.name) / f"{build.identifier}.zip"

    async def close(self) -> None:
        """Stop what is being built, and delete all files."""
        self._stop.set()
        async with self._one_at_a_time:
            self._folder.cleanup()

    async def _build(self, build: Build) -> int:
        async with self._one_at_a_time:
            if self.life.today != build.today:
                self.life = replace(self.life, today=build.today)
            try:
                rows = await asyncio.to_thread(
                    write_payload,
                    self.life,
                    build.order,
                    self.path(build),
                    faults=build.faults,
                    negative=build.negative,
                    stop=self._stop,
                )
            except BuildStopped:
                return 0
        self._kept.append(build)
        while len(self._kept) > _KEPT:
            oldest = self._kept.pop(0)
            oldest.work = None
            self.path(oldest).unlink(missing_ok=True)
        return rows

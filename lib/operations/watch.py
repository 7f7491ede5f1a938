"""One watch for a process: reads the instance's standing through a connection of its own, and keeps it for seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest

from lib.core.database import Database
from lib.core.metrics import POOL_CONNECTIONS, REGISTRY
from lib.core.settings import Settings
from lib.operations import store
from lib.operations.collector import OfficeCollector
from lib.operations.kept import Kept
from lib.operations.machine import machine
from lib.operations.model import Backstage, Figures, Readiness
from lib.operations.readiness import RUN_OF_VENDOR, look

Open = Callable[[Settings], Database]
_READINESS_SECONDS = 2.0
_FIGURES_SECONDS = 15.0
_BACKSTAGE_SECONDS = 5.0


class Watch:
    """Safe for many threads. `opened` gives the pool that the process works with, for its own figures.

    The watch never waits for that pool: a pool that is taken to the last connection is when one looks.
    """

    def __init__(self, settings: Settings, open_database: Open, *, opened: Callable[[], Database | None]) -> None:
        self.settings = settings
        self._open = open_database
        self._opened = opened
        self._turn = threading.Lock()
        self._database: Database | None = None
        self._readiness = Kept(lambda: look(settings, self._own_database), seconds=_READINESS_SECONDS)
        self._figures = Kept(self._read_figures, seconds=_FIGURES_SECONDS)
        self._backstage = Kept(self._read_backstage, seconds=_BACKSTAGE_SECONDS)
        self._office = CollectorRegistry()
        self._office.register(OfficeCollector(self.figures, lambda: machine(settings.home)))

    def readiness(self) -> Readiness:
        """Every check, at most two seconds old."""
        return self._readiness.get()

    def figures(self) -> Figures:
        """Figures of the whole office, at most fifteen seconds old; raises DatabaseUnavailable."""
        return self._figures.get()

    def backstage(self) -> Backstage:
        """What the Operations page shows beside the figures, at most five seconds old; raises DatabaseUnavailable."""
        return self._backstage.get()

    def exposition(self) -> bytes:
        """This process's and the office's figures in Prometheus' text format."""
        pool = self._opened()
        if pool is not None:
            POOL_CONNECTIONS.labels("taken").set(pool.in_use)
            POOL_CONNECTIONS.labels("most").set(self.settings.database_pool)
        return generate_latest(REGISTRY) + generate_latest(self._office)

    def close(self) -> None:
        """Close the watch's own connection."""
        with self._turn:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _own_database(self) -> Database:
        with self._turn:
            if self._database is None:
                self._database = self._open(self.settings.model_copy(update={"database_pool": 1}))
            return self._database

    def _read_figures(self) -> Figures:
        with store.looking(self._own_database()) as session:
            return store.read_figures(session, silence_seconds=self.settings.stalled_seconds, kinds=RUN_OF_VENDOR)

    def _read_backstage(self) -> Backstage:
        with store.looking(self._own_database()) as session:
            return store.read_backstage(session)

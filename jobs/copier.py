"""Keeps the columnar copies of this instance's home at what the views show, a client at a time."""

from __future__ import annotations

import logging
import threading

from jobs.office import Office
from lib.analytics.snapshot.refresh import changed_clients, refresh_copy
from lib.core.database import DatabaseUnavailable

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 2.0


class Copier:
    """Looks for clients whose reports have changed, in a thread of its own, until it is closed."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._stop = threading.Event()
        self._marks: dict[str, str] = {}
        self._thread = threading.Thread(target=self._keep, name="copier", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop between two views, and wait for that."""
        self._stop.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                self._copy_what_changed()
            except DatabaseUnavailable:
                _LOG.warning("the database does not answer; the copies wait")
            except Exception:
                # The copy that readers have is whole, if old; the next look tries again.
                _LOG.exception("a copy could not be made")
                self._stop.wait(30)

    def _copy_what_changed(self) -> None:
        office = self._office
        for client_id, mark in changed_clients(office.database, office.actor).items():
            if self._marks.get(client_id) == mark or self._stop.is_set():
                continue
            done = refresh_copy(
                office.database, office.settings, office.actor, client_id, should_stop=self._stop.is_set
            )
            if done is not None:
                self._marks[client_id] = mark
                if done.copied:
                    _LOG.info("views copied", extra={"client": client_id, "views": done.copied})

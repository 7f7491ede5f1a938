"""Seals the audit within seconds, in a thread of the side process; of several side processes one does it."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from jobs.office import Office
from lib.core.actor import job
from lib.core.audit.anchors import KeptHeads
from lib.core.audit.sealing import seal_and_keep
from lib.core.database import DatabaseUnavailable, HeldLock, LockSpace

_LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_STANDBY_SECONDS = 2.0


class AuditSealer:
    """Looks for events that wait for their seal, until it is closed; stands by while another process does."""

    def __init__(self, office: Office) -> None:
        self._database = office.database
        self._kept = KeptHeads(office.settings.home)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="audit sealer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Seal what waits a last time, and stop."""
        self._stop.set()
        self._thread.join()

    def _keep(self) -> None:
        while True:
            try:
                with self._database.lock(LockSpace.AUDIT, 0) as lock:
                    if lock is not None:
                        self._seal_while_ours(lock)
            except DatabaseUnavailable:
                _LOG.warning("the database does not answer; the audit waits for its seals")
            except Exception:
                # What was not sealed waits in the database; whoever has the lock next seals it.
                _LOG.exception("the audit could not be sealed")
            if self._stop.wait(_STANDBY_SECONDS):
                return

    def _seal_while_ours(self, lock: HeldLock) -> None:
        actor = job("audit sealer")
        while lock.still_held():
            last = self._stop.is_set()
            while seal_and_keep(self._database, actor, self._kept, datetime.now(UTC)):
                pass
            if last:
                return
            self._stop.wait(_LOOK_SECONDS)

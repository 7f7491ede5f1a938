"""Sends the notices that wait."""

from __future__ import annotations

import logging
from collections.abc import Callable

from jobs.office import Office
from lib.core.notify.courier import deliver

_LOG = logging.getLogger(__name__)


def send_notices(office: Office, *, should_stop: Callable[[], bool] = lambda: False) -> int:
    """Send what waits, and return how many notices arrived; stops between two when it should."""
    arrived = deliver(office.database, office.settings, office.actor, should_stop=should_stop)
    if arrived:
        _LOG.info("notices sent", extra={"notices": arrived})
    return arrived

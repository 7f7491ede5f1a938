"""Lets load packages go that no kept day shows any more."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from jobs.office import Office
from lib.reports.loading.retention import expire_packages

_LOG = logging.getLogger(__name__)


def expire_report_packages(office: Office) -> list[str]:
    """Expire what retention lets go of, and return the packages' ids."""
    expired = expire_packages(office.database, office.settings, office.actor, datetime.now(UTC).date())
    if expired:
        _LOG.info("report packages expired", extra={"packages": len(expired)})
    return expired

"""Deletes uploads that never became a run, after the days that a setting allows them."""

from __future__ import annotations

import logging

from jobs.office import Office
from lib.core import runs
from lib.core.files import RunFiles

_LOG = logging.getLogger(__name__)


def clean_up_expired_uploads(office: Office) -> list[str]:
    """Close expired drafts and delete their files; returns the runs' ids."""
    expired = runs.expire_drafts(
        office.database, office.actor, RunFiles(office.settings), days=office.settings.upload_days
    )
    if expired:
        _LOG.info("expired uploads deleted", extra={"runs": expired})
    return expired

"""The days of knowledge that pages offer: the latest, and the month ends that the copies hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.core.settings import Settings


def copied_days(settings: Settings, clients: Iterable[str], view: str) -> list[date]:
    """The month ends as of which some client's copy holds the view, newest first."""
    folder = SnapshotFolder(settings)
    manifests = [manifest for client in clients if (manifest := folder.read(client)) is not None]
    return sorted(
        {day for manifest in manifests for day, views in manifest.days.items() if day is not None and view in views},
        reverse=True,
    )

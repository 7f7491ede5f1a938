"""Brings a client's columnar copy to what its views show now; only what has changed is copied."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from lib.analytics.reading.views import View, views
from lib.analytics.snapshot.manifest import CopiedView, Manifest, SnapshotFolder
from lib.analytics.snapshot.parquet import write_view
from lib.core.actor import Actor
from lib.core.database import Database, LockSpace, Session, named_queries
from lib.core.settings import Settings
from lib.reports.views.view_rows import views_version

_SQL = named_queries("analytics_snapshot")
#: Files that no manifest names any more stay so long, for readers in the middle of an answer.
_GRACE_SECONDS = 600.0
#: How often a view is copied again because it changed meanwhile.
_TRIES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Refreshed:
    """What a refresh did: how many views it copied and how many it found unchanged; `version` of the manifest."""

    copied: int
    unchanged: int
    version: str


def refresh_copy(
    database: Database,
    settings: Settings,
    actor: Actor,
    client_id: str,
    *,
    should_stop: Callable[[], bool] | None = None,
) -> Refreshed | None:
    """Copy what has changed of a client's views and swap its manifest; None when another process is at it.

    The latest state and every month end since the client's first package. Raises what the database raises; the copy
    that readers have stays whole.
    """
    with database.lock(LockSpace.SNAPSHOT, int(client_id)) as lock:
        if lock is None:
            return None
        return _Refresh(database, settings, actor.narrowed(client_id), client_id, should_stop).run()


def changed_clients(database: Database, actor: Actor) -> dict[str, str]:
    """A mark for each client in the actor's scope that changes whenever what readers see of it does."""
    with database.session(actor) as session:
        return {str(row.client_id): row.mark for row in _SQL.changed_clients(session.raw)}


class _Refresh:
    def __init__(
        self,
        database: Database,
        settings: Settings,
        actor: Actor,
        client_id: str,
        should_stop: Callable[[], bool] | None,
    ) -> None:
        self._database = database
        self._actor = actor
        self._client_id = client_id
        self._should_stop = should_stop or (lambda: False)
        self._folder = SnapshotFolder(settings)
        self._copied = self._unchanged = 0

    def run(self) -> Refreshed | None:
        self._write_empty()
        self._folder.sweep()
        before = self._folder.read(self._client_id)
        known = (
            {copied.fingerprint: copied for views in before.days.values() for copied in views.values()}
            if before
            else {}
        )
        days: dict[date | None, dict[str, CopiedView]] = {}
        wanted = self._wanted_days()
        fingerprints = self._fingerprints(wanted)
        for day in wanted:
            days[day] = {}
            for view in views().values():
                if day is not None and not view.month_ends:
                    continue
                if self._should_stop():
                    return None
                fingerprint = fingerprints[day][view.name]
                found = known.get(fingerprint)
                if found and (self._folder.of_client(self._client_id) / found.file).exists():
                    self._unchanged += 1
                else:
                    # What was copied may be newer than what was asked for, and is known by what it shows.
                    found = self._copy(view, day, fingerprint)
                    known[found.fingerprint] = found
                days[day][view.name] = found
        manifest = Manifest(made_at=datetime.now(UTC).isoformat(timespec="seconds"), days=days)
        if before is None or manifest.version != before.version:
            self._folder.swap(self._client_id, manifest)
        self._folder.delete_others(self._client_id, (manifest,), older_than=time.time() - _GRACE_SECONDS)
        return Refreshed(copied=self._copied, unchanged=self._unchanged, version=manifest.version)

    def _wanted_days(self) -> list[date | None]:
        with self._database.session(self._actor) as session:
            first = _SQL.first_day(session.raw, client_id=self._client_id)
        if first is None:
            return [None]
        return [None, *month_ends(first, datetime.now(UTC).date())]

    def _fingerprints(self, days: list[date | None]) -> dict[date | None, dict[str, str]]:
        with self._database.session(self._actor) as session:
            return _fingerprints(session, self._client_id, days)

    def _copy(self, view: View, day: date | None, fingerprint: str) -> CopiedView:
        """Copy a view; again when another package came to be shown while it was copied."""
        folder = self._folder.of_client(self._client_id)
        for _ in range(_TRIES):
            name = f"{view.name}-{fingerprint[:20]}.parquet"
            half = folder / f"{name}.part"
            with self._database.session(self._actor) as session:
                _SQL.read_as_of(session.raw, day=day.isoformat() if day else "")
                rows = write_view(session, view, half)
                now = _fingerprints(session, self._client_id, [day])[day][view.name]
            if now == fingerprint:
                half.replace(folder / name)
                self._copied += 1
                return CopiedView(file=name, fingerprint=fingerprint, rows=rows, bytes=(folder / name).stat().st_size)
            fingerprint = now
        raise TimeoutError(f"The view {view.name} changed {_TRIES} times while it was copied.")

    def _write_empty(self) -> None:
        """Files without rows, which say the columns of every view; made once for each version of the views."""
        stamp = self._folder.empty / "made_for"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == views_version():
            return
        with self._database.session(self._actor) as session:
            _SQL.read_as_of(session.raw, day=date.min.isoformat())
            for name, view in views().items():
                half = self._folder.empty / f"{name}.part"
                write_view(session, view, half)
                half.replace(self._folder.empty / f"{name}.parquet")
        stamp.write_text(views_version(), encoding="utf-8")


def month_ends(first: date, today: date) -> Iterator[date]:
    """The last days of the months from the one of `first` on that are over on `today`."""
    day = (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    while day < today:
        yield day
        day = (day + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _fingerprints(session: Session, client_id: str, days: list[date | None]) -> dict[date | None, dict[str, str]]:
    shown: dict[date | None, dict[str, list[str]]] = {day: defaultdict(list) for day in days}
    for row in _SQL.shown_at(session.raw, client_id=client_id, days=days):
        shown[row.day][row.report_name].append(f"{row.package_id} {row.days} {row.undated}")
    return {
        day: {
            view.name: hashlib.sha256(
                json.dumps([views_version(), view.name, [reports[report] for report in view.reports]]).encode()
            ).hexdigest()
            for view in views().values()
        }
        for day, reports in shown.items()
    }

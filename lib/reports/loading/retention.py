"""Which packages are kept, and how the others leave: every one of 35 days, then those that a month end still shows."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from lib.core import audit
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.settings import Settings
from lib.reports.catalog import report_named
from lib.reports.loading.publish import lock_cell, show_published, timeline_of
from lib.reports.loading.raw_files import RawFiles
from lib.reports.loading.timeline import Shown
from lib.reports.loading.typed_tables import TypedTable
from lib.reports.model import Cell, PackageState, RequestState

_SQL = named_queries("packages")
#: Days for which every package is kept, and for which a held one waits for a person.
KEPT_DAYS = 35


def expire_packages(database: Database, settings: Settings, actor: Actor, today: date) -> list[str]:
    """Let go of packages that no kept day shows, of held ones that nobody decided about, and of old raw files.

    Kept days are the last 35, every month's last, and now: what readers see as of one of them stays the same; so do
    all packages of the last 35 days. Returns the ids of the packages that expired now. What an earlier call was killed
    at is finished.
    """
    before = datetime.combine(today - timedelta(days=KEPT_DAYS), time.min, UTC)
    with database.session(actor) as session:
        cells = [(_cell(row), row.first_as_of) for row in _SQL.cells_with_packages(session.raw)]
        held = list(_SQL.held_since(session.raw, before=before))
        _SQL.give_up_loading(session.raw, before=before)
    expired: list[str] = []
    for cell, first_as_of in cells:
        with database.session(actor) as session:
            expired += _expire_unseen(session, cell, first_as_of, today)
    for row in held:
        with database.session(actor) as session:
            expired += _expire_held(session, row)
    with database.session(actor) as session:
        unwanted = list(_SQL.packages_to_empty(session.raw, before=before))
        files = list(_SQL.files_without_package(session.raw, before=before))
    for row in unwanted:
        _empty(database, settings, actor, row)
    for row in files:
        RawFiles(settings).delete(row.raw_path)
        with database.session(actor) as session:
            _SQL.forget_request_file(session.raw, client_id=row.client_id, request_id=row.id)
    return expired


def kept_days(first: date, today: date) -> Iterator[date]:
    """The days of knowledge from `first` on whose answers are kept, besides now."""
    for back in range(KEPT_DAYS):
        yield today - timedelta(days=back)
    month = first.replace(day=1)
    while month <= today:
        yield month.replace(day=calendar.monthrange(month.year, month.month)[1])
        month = (month + timedelta(days=32)).replace(day=1)


def unseen(timeline: Sequence[Shown], days: Iterator[date]) -> set[int]:
    """The packages of a timeline that neither one of these days shows nor now."""
    kept = sorted(set(days))
    seen = {row.package_id for row in timeline if row.known_until is None or any(row.known_on(day) for day in kept)}
    return {row.package_id for row in timeline} - seen


def _expire_unseen(session: Session, cell: Cell, first_as_of: date, today: date) -> list[str]:
    lock_cell(session, cell)
    oldest_kept = today - timedelta(days=KEPT_DAYS - 1)
    old = {row.id for row in _SQL.published_packages(session.raw, **_named(cell)) if row.as_of < oldest_kept}
    timeline = timeline_of(session, cell)
    # A package that was replaced within its own day of knowledge was never in the timeline; it is kept as long.
    leaving = sorted(unseen(timeline, kept_days(first_as_of, today)) | (old - {row.package_id for row in timeline}))
    return _expire(session, cell, leaving, PackageState.PUBLISHED)


def _expire_held(session: Session, row: Any) -> list[str]:
    cell = _cell(row)
    lock_cell(session, cell)
    # Somebody may have published it, or thrown it away, since the list was made.
    expired = _expire(session, cell, [row.id], PackageState.HELD)
    if expired and row.request_id is not None:
        _SQL.end_request(
            session.raw,
            client_id=cell.client_id,
            request_id=row.request_id,
            state=str(RequestState.FAILED),
            package_id=row.id,
            error=f"Its package was held, and nobody decided about it within {KEPT_DAYS} days.",
        )
    return expired


def _expire(session: Session, cell: Cell, package_ids: Sequence[int], state: PackageState) -> list[str]:
    expired = [
        str(package_id)
        for package_id in package_ids
        if _SQL.expire_package(session.raw, client_id=cell.client_id, package_id=package_id, state=str(state))
        is not None
    ]
    if expired:
        show_published(session, cell)
    for package_id in expired:
        audit.record(session, "reports:package:expire:done", f"package:{package_id}", client_id=cell.client_id)
    return expired


def _empty(database: Database, settings: Settings, actor: Actor, row: Any) -> None:
    """Delete rows, rejects and raw file of a package that nobody sees; its path goes last, so a kill is made good."""
    cell = _cell(row)
    table = TypedTable(report=report_named(cell.report), cell=cell, package_id=str(row.id))
    deleted = 1
    while deleted:
        with database.session(actor) as session:
            deleted = table.delete(session)
    RawFiles(settings).delete(row.raw_path)
    with database.session(actor) as session:
        _SQL.delete_rejects(session.raw, client_id=cell.client_id, package_id=row.id)
        _SQL.forget_raw_file(session.raw, client_id=cell.client_id, package_id=row.id)


def _cell(row: Any) -> Cell:
    return Cell(client_id=str(row.client_id), report=row.report_name, account=row.customer_account)


def _named(cell: Cell) -> dict[str, str]:
    return {"client_id": cell.client_id, "report": cell.report, "account": cell.account}

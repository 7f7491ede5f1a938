"""Load packages for those who look at them: the list, what was rejected, the raw file, and a person's decision."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Generator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, Conflict, NotFound
from lib.core.sealed import seal_keys
from lib.core.settings import Settings
from lib.reports.catalog import report_named
from lib.reports.loading.publish import lock_cell, show_published
from lib.reports.loading.raw_files import RawFiles
from lib.reports.loading.typed_tables import TypedTable
from lib.reports.model import Cell, Package, PackageState, RequestState
from lib.reports.reading.rejects import Reject

_SQL = named_queries("packages")
_LONGEST_REASON = 1_000
#: As many digits as a bigint surely holds.
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def list_packages(
    database: Database,
    actor: Actor,
    *,
    client_id: str | None = None,
    report: str | None = None,
    cells: Collection[Cell] | None = None,
    state: PackageState | None = None,
    most: int = 200,
) -> list[Package]:
    """Packages in the actor's scope, newest first, at most so many; with `cells`, of these only."""
    gate.must(database, actor, Permission.REPORTS_VIEW)
    with database.session(actor) as session:
        rows = _SQL.list_packages(
            session.raw,
            client_id=client_id,
            report=report,
            cells=None if cells is None else [f"{c.client_id}/{c.report}/{c.account}" for c in cells],
            state=str(state) if state else None,
            most=most,
        )
        return [_package(row) for row in rows]


def get_package(database: Database, actor: Actor, package_id: str) -> Package:
    """One package; raises NotFound outside the actor's scope."""
    gate.must(database, actor, Permission.REPORTS_VIEW)
    with database.session(actor) as session:
        return package_in(session, package_id)


def package_in(session: Session, package_id: str) -> Package:
    """One package, as this transaction sees it; raises NotFound."""
    row = _SQL.get_package(session.raw, package_id=package_id) if _NUMBER.fullmatch(package_id) else None
    if row is None:
        raise NotFound(f"There is no package {package_id}.", fix="See them with: python -m jobs reports packages.")
    return _package(row)


def package_as_of(database: Database, actor: Actor, cell: Cell, day: date) -> Package | None:
    """The published package that was the cell's last on that day of knowledge; None before the first."""
    gate.must(database, actor, Permission.REPORTS_VIEW)
    with database.session(actor) as session:
        found = _SQL.package_known_on(
            session.raw, client_id=cell.client_id, report=cell.report, account=cell.account, day=day
        )
        return None if found is None else package_in(session, str(found))


def publish_package(database: Database, actor: Actor, package_id: str, reason: str) -> Package:
    """Publish a held package, as a person has decided; raises Conflict for any other, BadInput without a reason."""
    gate.must(database, actor, Permission.REPORTS_LOAD)
    with database.session(actor) as session:
        package = _decide(session, package_id, PackageState.PUBLISHED, reason)
        _end_request(session, package, RequestState.LOADED, None)
        show_published(session, package.cell)
        return package_in(session, package.id)


def discard_package(database: Database, actor: Actor, package_id: str, reason: str) -> Package:
    """Throw a held package away with its rows; the raw file stays for retention. Raises as publish_package does."""
    gate.must(database, actor, Permission.REPORTS_LOAD)
    with database.session(actor) as session:
        package = _decide(session, package_id, PackageState.DISCARDED, reason)
        table = TypedTable(report=report_named(package.cell.report), cell=package.cell, package_id=package.id)
        table.delete_all(session)
        _SQL.delete_rejects(session.raw, client_id=package.cell.client_id, package_id=package.id)
        _end_request(session, package, RequestState.FAILED, "Its package was thrown away.")
        return package_in(session, package.id)


def rejects_of(database: Database, actor: Actor, package_id: str, *, skip: int = 0, most: int = 100) -> list[Reject]:
    """Rows of a package that were not loaded, in the order they were found; the first 10,000 are kept.

    They hold patients' data, so the look is audited.
    """
    gate.must(database, actor, Permission.REPORTS_LOAD)
    gate.must(database, actor, Permission.PATIENTS_SEE)
    with database.session(actor) as session:
        package = package_in(session, package_id)
        audit.record(session, "reports:rejects:read:done", f"package:{package.id}", client_id=package.cell.client_id)
        rows = _SQL.rejects(session.raw, client_id=package.cell.client_id, package_id=package.id, skip=skip, most=most)
        return [Reject(file=row.file, row=row.row_number, reason=row.reason, text=row.row_text) for row in rows]


@contextlib.contextmanager
def raw_csv(database: Database, settings: Settings, actor: Actor, package_id: str) -> Generator[Path]:
    """The ZIP with its CSV files as the vendor sent it, in clear until the end of the block; the look is audited.

    Raises NotFound where nothing came or the file has been cleaned up.
    """
    gate.must(database, actor, Permission.REPORTS_LOAD)
    gate.must(database, actor, Permission.PATIENTS_SEE)
    with database.session(actor) as session:
        package = package_in(session, package_id)
        if package.raw_path is None:
            raise NotFound(f"Package {package.id} has no raw file.", fix="Ask for the report again.")
        keys = seal_keys(session)
        audit.record(
            session, "reports:package:download:done", f"package:{package.id}", client_id=package.cell.client_id
        )
    with RawFiles(settings).opened(keys, package.raw_path) as path:
        yield path


def _decide(session: Session, package_id: str, state: PackageState, reason: str) -> Package:
    reason = " ".join(reason.split())
    if not reason or len(reason) > _LONGEST_REASON:
        raise BadInput(f"A decision needs a reason of 1 to {_LONGEST_REASON:,} letters.", fix="Say why.")
    cell = package_in(session, package_id).cell
    lock_cell(session, cell)
    # Somebody else may have decided while this one waited for the cell.
    package = package_in(session, package_id)
    if package.state is not PackageState.HELD:
        raise Conflict(
            f"Package {package.id} is {package.state}; only a held one can be published or thrown away.",
            fix="Look at the list of packages again.",
        )
    _SQL.decide_package(
        session.raw,
        client_id=cell.client_id,
        package_id=package.id,
        state=str(state),
        decided_by=session.actor.label,
        reason=reason,
    )
    act = "publish" if state is PackageState.PUBLISHED else "discard"
    audit.record(
        session, f"reports:package:{act}:done", f"package:{package.id}", client_id=cell.client_id, reason=reason
    )
    return package


def _end_request(session: Session, package: Package, state: RequestState, error: str | None) -> None:
    if package.request_id is not None:
        _SQL.end_request(
            session.raw,
            client_id=package.cell.client_id,
            request_id=package.request_id,
            state=str(state),
            package_id=package.id,
            error=error,
        )


def _package(row: Any) -> Package:
    return Package(
        id=str(row.id),
        cell=Cell(client_id=str(row.client_id), report=row.report_name, account=row.customer_account),
        state=PackageState(row.state),
        as_of=row.as_of,
        request_id=_text(row.request_id),
        identifier=row.identifier,
        run_id=_text(row.run_id),
        began_at=row.began_at,
        loaded_at=row.loaded_at,
        published_at=row.published_at,
        seconds=row.seconds,
        raw_path=row.raw_path,
        raw_sha256=row.raw_sha256,
        raw_bytes=row.raw_bytes,
        labels=tuple(row.labels),
        rows_read=row.rows_read,
        rows_loaded=row.rows_loaded,
        rows_rejected=row.rows_rejected,
        rows_padded=row.rows_padded,
        totals={name: Decimal(total) for name, total in row.totals.items()},
        differences=row.differences,
        days=(row.first_day, row.last_day) if row.first_day else None,
        undated=row.undated,
        findings=tuple(row.findings),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        reason=row.reason,
        shown=row.shown,
    )


def _text(identifier: int | None) -> str | None:
    return None if identifier is None else str(identifier)

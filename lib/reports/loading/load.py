"""From a report that came to rows that readers see, or to a package that is held or has failed: one transaction.

A load that is killed leaves its package as `loading` and nothing else; the next one for the same request takes it over.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, Conflict, NotFound, Stopped
from lib.core.sealed import SealBroken, seal_keys
from lib.core.settings import Settings
from lib.reports.catalog import report_named
from lib.reports.loading.checks import Finding, Verdict, check_habit, check_rows, check_staged
from lib.reports.loading.load_outcome import Before, Findings, earlier_packages, keep_rejects, record_outcome
from lib.reports.loading.packages import package_in
from lib.reports.loading.publish import REQUEST_LOCK
from lib.reports.loading.raw_files import RawFiles
from lib.reports.loading.typed_tables import LoadBrokenOff, RowsRefused, TypedTable
from lib.reports.model import Package, ReportRequest, RequestState
from lib.reports.reading.headers import map_columns, schema_differences
from lib.reports.reading.payload import Limits, PayloadFault, examine_payload
from lib.reports.reading.rejects import RejectList, read_rejects
from lib.reports.reading.rows import TypedRows

_SQL = named_queries("packages")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Watch:
    """Who wants to know how far a load is, and whether it has to stop."""

    progress: Callable[[int], None] | None
    should_stop: Callable[[], bool] | None

    def watched(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = 0
        for batch in batches:
            self.check_stop()
            yield batch
            rows += batch.num_rows
            if self.progress is not None:
                self.progress(rows)

    def check_stop(self) -> None:
        if self.should_stop is not None and self.should_stop():
            raise Stopped("The load was asked to stop; nothing of it is kept.", fix="Load the report again.")


def load_report(
    database: Database,
    settings: Settings,
    actor: Actor,
    request: ReportRequest,
    *,
    labels: Mapping[str, str],
    limits: Limits | None = None,
    progress: Callable[[int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Package:
    """Load a request that is READY, and publish, hold or fail its package; what is loaded already is returned.

    `labels` maps the client's own labels to columns. `progress` is told the rows so far, from another thread.
    A report that cannot be loaded is a package that has FAILED and raises nothing. Raises Conflict for a request that
    is not ready, DatabaseUnavailable, LoadBrokenOff (no room left, or the database ended it) and Stopped: the request
    is still ready then, and may be loaded again.
    """
    with database.session(actor) as session:
        package_id = _begin(session, request)
    if package_id is not None:
        watch = _Watch(progress=progress, should_stop=should_stop)
        with _no_room_is_said(), database.session(actor) as session:
            _load(session, settings, request, package_id, labels, limits, watch)
    with database.session(actor) as session:
        return _loaded(session, request)


def _begin(session: Session, request: ReportRequest) -> str | None:
    """Make or take over the package of this request; None where it is over."""
    _SQL.lock_request(session.raw, space=REQUEST_LOCK, request_id=request.id)
    if not _still_ready(session, request):
        return None
    cell = request.cell
    taken = _SQL.take_package(
        session.raw, client_id=cell.client_id, report=cell.report, account=cell.account, request_id=request.id
    )
    return str(taken or _SQL.begin_package(session.raw, client_id=cell.client_id, request_id=request.id))


def _still_ready(session: Session, request: ReportRequest) -> bool:
    state = RequestState(_request_row(session, request).state)
    if state in (RequestState.LOADED, RequestState.HELD, RequestState.FAILED):
        return False
    if state is not RequestState.READY:
        raise Conflict(f"The request {request.id} is {state}: there is nothing to load yet.")
    return True


def _loaded(session: Session, request: ReportRequest) -> Package:
    row = _request_row(session, request)
    if row.package_id is None:
        raise Conflict(f"The request {request.id} ended as {row.state} before anything came.", fix="Ask for it again.")
    return package_in(session, str(row.package_id))


def _request_row(session: Session, request: ReportRequest) -> Any:
    row = _SQL.request_to_load(session.raw, client_id=request.cell.client_id, request_id=request.id)
    if row is None:
        raise NotFound(f"There is no request {request.id}.")
    return row


def _load(
    session: Session,
    settings: Settings,
    request: ReportRequest,
    package_id: str,
    labels: Mapping[str, str],
    limits: Limits | None,
    watch: _Watch,
) -> None:
    _SQL.lock_request(session.raw, space=REQUEST_LOCK, request_id=request.id)
    # Another load of the same request may have ended while this one waited.
    if not _still_ready(session, request):
        return
    table = TypedTable(report=report_named(request.cell.report), cell=request.cell, package_id=package_id)
    before = earlier_packages(session, request)
    findings = Findings()
    with contextlib.ExitStack() as opened:
        rejected: Path | None = None
        _SQL.savepoint_before_rows(session.raw)
        try:
            raw_path = _request_row(session, request).raw_path
            if raw_path is None:
                findings.found += check_habit(0, before.habit)
            else:
                path = opened.enter_context(RawFiles(settings).opened(seal_keys(session), raw_path))
                rejected = path.with_name("rejects.jsonl")
                with RejectList(rejected) as rejects:
                    _read(session, table, path, rejects, labels, limits, before, findings, watch)
        except (PayloadFault, BadInput, RowsRefused, SealBroken, NotFound) as fault:
            findings.found.append(Finding(verdict=Verdict.FAIL, sentence=fault.what))
        watch.check_stop()
        if findings.verdict is Verdict.FAIL:
            _SQL.back_before_rows(session.raw)
        if rejected is not None:
            keep_rejects(session, request, package_id, read_rejects(rejected))
        record_outcome(session, request, package_id, findings)


def _read(
    session: Session,
    table: TypedTable,
    path: Path,
    rejects: RejectList,
    labels: Mapping[str, str],
    limits: Limits | None,
    before: Before,
    findings: Findings,
    watch: _Watch,
) -> None:
    """Read, type, copy and check the rows; what is found on the way stays in `findings` even where this raises."""
    payload = examine_payload(path, limits)
    findings.labels = payload.labels
    columns = map_columns(table.report, payload.fields, labels)
    findings.differences = schema_differences(columns, before=before.fields)
    rows = TypedRows(payload, columns, rejects)
    try:
        table.copy(session, watch.watched(iter(rows)), rows.columns)
    finally:
        findings.counts = counts = rows.counts
        findings.reasons = rejects.reasons
    findings.differences = schema_differences(columns, before=before.fields, retyped=counts.retyped)
    findings.found += check_rows(columns, counts, before.habit)
    watch.check_stop()
    staged = table.examine(session)
    findings.totals, findings.days, findings.undated = counts.totals, staged.days, staged.undated
    findings.found += check_staged(counts, rows=staged.rows, totals=staged.totals, repeated_keys=staged.repeated_keys)


@contextlib.contextmanager
def _no_room_is_said() -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise LoadBrokenOff(
            "There is no room left to unpack this report.", fix="Make room in the home, then load it again."
        ) from None

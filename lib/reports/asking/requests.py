"""The requests for reports in the database: every step is one statement that names the state it comes from.

docs/reports.md draws the states. Loading writes the last ones (loaded, held, failed) by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg2

from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import Conflict, NotFound
from lib.reports.model import Cell, ReportRequest, RequestState
from lib.reports.params import VENDOR

_SQL = named_queries("reports")


class RepeatedIdentifier(Conflict):
    """The vendor has named an identifier that another request of the login has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenRequest:
    """A request that something is still to be done for; `alive` where a run has it that is at work or will be."""

    request: ReportRequest
    alive: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a request of a run, with its package where one was made."""

    request_id: str
    report: str
    account: str
    as_of: date
    state: RequestState
    attempts: int
    error: str | None
    package_id: str | None
    rows: int | None
    findings: tuple[str, ...]


def request_from(row: Any) -> ReportRequest:
    """A row of warehouse.account_reports as a record."""
    return ReportRequest(
        id=str(row.id),
        cell=Cell(client_id=str(row.client_id), report=row.report_name, account=row.customer_account),
        login=row.login,
        state=RequestState(row.state),
        as_of=row.as_of,
        report_seq=row.report_seq,
        filter_seq=row.filter_seq,
        run_id=str(row.run_id) if row.run_id is not None else None,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        asked_at=row.asked_at,
        identifier=row.identifier,
        ready_at=row.ready_at,
        loaded_at=row.loaded_at,
        package_id=str(row.package_id) if row.package_id is not None else None,
        attempts=row.attempts,
        error=row.error,
        raw_path=row.raw_path,
        raw_sha256=row.raw_sha256,
        raw_bytes=row.raw_bytes,
    )


def get_request(session: Session, request_id: str) -> ReportRequest:
    """One request; raises NotFound outside the session's scope."""
    row = _SQL.request(session.raw, request_id=request_id)
    if row is None:
        raise NotFound(f"There is no request {request_id}.")
    return request_from(row)


def lock_queue(session: Session, client_id: str) -> None:
    """Wait until nobody else is making requests of this client; held to the end of the transaction."""
    _SQL.lock_connection(session.raw, client_id=client_id, vendor=VENDOR)


def add_request(
    session: Session,
    *,
    cell: Cell,
    login: str,
    run_id: str,
    as_of: date,
    report_seq: str,
    filter_seq: str,
    forced: bool,
    scheduled_for: datetime | None,
) -> str | None:
    """Make a waiting request and return its id; None where the scheduled time has a request of this cell already."""
    request_id = _SQL.add_request(
        session.raw,
        client_id=cell.client_id,
        login=login,
        account=cell.account,
        report=cell.report,
        as_of=as_of,
        report_seq=report_seq,
        filter_seq=filter_seq,
        forced=forced,
        run_id=run_id,
        who=session.actor.label,
        scheduled_for=scheduled_for,
    )
    return str(request_id) if request_id is not None else None


def open_requests(session: Session, client_id: str, *, silence_seconds: float) -> list[OpenRequest]:
    """What is still to be done for a client, the oldest first; a run silent for that long counts as dead."""
    found = _SQL.open_requests(session.raw, client_id=client_id, silence=silence_seconds)
    return [OpenRequest(request=request_from(row), alive=row.alive) for row in found]


def loaded_since(session: Session, client_id: str, as_of: date, since: datetime) -> set[Cell]:
    """The cells whose report of that day was loaded since then, held packages included."""
    found = _SQL.loaded_since(session.raw, client_id=client_id, as_of=as_of, since=since)
    return {Cell(client_id=client_id, report=r.report_name, account=r.customer_account) for r in found}


def take_up(session: Session, client_id: str, run_id: str, requests: Sequence[ReportRequest]) -> None:
    """Give requests that an ended run has left to another run."""
    _SQL.take_up(session.raw, client_id=client_id, run_id=run_id, request_ids=[int(r.id) for r in requests])


def give_up(session: Session, client_id: str, requests: Sequence[ReportRequest], why: str) -> None:
    """Cancel requests that nobody will go on with."""
    _SQL.give_up(session.raw, client_id=client_id, request_ids=[int(r.id) for r in requests], error=why)


def close_left(session: Session) -> list[str]:
    """Cancel what ended runs have never begun, and return the requests' ids; what is building stays."""
    return [str(row.id) for row in _SQL.close_left(session.raw, error="Its run is over, and it was not asked for.")]


def scheduled_times(session: Session, client_id: str) -> dict[Cell, datetime]:
    """By cell, the latest scheduled time that has had its request."""
    found = _SQL.scheduled_cells(session.raw, client_id=client_id)
    return {Cell(client_id=client_id, report=r.report_name, account=r.customer_account): r.scheduled_for for r in found}


def asked_days(session: Session, client_id: str) -> dict[Cell, date]:
    """By cell, the latest day that was asked for and has not come to nothing."""
    found = _SQL.asked_cells(session.raw, client_id=client_id)
    return {Cell(client_id=client_id, report=r.report_name, account=r.customer_account): r.as_of for r in found}


class RequestBook:
    """The steps of one run's requests, each in a transaction of its own.

    Every step returns the request as it is then, and raises Conflict where it is no longer in the state it comes from.
    """

    def __init__(self, database: Database, actor: Actor, *, client_id: str, run_id: str) -> None:
        self._database = database
        self._actor = actor
        self._client_id = client_id
        self._run_id = run_id

    def open(self) -> list[ReportRequest]:
        """What the run has to do: ready ones, then building ones, then those to ask for, oldest first."""
        with self._database.session(self._actor) as session:
            found = _SQL.open_of_run(session.raw, client_id=self._client_id, run_id=self._run_id)
            return [request_from(row) for row in found]

    def get(self, request_id: str) -> ReportRequest:
        """A request as it is now."""
        with self._database.session(self._actor) as session:
            return get_request(session, request_id)

    def begin_asking(self, request: ReportRequest, login: str, as_of: date) -> ReportRequest:
        """The request goes out now, by that login and for that day."""
        return self._step("begin_asking", request, login=login, as_of=as_of, run_id=self._run_id)

    def not_begun(self, request: ReportRequest) -> ReportRequest:
        """The vendor has certainly begun nothing."""
        return self._step("not_begun", request)

    def begun(self, request: ReportRequest, identifier: str) -> ReportRequest:
        """The vendor has named the identifier; raises RepeatedIdentifier where another request of the login has it."""
        try:
            return self._step("begun", request, identifier=identifier)
        except psycopg2.IntegrityError:
            raise RepeatedIdentifier(
                f"CollaborateMD answered with the identifier {identifier}, which another report of this login has.",
                fix="Ask for it again; if it stays so, ask CollaborateMD.",
            ) from None

    def ask_again(self, request: ReportRequest, why: str) -> ReportRequest:
        """It came to nothing, and waits to be asked for anew."""
        return self._step("ask_again", request, error=why)

    def arrived(
        self, request: ReportRequest, *, path: str | None, sha256: str | None, size: int | None
    ) -> ReportRequest:
        """It is here: sealed in `path`, or without records where that is None."""
        return self._step("arrived", request, raw_path=path, raw_sha256=sha256, raw_bytes=size)

    def note_trouble(self, request: ReportRequest, why: str) -> ReportRequest:
        """Say why it is not further."""
        return self._step("note_trouble", request, error=why)

    def fail(self, request: ReportRequest, why: str) -> ReportRequest:
        """It will not come."""
        return self._step("fail", request, error=why)

    def stop_login(self, login: str, why: str) -> None:
        """Fail everything of the client that this login has not begun, of whichever run."""
        with self._database.session(self._actor) as session:
            _SQL.fail_queue(session.raw, client_id=self._client_id, login=login, error=why)

    def close_queue(self, state: RequestState, why: str) -> None:
        """Close what the run has not begun, as failed or cancelled."""
        with self._database.session(self._actor) as session:
            _SQL.cancel_queue(session.raw, client_id=self._client_id, run_id=self._run_id, state=state, error=why)

    def outcomes(self) -> list[Outcome]:
        """What became of the run's requests, oldest first."""
        with self._database.session(self._actor) as session:
            return [_outcome(r) for r in _SQL.outcomes(session.raw, client_id=self._client_id, run_id=self._run_id)]

    def _step(self, name: str, request: ReportRequest, **values: Any) -> ReportRequest:
        with self._database.session(self._actor) as session:
            row = getattr(_SQL, name)(session.raw, client_id=self._client_id, request_id=request.id, **values)
        if row is None:
            raise Conflict(
                f"The request {request.id} was changed by somebody else.", fix="Look at it, then ask for it again."
            )
        return request_from(row)


def _outcome(row: Any) -> Outcome:
    return Outcome(
        request_id=str(row.id),
        report=row.report_name,
        account=row.customer_account,
        as_of=row.as_of,
        state=RequestState(row.state),
        attempts=row.attempts,
        error=row.error,
        package_id=str(row.package_id) if row.package_id is not None else None,
        rows=row.rows_loaded,
        findings=tuple(row.findings or ()),
    )

"""One request from the queue to the sealed file: asked for, waited for, fetched; asked anew where that may help.

    waiting ─► asking ─► building ─► ready
       ▲          │          │
       └──────────┴──────────┘  busy, lost, timed out, or an error of the vendor's, by the policy below

The login builds one report at a time (contract §1), so the one that is asked for is waited for before the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from lib.core.database import DatabaseUnavailable
from lib.core.errors import BadInput, Conflict
from lib.core.executor import Execution
from lib.core.sealed import seal_keys
from lib.reports.asking.login import Login
from lib.reports.asking.progress import Progress
from lib.reports.asking.requests import RepeatedIdentifier, RequestBook
from lib.reports.loading.raw_files import RawFiles
from lib.reports.model import ReportRequest, RequestState
from lib.vendors.collaboratemd.model import Asked, Fetched, ReportStatus
from lib.vendors.errors import (
    BadRequest,
    LoginRefused,
    NotPermitted,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
    UnexpectedReply,
)

_LOG = logging.getLogger(__name__)
#: How often a report goes out at most, by what happened to it: it timed out or its answer was lost; it met an error.
MOST_TIMED_OUT = 3
MOST_ERRORS = 2
#: How often one report is tried at most while the vendor cannot be reached, and how often an unreadable result.
MOST_UNREACHED = 3
MOST_UNREADABLE = 3
#: How often an identifier is tried to be kept while the database is away, and seconds between.
_KEEP_TRIES, _KEEP_PAUSE = 20, 0.5
_ANOTHER_DAY = "It is not asked for anew: the run that wanted it is over, and this one is of another day."
_FINAL = (BadInput, BadRequest, NotPermitted, Refused)


class LoginUnreachable(Unavailable):
    """The vendor could not be reached time and again: nothing more is asked in this run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What asking needs of its run: `day` tells which day a report shows that goes out now."""

    execution: Execution
    login: Login
    book: RequestBook
    raw_files: RawFiles
    progress: Progress
    day: Callable[[], date]
    #: Done while the vendor builds, or keeps the login busy: work that needs no vendor.
    meanwhile: Callable[[], None]


class Asker:
    """Brings the requests of one run here, one after the other."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._book = desk.book
        self._connection = desk.login.connection

    def bring(self, request: ReportRequest, *, asks: bool) -> ReportRequest:
        """Bring one report here; the request is returned as it is then: READY, FAILED, or BUILDING where it stays away.

        Without `asks`, what would have to be asked for anew has failed. Raises LoginRefused,
        LoginUnreachable, Stopped and DatabaseUnavailable; anything else is a failure of this request alone.
        """
        unreadable = 0
        while True:
            self._desk.execution.check_stop()
            if request.state in (RequestState.WAITING, RequestState.ASKING):
                if not asks:
                    return self._fail(request, f"{request.error or ''} Ask for it again.".strip())
                if self._shows_another_day(request):
                    return self._fail(request, f"{request.error or ''} {_ANOTHER_DAY}".strip())
                request = self._saw(self._ask(request))
            if request.state is not RequestState.BUILDING:
                return request
            self._desk.meanwhile()
            try:
                request = self._saw(self._fetch(request))
            except UnexpectedReply as error:
                unreadable += 1
                if unreadable == MOST_UNREADABLE:
                    return self._fail(request, str(error))
                self._desk.execution.pause(self._connection.poll_seconds)
            except (Unavailable, Throttled) as error:
                return self._saw(self._book.note_trouble(request, f"{error.what} It is fetched by the next load."))
            except _FINAL as error:
                return self._fail(request, str(error))
            if request.state is not RequestState.WAITING and request.state is not RequestState.BUILDING:
                return request

    # Asking

    def _ask(self, request: ReportRequest) -> ReportRequest:
        """Ask until the vendor has begun it, or it has come to nothing."""
        if request.state is RequestState.ASKING:
            # Whoever sent it died before the answer was read.
            request = self._lost(request)
        waited, busy, unreached = 0.0, 0, 0
        while request.state is RequestState.WAITING:
            try:
                asked = self._send(request)
            except LoginRefused:
                self._saw(self._book.not_begun(request))
                raise
            except OutcomeUnknown:
                request = self._saw(self._lost(self._book.get(request.id)))
                self._pause(self._connection.busy_wait(0))
                continue
            except (Unavailable, Throttled) as error:
                unreached += 1
                request = self._saw(self._book.not_begun(request))
                if unreached == MOST_UNREACHED:
                    raise LoginUnreachable(error.what, fix=error.fix, operation=error.operation) from error
                self._pause(self._connection.busy_wait(unreached - 1))
                continue
            except _FINAL as error:
                return self._fail(request, str(error))
            if asked.status is not ReportStatus.RUNNING:
                request = self._saw(self._take(request, asked))
                continue
            request = self._saw(self._book.not_begun(request))
            if waited >= self._connection.build_minutes * 60:
                return self._fail(
                    request,
                    f"The login has been building another report for {self._connection.build_minutes:g} minutes. "
                    "Ask for it again when nothing else uses this login.",
                )
            seconds = self._connection.busy_wait(busy)
            self._desk.progress.wait_for("The login builds another report; asked again when it is free.")
            self._pause(seconds)
            waited, busy = waited + seconds, busy + 1
        return request

    def _send(self, request: ReportRequest) -> Asked:
        def on_send() -> None:
            # Committed before the bytes go out: whoever finds it so knows that a report may have begun.
            self._saw(self._book.begin_asking(request, self._connection.account, self._desk.day()))

        return self._desk.login.client.run_report(
            request.cell.account, request.report_seq, request.filter_seq, on_send=on_send
        )

    def _take(self, request: ReportRequest, asked: Asked) -> ReportRequest:
        if asked.identifier is not None:
            return self._keep_identifier(request, asked.identifier)
        if asked.status is ReportStatus.ERROR:
            return self._after_error(self._book.get(request.id), asked.message)
        return self._fail(request, _vendor_said(asked.status, asked.message))

    def _keep_identifier(self, request: ReportRequest, identifier: str) -> ReportRequest:
        """Commit it at once, and over a short absence of the database: without it the report is lost."""
        for tries_left in range(_KEEP_TRIES, -1, -1):
            try:
                return self._book.begun(request, identifier)
            except RepeatedIdentifier as error:
                return self._fail(request, str(error))
            except Conflict:
                # This run has lost its lock, and who has it now was faster; what is kept is as good as ours.
                return self._book.get(request.id)
            except DatabaseUnavailable:
                if not tries_left or self._desk.execution.should_stop():
                    raise
                self._desk.execution.stopping.wait(_KEEP_PAUSE)
        raise AssertionError("unreachable")

    # Waiting and fetching

    def _fetch(self, request: ReportRequest) -> ReportRequest:
        """Look until it is here or has come to nothing; raises what fetch_result raises."""
        assert request.identifier is not None
        while True:
            with self._desk.raw_files.workplace() as folder:
                fetched = self._desk.login.client.fetch_result(
                    request.cell.account, request.identifier, folder / "report.zip"
                )
                if fetched.status is ReportStatus.SUCCESS:
                    return self._keep_file(request, folder / "report.zip")
            if fetched.status is ReportStatus.NO_RECORDS:
                return self._book.arrived(request, path=None, sha256=None, size=None)
            if not fetched.status.waits:
                return self._came_to_nothing(request, fetched)
            if self._built_too_long(request):
                return self._timed_out(request, f"It was still building after {self._minutes} minutes.")
            self._desk.execution.pause(self._connection.poll_seconds)

    def _keep_file(self, request: ReportRequest, file: Path) -> ReportRequest:
        with self._desk.execution.database.session(self._desk.execution.actor) as session:
            keys = seal_keys(session)
        sealed = self._desk.raw_files.seal(keys, file, client_id=request.cell.client_id, request_id=request.id)
        return self._book.arrived(request, path=sealed.path_relative, sha256=sealed.sha256, size=sealed.bytes)

    def _came_to_nothing(self, request: ReportRequest, fetched: Fetched) -> ReportRequest:
        if fetched.status is ReportStatus.TIMED_OUT:
            return self._timed_out(request, _vendor_said(fetched.status, fetched.message))
        if fetched.status is ReportStatus.ERROR:
            return self._after_error(request, fetched.message)
        return self._fail(request, _vendor_said(fetched.status, fetched.message))

    def _built_too_long(self, request: ReportRequest) -> bool:
        since = request.asked_at or request.requested_at
        return datetime.now(UTC) - since > timedelta(minutes=self._connection.build_minutes)

    @property
    def _minutes(self) -> str:
        return f"{self._connection.build_minutes:g}"

    # What may be asked for anew

    def _timed_out(self, request: ReportRequest, why: str) -> ReportRequest:
        if request.attempts < MOST_TIMED_OUT:
            return self._book.ask_again(request, why)
        return self._fail(request, f"{why} It was asked for {request.attempts} times.")

    def _lost(self, request: ReportRequest) -> ReportRequest:
        why = "The answer to the request was not received, so nobody knows its identifier."
        if request.attempts < MOST_TIMED_OUT:
            return self._book.ask_again(request, f"{why} It is asked for again when the login is free.")
        return self._fail(request, f"{why} It was asked for {request.attempts} times.")

    def _after_error(self, request: ReportRequest, message: str) -> ReportRequest:
        why = _vendor_said(ReportStatus.ERROR, message)
        if request.attempts >= MOST_ERRORS:
            return self._fail(request, why)
        request = self._saw(self._book.ask_again(request, why))
        self._pause(self._connection.busy_wait(0))
        return request

    def _shows_another_day(self, request: ReportRequest) -> bool:
        """Whether it was taken up from an earlier run, for a day that is not this run's.

        Asked for anew, with that run's ids, it would be taken for a report of this run's day.
        """
        return request.requested_at < self._desk.execution.run.created_at and request.as_of != self._desk.day()

    def _fail(self, request: ReportRequest, why: str) -> ReportRequest:
        # Why is for people: it may be the vendor's sentence.
        _LOG.warning("report failed", extra={"request": request.id, "report": request.cell.report})
        return self._saw(self._book.fail(request, why))

    def _pause(self, seconds: float) -> None:
        self._desk.meanwhile()
        self._desk.execution.pause(seconds)

    def _saw(self, request: ReportRequest) -> ReportRequest:
        self._desk.progress.saw(request)
        return request


def _vendor_said(status: ReportStatus, message: str) -> str:
    """The vendor's answer for a person; kept with the request, never logged."""
    return f"CollaborateMD answered {status}{f': {message}' if message else ''}".rstrip(".") + "."

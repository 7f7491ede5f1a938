"""The long work of a reports run: one report after the other is asked for and brought here, and loaded meanwhile.

    ask R1 ─► wait ─► ask R2 ─► wait ─► …
                        └► load R1        └► load R2

Every step is kept before the next begins, so the run can be stopped, killed and taken up anywhere.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, date, datetime

from lib.core.clients import client_by_id
from lib.core.database import DatabaseUnavailable
from lib.core.errors import Conflict, DaysheetError, Stopped
from lib.core.executor import Execution, Finished, StopReason
from lib.core.runs import RunState
from lib.reports.asking.ask import Asker, Desk, LoginUnreachable
from lib.reports.asking.login import Login, open_login
from lib.reports.asking.progress import Progress
from lib.reports.asking.requests import Outcome, RequestBook
from lib.reports.loading.load import load_report
from lib.reports.loading.raw_files import RawFiles
from lib.reports.model import PackageState, ReportRequest, RequestState
from lib.reports.params import ReportsParams
from lib.reports.settings import read_settings
from lib.vendors.errors import LoginRefused

_LOG = logging.getLogger(__name__)
_CANCELLED = "The run was cancelled before it was asked for."


def execute_reports(execution: Execution) -> Finished:
    """Execute a reports run: trigger, load, or both, as its parameters say."""
    return ReportsRun(execution).work()


class ReportsRun:
    """One attempt at a reports run."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._run = execution.run
        self._params = ReportsParams.model_validate(execution.run.params)
        self._progress = Progress(self._params.action)
        execution.report = self._progress.report
        self._book = RequestBook(
            execution.database, execution.actor, client_id=self._run.client_id, run_id=self._run.id
        )
        self._zone = client_by_id(execution.database, execution.actor, self._run.client_id).zone
        self._ready: deque[ReportRequest] = deque()
        self._login: Login | None = None

    def work(self) -> Finished:
        """Go through the requests; whatever stops the run, its result tells what became of each."""
        try:
            error = self._bring_all()
            # Loading needs no vendor: what is here is loaded, though nothing more may be asked.
            self._load_ready()
        except Stopped:
            if self._execution.stop_reason is not StopReason.CANCEL:
                raise
            self._book.close_queue(RequestState.CANCELLED, _CANCELLED)
            return self._finish(RunState.CANCELLED)
        except DatabaseUnavailable:
            # No failure of the run: it stays as it is, and goes on when the database is back.
            raise
        except DaysheetError as problem:
            self._check_lock(problem)
            return self._fail(str(problem))
        except OSError as problem:
            self._check_lock(problem)
            return self._fail(
                f"A file could not be kept on this machine ({problem.strerror}). See that the disk has room."
            )
        finally:
            if self._login is not None:
                self._login.keep_calls(self._execution)
        return self._finish(RunState.FAILED if error else RunState.FINISHED, error=error)

    def _bring_all(self) -> str | None:
        """Bring the reports here; what stopped the queue of the login, if anything did."""
        todo = self._book.open()
        self._progress.saw(*todo)
        if not todo:
            return None
        self._login = login = open_login(self._execution)
        asker = Asker(
            Desk(
                execution=self._execution,
                login=login,
                book=self._book,
                raw_files=RawFiles(self._execution.settings),
                progress=self._progress,
                day=self._day,
                meanwhile=self._load_ready,
            )
        )
        try:
            for request in todo:
                self._execution.check_stop()
                brought = self._bring(asker, request)
                if brought.state is RequestState.READY:
                    self._ready.append(brought)
                login.keep_calls(self._execution)
        except LoginRefused as refused:
            self._check_lock(refused)
            self._execution.login_refused = True
            _LOG.warning("login refused, its queue is stopped", extra={"run": self._run.id})
            self._book.stop_login(login.connection.account, _how_to_correct(refused))
            return _how_to_correct(refused)
        except LoginUnreachable as unreachable:
            self._check_lock(unreachable)
            self._book.close_queue(RequestState.FAILED, str(unreachable))
            return str(unreachable)
        return None

    def _bring(self, asker: Asker, request: ReportRequest) -> ReportRequest:
        try:
            return asker.bring(request, asks=self._params.action.asks)
        except Conflict:
            # Somebody has closed it meanwhile, or asked for it anew.
            request = self._book.get(request.id)
            self._progress.saw(request)
            return request

    def _load_ready(self) -> None:
        while self._params.action.loads and self._ready:
            self._execution.check_stop()
            request = self._ready[0]
            count = self._progress.begin_loading(request)
            try:
                self._load(request, count)
            except (DatabaseUnavailable, Stopped):
                raise
            except DaysheetError as error:
                # The request stays ready: the next load tries again. One that somebody has closed needs no word.
                with contextlib.suppress(Conflict):
                    self._book.note_trouble(request, str(error))
            finally:
                self._progress.end_loading()
            self._ready.popleft()
            self._progress.saw(self._book.get(request.id))

    def _load(self, request: ReportRequest, count: Callable[[int], None]) -> None:
        execution = self._execution
        with execution.database.session(execution.actor) as session:
            settings = {setting.report: setting for setting in read_settings(session, self._run.client_id)}
        setting = settings.get(request.cell.report)
        load_report(
            execution.database,
            execution.settings,
            execution.actor,
            request,
            labels=setting.labels if setting else {},
            progress=count,
            should_stop=execution.should_stop,
        )

    def _day(self) -> date:
        """The day that a report shows which is asked for now."""
        return self._params.as_of or datetime.now(UTC).astimezone(self._zone).date()

    def _check_lock(self, error: Exception) -> None:
        if self._execution.stop_reason is StopReason.LOST_LOCK:
            # Another process may be at this run by now; what it asks for is not ours to close.
            raise Stopped("The run was asked to stop.") from error

    def _fail(self, error: str) -> Finished:
        self._book.close_queue(RequestState.FAILED, error)
        return self._finish(RunState.FAILED, error=error)

    def _finish(self, state: RunState, *, error: str | None = None) -> Finished:
        outcomes = self._book.outcomes()
        self._progress.saw(*self._book.open())
        counts = Counter(str(outcome.state) for outcome in outcomes)
        return Finished(
            state=state,
            error=error,
            result={
                "action": str(self._params.action),
                "cells": [_cell(outcome) for outcome in outcomes],
                "counts": dict(counts),
                "asked": sum(outcome.attempts > 0 for outcome in outcomes),
                "refused": [refused.model_dump(mode="json") for refused in self._params.refused],
            },
        )


def _cell(outcome: Outcome) -> dict[str, object]:
    """What became of one cell, as the result of a run keeps it."""
    held = outcome.state is RequestState.HELD
    state = PackageState.PUBLISHED if outcome.state is RequestState.LOADED else outcome.state
    return {
        "report": outcome.report,
        "account": outcome.account,
        "as_of": outcome.as_of.isoformat(),
        "state": str(state),
        "package": outcome.package_id,
        "rows": outcome.rows,
        "message": " ".join(outcome.findings) if held else outcome.error or "",
    }


def _how_to_correct(error: LoginRefused) -> str:
    return (
        f"{error.what} Correct the password with python -m jobs connect collaboratemd, then ask again: nothing more "
        "was asked with this login, so that it is not locked."
    )

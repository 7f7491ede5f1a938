"""Executes a run under its lock and its lane, tells that it is alive, and closes it.

The same code serves the workers and the foreground commands. The lock is a session advisory lock: when the
process dies, the database lets it go, and anybody may carry on.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lib.core import intents, runs
from lib.core.actor import Actor
from lib.core.database import Database, DatabaseUnavailable, HeldLock, LockSpace, as_json, named_queries
from lib.core.errors import DaysheetError, Stopped
from lib.core.logging import about, carried
from lib.core.metrics import RUN_SECONDS
from lib.core.notify.outbox import tell_failed_run
from lib.core.runs import Run, RunState
from lib.core.settings import Settings

_SQL = named_queries("runs")
_LOG = logging.getLogger(__name__)
#: No call of any vendor may go on for longer than this after its process has died.
_LONGEST_CALL_SECONDS = 300.0


class StopReason(StrEnum):
    """Why a run has to stop before its end."""

    CANCEL = "cancel"
    SHUTDOWN = "shutdown"
    LOST_LOCK = "lost lock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """How the work ended: the state to close the run in, and its summary."""

    state: RunState = RunState.FINISHED
    #: None leaves the summary of an earlier attempt as it is.
    result: dict[str, Any] | None = None
    #: The sentence that says why it failed, if it did.
    error: str | None = None


class Execution:
    """What the work gets to see of its run while it goes on."""

    def __init__(self, database: Database, settings: Settings, actor: Actor, run: Run) -> None:
        self.database = database
        self.settings = settings
        self.actor = actor
        self.run = run
        #: Set as soon as the run has to stop; waits on it end at once.
        self.stopping = threading.Event()
        self.stop_reason: StopReason | None = None
        #: Tells how far the work is, as JSON; called at every heartbeat.
        self.report: Callable[[], dict[str, Any]] = dict
        #: Set by the work when the vendor did not accept the login of the run's connection.
        self.login_refused = False

    def stop(self, reason: StopReason) -> None:
        """Ask the work to stop between two steps."""
        if self.stop_reason is None:
            self.stop_reason = reason
            self.stopping.set()

    def should_stop(self) -> bool:
        """Whether the work has to stop between two steps."""
        return self.stopping.is_set()

    def pause(self, seconds: float) -> None:
        """Wait that long, or until the run has to stop; raises Stopped then."""
        self.stopping.wait(seconds)
        self.check_stop()

    def check_stop(self) -> None:
        """Raise Stopped when the work has to stop."""
        if self.stopping.is_set():
            raise Stopped("The run was asked to stop.")


Work = Callable[[Execution], Finished]


class Executed(StrEnum):
    """What became of an attempt to execute a run."""

    DONE = "done"
    #: Another process is at this run.
    BUSY = "busy"
    #: Another run of the same vendor account goes first.
    LANE_BUSY = "lane busy"
    #: The run is over, or waits for a person.
    NOT_WAITING = "not waiting"


class Executor:
    """Executes runs of the kinds that it knows the work for."""

    def __init__(self, database: Database, settings: Settings, actor: Actor, works: Mapping[str, Work]) -> None:
        self._database = database
        self._settings = settings
        self._actor = actor
        self._works = works
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._shutdown = threading.Event()
        self._executions: set[Execution] = set()

    def shut_down(self) -> None:
        """Ask every run of this executor to stop and to go back to the queue."""
        self._shutdown.set()
        for execution in list(self._executions):
            execution.stop(StopReason.SHUTDOWN)

    @property
    def stopped(self) -> bool:
        """Whether this executor was asked to shut down."""
        return self._shutdown.is_set()

    def execute(self, run_id: str) -> Executed:
        """Work on a run until it is over, unless somebody else is at it.

        Whatever the work raises closes the run as failed, with the error's sentence; the ledger keeps what was sent.
        """
        run = runs.get(self._database, self._actor, run_id)
        if not run.open or run.kind not in self._works:
            return Executed.NOT_WAITING
        with self._database.lock(LockSpace.RUN, int(run_id)) as lock:
            if lock is None:
                return Executed.BUSY
            with self._lane(run) as free:
                if not free:
                    return Executed.LANE_BUSY
                with about(run=run.id):
                    return self._execute_locked(run, lock)

    @contextlib.contextmanager
    def _lane(self, run: Run) -> Generator[bool]:
        if run.lane is None:
            yield True
            return
        with self._database.lock(LockSpace.LANE, run.lane) as lane:
            if lane is None:
                with self._database.session(self._actor) as session:
                    _SQL.note_run(
                        session.raw, run_id=run.id, note="Waiting: another run of this vendor account goes first."
                    )
            yield lane is not None

    def _execute_locked(self, run: Run, lock: HeldLock) -> Executed:
        actor = self._actor if run.office_wide else self._actor.narrowed(run.client_id)
        name = f"{self._name}:{time.monotonic_ns()}"
        with self._database.session(actor) as session:
            claimed = _SQL.claim_run(session.raw, run_id=run.id, executor=name)
            if claimed is None:
                return Executed.NOT_WAITING
        execution = Execution(self._database, self._settings, actor, runs.get(self._database, actor, run.id))
        self._executions.add(execution)
        if claimed.cancel:
            execution.stop(StopReason.CANCEL)
        if self._shutdown.is_set():
            execution.stop(StopReason.SHUTDOWN)
        over = threading.Event()
        heart = threading.Thread(
            target=carried(self._beat),
            args=(execution, lock, name, over),
            name=f"heartbeat of run {run.id}",
            daemon=True,
        )
        heart.start()
        finished, error, began = None, None, time.monotonic()
        try:
            finished = self._works[run.kind](execution)
        except Stopped:
            _LOG.info("run stopped", extra={"run": run.id, "reason": str(execution.stop_reason)})
        except DatabaseUnavailable:
            # Nothing can be closed now: the run stays as it is, and is picked up when the database is back.
            _LOG.error("run interrupted, the database is gone", extra={"run": run.id})
            raise
        except DaysheetError as problem:
            error = str(problem)
            _LOG.warning("run failed", extra={"run": run.id, "error": type(problem).__name__})
        except Exception as problem:
            # The text of a foreign error may hold anything; its type and place are enough for the log.
            error = f"Something went wrong that we did not foresee ({type(problem).__name__}). What was sent is kept."
            _LOG.exception("run crashed", extra={"run": run.id})
        finally:
            over.set()
            heart.join()
            self._executions.discard(execution)
        outcome = self._close(execution, name, finished, error)
        RUN_SECONDS.labels(run.kind, str(outcome)).observe(time.monotonic() - began)
        return Executed.DONE

    def _close(
        self, execution: Execution, name: str, finished: Finished | None, error: str | None
    ) -> RunState | StopReason:
        """Close the run, or leave it to whoever goes on with it; what became of this attempt."""
        if execution.stop_reason is StopReason.LOST_LOCK:
            return StopReason.LOST_LOCK
        progress = as_json(execution.report() | ({"login_refused": True} if execution.login_refused else {}))
        with self._database.session(execution.actor) as session:
            if finished is None and error is None and execution.stop_reason is StopReason.SHUTDOWN:
                _SQL.release_run(session.raw, run_id=execution.run.id, executor=name, progress=progress)
                return StopReason.SHUTDOWN
            state = finished.state if finished else RunState.FAILED if error else RunState.CANCELLED
            if state in (RunState.FAILED, RunState.CANCELLED):
                # However the work ended, its keys are free again, and what was in flight is looked for by a resume.
                intents.orphans_to_unknown(session, execution.run.id, call_seconds=_LONGEST_CALL_SECONDS)
                intents.cancel_planned(session, execution.run.id)
            closed = _SQL.finish_run(
                session.raw,
                run_id=execution.run.id,
                executor=name,
                state=state,
                result=as_json(finished.result) if finished and finished.result is not None else None,
                error=finished.error if finished else error,
                progress=progress,
            )
            if closed and state is RunState.FAILED:
                tell_failed_run(session, execution.run, login_refused=execution.login_refused)
        return state

    def _beat(self, execution: Execution, lock: HeldLock, name: str, over: threading.Event) -> None:
        while not over.wait(self._settings.heartbeat_seconds):
            try:
                beat = self._beat_once(execution, lock, name)
            except Exception as error:
                # A run whose heart cannot beat can be neither cancelled nor seen: it stops, whatever the reason.
                _LOG.error("the heartbeat failed", extra={"run": execution.run.id, "error": type(error).__name__})
                beat = None
            if beat is None:
                execution.stop(StopReason.LOST_LOCK)
                return
            if beat.cancel:
                execution.stop(StopReason.CANCEL)

    def _beat_once(self, execution: Execution, lock: HeldLock, name: str) -> Any:
        """Tell that the run is alive; None when it is no longer this executor's."""
        if not lock.still_held():
            return None
        progress = as_json(execution.report())
        with self._database.session(execution.actor, lazy_commit=True) as session:
            return _SQL.beat(session.raw, run_id=execution.run.id, executor=name, progress=progress)

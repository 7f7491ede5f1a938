"""Runs: one execution of long work each, as rows that anybody may look at while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session, as_json, named_queries
from lib.core.errors import Conflict, NotFound
from lib.core.files import RunFiles

_SQL = named_queries("runs")


class RunState(StrEnum):
    """Where a run stands; `checked` waits for a person's confirmation."""

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    CHECKED = "checked"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


#: States from which a run can be handed to the workers again.
RESUMABLE = (RunState.CANCELLED, RunState.FAILED, RunState.FINISHED)
OPEN = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A run as the database knows it; times in UTC."""

    id: str
    #: Empty where it is work of the whole office.
    client_id: str
    client_name: str
    kind: str
    title: str
    state: RunState
    params: dict[str, Any]
    progress: dict[str, Any]
    result: dict[str, Any] | None
    error: str | None
    note: str | None
    lane: str | None
    secret: bytes | None
    created_by: str
    created_at: datetime
    queued_at: datetime | None
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    attempts: int

    @property
    def open(self) -> bool:
        """Whether somebody works on it or will."""
        return self.state in OPEN

    @property
    def office_wide(self) -> bool:
        """Whether it is work of the whole office, which only who sees every client sees."""
        return not self.client_id


def create(
    session: Session,
    *,
    client_id: str | None,
    kind: str,
    title: str,
    state: RunState,
    params: dict[str, Any],
    lane: str | None = None,
    secret: bytes | None = None,
) -> str:
    """Make a run and return its id; without a client it is work of the whole office.

    `lane` keeps runs of one vendor account one after the other.
    """
    run_id = _SQL.create_run(
        session.raw,
        client_id=client_id,
        kind=kind,
        title=title,
        state=state,
        params=as_json(params),
        lane=lane,
        secret=secret,
        created_by=session.actor.label,
    )
    audit.record(session, f"runs:{kind}:create:done", f"run:{run_id}", client_id=client_id)
    return str(run_id)


def get(database: Database, actor: Actor, run_id: str) -> Run:
    """One run; raises NotFound outside the actor's scope."""
    with database.session(actor) as session:
        row = _SQL.get_run(session.raw, run_id=run_id) if run_id.isdigit() else None
    if row is None:
        raise NotFound(f"There is no run {run_id}.", fix="List them with: python -m jobs runs list.")
    return _run(row)


def list_runs(
    database: Database,
    actor: Actor,
    *,
    kind: str | None = None,
    client_id: str | None = None,
    most: int = 200,
    with_drafts: bool = False,
) -> list[Run]:
    """The actor's runs, newest first; their results without the lists of rows and names (`get` has them)."""
    with database.session(actor) as session:
        rows = _SQL.list_runs(session.raw, kind=kind, client_id=client_id, most=most, with_drafts=with_drafts)
        return [_run(row) for row in rows]


def at_work(database: Database, actor: Actor) -> list[tuple[str, RunState]]:
    """Number and state of the actor's runs that are worked on or wait for it; cheap enough to ask every few seconds."""
    with database.session(actor) as session:
        return [(str(row.id), RunState(row.state)) for row in _SQL.at_work(session.raw)]


def set_params(session: Session, run_id: str, params: dict[str, Any]) -> None:
    """Replace a run's parameters; raises Conflict while it is being worked on."""
    if not _SQL.set_params(session.raw, run_id=run_id, params=as_json(params)):
        raise Conflict(f"Run {run_id} is being worked on.", fix="Wait for it, or cancel it first.")


def queue(
    session: Session, run: Run, *, from_states: tuple[RunState, ...], verb: str, changes: dict[str, Any] | None = None
) -> None:
    """Hand a run to the workers; raises Conflict when it is in no state for that."""
    done = _SQL.queue_run(
        session.raw, run_id=run.id, from_states=[str(s) for s in from_states], changes=as_json(changes or {})
    )
    if not done:
        raise Conflict(f"Run {run.id} is {run.state} and cannot {verb}.", fix="Reload; somebody may have been faster.")
    audit.record(session, f"runs:{run.kind}:{verb}:done", f"run:{run.id}", client_id=run.client_id or None)


def request_cancel(database: Database, actor: Actor, run_id: str) -> Run:
    """Cancel a waiting run at once, or ask a working one to stop after the calls in flight.

    Raises Conflict when the run is over.
    """
    gate.must(database, actor, Permission.RUNS_CANCEL)
    run = get(database, actor, run_id)
    with database.session(actor) as session:
        done = _SQL.cancel_waiting(session.raw, run_id=run_id, who=actor.label) or _SQL.ask_to_stop(
            session.raw, run_id=run_id, who=actor.label
        )
        if not done:
            raise Conflict(f"Run {run_id} is {run.state}; there is nothing to cancel.")
        audit.record(session, f"runs:{run.kind}:cancel:done", f"run:{run_id}", client_id=run.client_id or None)
    return get(database, actor, run_id)


def unfinished(database: Database, actor: Actor, *, silence_seconds: float) -> list[str]:
    """Ids of the runs that somebody should work on: queued, or running without a sign of life for that long."""
    with database.session(actor) as session:
        return [str(row.id) for row in _SQL.unfinished_runs(session.raw, silence=silence_seconds)]


def expire_drafts(database: Database, actor: Actor, files: RunFiles, *, days: int) -> list[str]:
    """Close the uploads that were not posted within that time, delete their files, and return their ids."""
    expired = []
    with database.session(actor) as session:
        drafts = list(_SQL.expired_drafts(session.raw, days=days))
    for draft in drafts:
        with database.session(actor) as session:
            if _SQL.expire_run(session.raw, run_id=draft.id):
                files.discard(session, str(draft.id))
                audit.record(session, "runs:upload:expire:done", f"run:{draft.id}", client_id=str(draft.client_id))
                expired.append(str(draft.id))
    return expired


def _run(row: Any) -> Run:
    return Run(
        id=str(row.id),
        client_id=str(row.client_id) if row.client_id is not None else "",
        client_name=row.client_name,
        kind=row.kind,
        title=row.title,
        state=RunState(row.state),
        params=row.params,
        progress=row.progress,
        result=row.result,
        error=row.error,
        note=row.note,
        lane=row.lane,
        secret=bytes(row.secret) if row.secret is not None else None,
        created_by=row.created_by,
        created_at=row.created_at,
        queued_at=row.queued_at,
        started_at=row.started_at,
        heartbeat_at=row.heartbeat_at,
        finished_at=row.finished_at,
        cancel_requested_at=row.cancel_requested_at,
        attempts=row.attempts,
    )

"""Reads what the database says of the instance, in read-only transactions that end soon."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

import psycopg2

from lib.core.actor import job
from lib.core.database import Database, LockSpace, Session, as_json, named_queries
from lib.core.errors import DaysheetError
from lib.operations.model import (
    Backstage,
    CallCount,
    DayRuns,
    Figures,
    IntentCount,
    LongTransaction,
    People,
    ProcessAlive,
    Queue,
    RefusedLogin,
    ReportRows,
    RunCount,
    TableSize,
    Throttle,
    Unsettled,
    Upkeep,
)

_SQL = named_queries("operations")
#: Counts of the whole office; what is read of clients is numbers alone.
_LOOKER = job("operations", origin="operations")
_MILLISECONDS = 5000


class LookFailed(DaysheetError):
    """The database answers, but not this: it is of another version, or far too busy."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"The database does not answer as it should ({kind}).", fix="See /readyz, and that nothing keeps it busy."
        )


@contextlib.contextmanager
def looking(database: Database) -> Generator[Session]:
    """A transaction that may only read, for seconds; raises DatabaseUnavailable and LookFailed."""
    try:
        with database.session(_LOOKER) as session:
            _SQL.read_only(session.raw)
            _SQL.hurry(session.raw, milliseconds=_MILLISECONDS)
            yield session
    except psycopg2.Error as error:
        raise LookFailed(type(error).__name__) from error


def read_figures(session: Session, *, silence_seconds: float, kinds: Mapping[str, str]) -> Figures:
    """Every figure; `kinds` is the kind of run by the vendor that it calls."""
    raw = session.raw
    unsettled = list(_SQL.unsettled_intents(raw))
    people = _SQL.people(raw)
    server, upkeep = _SQL.server(raw), _SQL.upkeep(raw)
    return Figures(
        runs=tuple(
            RunCount(kind=r.kind, state=r.state, runs=r.runs, ended_seconds_ago=r.ended_seconds_ago)
            for r in _SQL.runs_by_state(raw)
        ),
        queue=read_queue(session, silence_seconds=silence_seconds),
        unsettled=Unsettled(
            sending=sum(r.intents for r in unsettled if r.state == "sending"),
            unknown=sum(r.intents for r in unsettled if r.state == "unknown"),
            undecidable=sum(r.intents for r in unsettled if r.state == "unknown" and r.undecidable),
        ),
        intents_of_day=tuple(
            IntentCount(kind=r.kind, state=r.state, intents=r.intents) for r in _SQL.intents_of_day(raw)
        ),
        throttles=tuple(
            Throttle(operation=r.operation, gap_seconds=r.gap_seconds, refusals=r.refusals) for r in _SQL.throttles(raw)
        ),
        reports=tuple(
            ReportRows(report=r.report, loaded=r.loaded, rejected=r.rejected, held=r.held) for r in _SQL.packages(raw)
        ),
        refused_logins=read_refused_logins(session, kinds),
        people=People(sessions=people.sessions, signed_in=people.signed_in, people=people.people),
        upkeep=Upkeep(
            unsealed=upkeep.unsealed,
            unsealed_seconds=upkeep.unsealed_seconds,
            overdue_schedules=upkeep.overdue_schedules,
            failing_channels=upkeep.failing_channels,
        ),
        database_bytes=server.bytes,
        connections=server.connections,
        most_connections=server.most_connections,
    )


def read_queue(session: Session, *, silence_seconds: float) -> Queue:
    """Runs that wait and are worked on, and whether anybody is there to work."""
    queue = _SQL.queue(session.raw, silence=silence_seconds)
    workers = _SQL.workers(session.raw, silence=silence_seconds)
    return Queue(
        waiting=queue.waiting,
        running=queue.running,
        oldest_seconds=queue.oldest_seconds,
        silent=queue.silent,
        workers=workers.alive,
        worker_seen_at=workers.seen_at,
    )


def read_refused_logins(session: Session, kinds: Mapping[str, str]) -> tuple[RefusedLogin, ...]:
    """Connections whose login was refused in their last run, and that are still as they were then."""
    rows = _SQL.refused_logins(session.raw, kinds=as_json(dict(kinds)))
    return tuple(RefusedLogin(client_id=str(r.client_id), vendor=r.vendor, refused_at=r.refused_at) for r in rows)


def count_connections(session: Session) -> int:
    """How many vendor connections there are."""
    return _SQL.connections(session.raw)


def applied_migrations(session: Session) -> frozenset[str]:
    """Ids of the migrations that the database has."""
    return frozenset(r.migration_id for r in _SQL.applied_migrations(session.raw))


def server_version(session: Session) -> str:
    """PostgreSQL's version: “18.4”."""
    return str(_SQL.server(session.raw).version).split()[0]


def read_backstage(session: Session) -> Backstage:
    """Processes, the day's runs and calls, and what is long or large in the database."""
    raw = session.raw
    since: datetime | None = _SQL.scheduler_since(raw, space=int(LockSpace.SCHEDULER))
    return Backstage(
        processes=tuple(_process(r) for r in _SQL.processes(raw)),
        scheduler_since=since,
        runs_of_day=tuple(
            DayRuns(kind=r.kind, state=r.state, runs=r.runs, longest_seconds=r.longest_seconds)
            for r in _SQL.runs_of_day(raw)
        ),
        calls_of_day=tuple(_calls(r) for r in _SQL.vendor_calls_of_day(raw)),
        long_transactions=tuple(
            LongTransaction(name=r.name, seconds=r.seconds, waits_for=r.waits_for) for r in _SQL.long_transactions(raw)
        ),
        largest_tables=tuple(TableSize(name=r.name, bytes=r.bytes, rows=r.rows) for r in _SQL.largest_tables(raw)),
        server_version=server_version(session),
    )


def _calls(row: Any) -> CallCount:
    return CallCount(
        kind=row.kind, operation=row.operation, answered=row.answered, throttled=row.throttled, failed=row.failed
    )


def _process(row: Any) -> ProcessAlive:
    _, part, place = row.name.split(" ", 2)
    return ProcessAlive(part=part, place=place, connections=row.connections, since=row.since, active_at=row.active_at)

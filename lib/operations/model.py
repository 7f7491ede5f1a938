"""What is read about an instance; times in UTC, spans in seconds, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """How a check came out; only `failed` makes the instance not ready."""

    OK = "ok"
    ATTENTION = "attention"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at, and the plain sentence about it."""

    name: str
    standing: Standing
    said: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Readiness:
    """Every check; ready when none has failed."""

    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Whether work and visitors can be taken."""
        return all(check.standing is not Standing.FAILED for check in self.checks)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCount:
    """Runs of a kind in a state, and how long ago the last of them ended."""

    kind: str
    state: str
    runs: int
    ended_seconds_ago: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRuns:
    """Runs of a kind in a state that were begun or ended in the last 24 hours, and how long the longest took."""

    kind: str
    state: str
    runs: int
    longest_seconds: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """Runs that wait and are worked on; `oldest_seconds` is the longest wait for nothing but a worker."""

    waiting: int
    running: int
    oldest_seconds: float
    #: Running without a sign of life.
    silent: int
    #: Side processes whose workers have given one lately.
    workers: int
    worker_seen_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class IntentCount:
    """Writes to a vendor of a kind in a state."""

    kind: str
    state: str
    intents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsettled:
    """Writes whose outcome nobody knows yet."""

    sending: int
    unknown: int
    #: Of the unknown ones, those that only a person can decide.
    undecidable: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CallCount:
    """Calls of a vendor's operation by runs of a kind; `throttled`: refused as too early, `failed`: no answer."""

    kind: str
    operation: str
    answered: int
    throttled: int
    failed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Throttle:
    """The widest gap that an account is held to for an operation, and how often a call came too early."""

    operation: str
    gap_seconds: float
    refusals: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRows:
    """Rows of a report over all its packages, and its packages that wait for a person."""

    report: str
    loaded: int
    rejected: int
    held: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedLogin:
    """A connection whose login the vendor did not accept when it was last used."""

    client_id: str
    vendor: str
    refused_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Open sessions, the people they are of, and the people who may sign in."""

    sessions: int
    signed_in: int
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Upkeep:
    """What keeps the instance in order and is behind."""

    #: Audit events without a seal, and how long the oldest has waited for one.
    unsealed: int
    unsealed_seconds: float
    overdue_schedules: int
    #: Channels of notices that do not get through.
    failing_channels: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What the database says of the whole office."""

    runs: tuple[RunCount, ...]
    queue: Queue
    unsettled: Unsettled
    intents_of_day: tuple[IntentCount, ...]
    throttles: tuple[Throttle, ...]
    reports: tuple[ReportRows, ...]
    refused_logins: tuple[RefusedLogin, ...]
    people: People
    upkeep: Upkeep
    database_bytes: int
    connections: int
    most_connections: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcessAlive:
    """A process of ours that holds connections to the database: `part` is web, side or command."""

    part: str
    place: str
    connections: int
    since: datetime
    active_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LongTransaction:
    """A transaction that has been open for over a second; what it asks is not said."""

    name: str
    seconds: float
    waits_for: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TableSize:
    """A table with its indexes; `rows` is PostgreSQL's own estimate, negative when it has none."""

    name: str
    bytes: int
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Backstage:
    """What a person without Prometheus wants to see beside the figures."""

    processes: tuple[ProcessAlive, ...]
    scheduler_since: datetime | None
    runs_of_day: tuple[DayRuns, ...]
    calls_of_day: tuple[CallCount, ...]
    long_transactions: tuple[LongTransaction, ...]
    largest_tables: tuple[TableSize, ...]
    server_version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """This machine and this process now. Load: processes that wanted a processor, over the last minute."""

    processors: int
    load: float
    memory_bytes: int
    memory_free_bytes: int
    disk_bytes: int
    disk_free_bytes: int
    #: What this process holds in memory.
    own_bytes: int

    @property
    def disk_free_share(self) -> float:
        """The free part of the disk that holds the home, 0 to 1."""
        return self.disk_free_bytes / self.disk_bytes if self.disk_bytes else 0.0

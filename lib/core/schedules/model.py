"""The records of recurring work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lib.core.runs import RunState
from lib.core.schedules.kinds import RecurringKind
from lib.core.schedules.rules import Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenTime:
    """A scheduled time that was taken, or a start by hand, and what came of it; times in UTC.

    `run_id` is None where nothing was started, which `note` explains, or where the run is not kept any more.
    """

    due_at: datetime
    taken_at: datetime
    asked_by: str
    run_id: str | None
    state: RunState | None
    #: What the run has said of its result, or the sentence that says why it failed.
    said: str
    note: str
    finished_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """One row of recurring work; times in UTC. `client_id` is None for work of the whole office.

    `time_zone` is the clock on which the rule is read, the client's where it is a client's. `next_at` is None where it
    is paused and where its feature starts it. `version` counts the changes: whoever saves says which one was seen.
    """

    id: str
    kind: RecurringKind
    client_id: str | None
    client_name: str | None
    rule: Rule
    time_zone: str
    paused: bool
    next_at: datetime | None
    counts_from: datetime | None
    version: int
    changed_at: datetime
    changed_by: str
    last: tuple[TakenTime, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The clock on which the rule is read."""
        return ZoneInfo(self.time_zone)

    def coming(self, now: datetime, count: int = 5) -> list[datetime]:
        """The next times after `now`; none while it is paused. An owed time is not among them."""
        return [] if self.paused else self.rule.following(now, self.zone, count)

    def owed(self, now: datetime) -> bool:
        """Whether a time has passed that nobody has taken yet."""
        return not self.paused and self.next_at is not None and self.next_at <= now

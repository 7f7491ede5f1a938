"""When the reports of a client are asked for: the client's row of the schedules, as reports need it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time

from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import Client
from lib.core.database import Database, Session
from lib.core.errors import NotFound
from lib.core.schedules import service as schedules
from lib.core.schedules.kinds import REPORT_SYNC
from lib.core.schedules.model import Schedule
from lib.core.schedules.rules import daily
from lib.reports.asking.schedule import USUAL_TIME, read_time


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncTime:
    """The time of day at which a client's reports are asked for; scheduled times before `counts_from` are not."""

    at: time = USUAL_TIME
    paused: bool = False
    counts_from: datetime | None = None

    def counts(self, moment: datetime) -> bool:
        """Whether the reports of this scheduled time are to be asked for."""
        return not self.paused and (self.counts_from is None or moment > self.counts_from)


def sync_times(session: Session) -> Mapping[str, SyncTime]:
    """By client in scope, where somebody has set one; the others have the usual."""
    return {
        client_id: SyncTime(at=row.rule.at or USUAL_TIME, paused=row.paused, counts_from=row.counts_from)
        for client_id, row in schedules.rows_of(session, REPORT_SYNC).items()
        if client_id is not None
    }


def sync_time_of(database: Database, actor: Actor, client_id: str) -> SyncTime:
    """That of one client."""
    gate.must(database, actor, Permission.REPORTS_VIEW)
    with database.session(actor) as session:
        return sync_times(session).get(client_id, SyncTime())


def save_time(database: Database, actor: Actor, client: Client, text: str) -> time:
    """Set the time of day, HH:MM in the client's zone, at which its reports are asked for, and return it.

    Raises BadInput, Forbidden, NotFound where the client has no connection, Conflict when somebody was faster.
    """
    gate.must(database, actor, Permission.REPORTS_SETTINGS)
    at, now = read_time(text), datetime.now(UTC)
    row = _row(database, actor, client.id)
    if row is None:
        schedules.add_missing(database, actor, now)
        row = _row(database, actor, client.id)
    if row is None:
        raise NotFound(f"{client.name} is not connected to CollaborateMD.", fix="Connect it first.")
    schedules.change(database, actor, row.id, rule=daily(at), time_zone=None, version=row.version, now=now)
    return at


def note_run(database: Database, actor: Actor, client_id: str, run_id: str, at: datetime) -> None:
    """Keep among the results of the client's schedule that a run was started for a time of it, or by hand at that."""
    with database.session(actor) as session:
        row = schedules.rows_of(session, REPORT_SYNC).get(client_id)
        if row is not None:
            schedules.note_started(session, row, run_id, at)


def _row(database: Database, actor: Actor, client_id: str) -> Schedule | None:
    with database.session(actor) as session:
        return schedules.rows_of(session, REPORT_SYNC).get(client_id)

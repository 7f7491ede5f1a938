"""What pages, features and the scheduler call about recurring work."""

from __future__ import annotations

import dataclasses
import logging
from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from lib.core import audit, runs
from lib.core.access.gate import must
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database, Session, named_queries
from lib.core.errors import BadInput, Conflict, NotFound
from lib.core.runs import RunState
from lib.core.schedules.kinds import KINDS, RecurringKind
from lib.core.schedules.model import Schedule, TakenTime
from lib.core.schedules.rules import Rhythm, Rule, read_rule

_SQL = named_queries("schedules")
_LOG = logging.getLogger(__name__)
#: The clock of the office's own work until somebody chooses another; that of a new client, too.
USUAL_ZONE = "America/New_York"
#: Taken times that are shown of each row.
_SHOWN = 5
_STILL_AT_WORK = "Not started: the run before it was still at work."


def add_missing(database: Database, actor: Actor, now: datetime) -> None:
    """Make the rows of the kinds, and of the clients, that have none yet."""
    with database.session(actor) as session:
        for kind in KINDS.values():
            if kind.vendor is None:
                next_at = kind.usual.next_after(now, ZoneInfo(USUAL_ZONE)) if kind.timed else None
                made = _SQL.add_missing(
                    session.raw,
                    kind=kind.name,
                    rule=kind.usual.text,
                    time_zone=USUAL_ZONE,
                    next_at=next_at,
                    who=actor.label,
                )
            else:
                made = _SQL.add_missing_of_clients(
                    session.raw, kind=kind.name, rule=kind.usual.text, vendor=kind.vendor, who=actor.label
                )
            for row in list(made):
                audit.record(session, "schedules:schedule:add:done", f"schedule:{row.id}", kind=kind.name)


def list_schedules(database: Database, actor: Actor) -> list[Schedule]:
    """Every row in the actor's scope with its last results: the clients' by name, then the office's own."""
    must(database, actor, Permission.SCHEDULES_EDIT)
    with database.session(actor) as session:
        taken: dict[str, list[TakenTime]] = defaultdict(list)
        for row in _SQL.last_times(session.raw, most=_SHOWN):
            taken[str(row.schedule_id)].append(_taken(row))
        found = _read(session)
    return [dataclasses.replace(schedule, last=tuple(taken[schedule.id])) for schedule in found]


def rows_of(session: Session, kind: RecurringKind) -> dict[str | None, Schedule]:
    """The rows of one kind in the session's scope, by client, without their last results."""
    return {schedule.client_id: schedule for schedule in _read(session, kind=kind.name)}


def get(session: Session, schedule_id: str) -> Schedule:
    """One row without its last results; raises NotFound outside the scope."""
    found = _read(session, schedule_id=schedule_id)
    if not found:
        raise NotFound(f"There is no schedule {schedule_id}.")
    return found[0]


def change(
    database: Database,
    actor: Actor,
    schedule_id: str,
    *,
    rule: Rule,
    time_zone: str | None,
    version: int,
    now: datetime,
) -> Schedule:
    """Change when it recurs; a time that is owed stays owed. `time_zone` is for work of the whole office alone.

    Raises Forbidden, BadInput for an unknown zone and for a rule that the kind cannot have, and Conflict when somebody
    was faster.
    """
    with database.session(actor) as session:
        _SQL.lock(session.raw, schedule_id=schedule_id)
        seen = get(session, schedule_id)
        _may(database, actor, seen.kind)
        if not seen.kind.timed and rule.rhythm is not Rhythm.DAILY:
            raise BadInput(
                f"“{seen.kind.title}” needs a time of day.", fix="What is weekly or monthly is known of each report."
            )
        zone = seen.time_zone if seen.client_id else time_zone or seen.time_zone
        if zone not in available_timezones():
            raise BadInput(f"“{zone}” is not a time zone.", fix="Use a name such as America/New_York.")
        next_at = seen.next_at
        if seen.kind.timed and not seen.paused and not seen.owed(now):
            next_at = rule.next_after(now, ZoneInfo(zone))
        _saved(
            _SQL.change(
                session.raw,
                schedule_id=schedule_id,
                rule=rule.text,
                time_zone=zone,
                next_at=next_at,
                version=version,
                who=actor.label,
            )
        )
        _record(session, seen, "change", before=seen.rule.text, rule=rule.text, zone=zone)
        return get(session, schedule_id)


def pause(database: Database, actor: Actor, schedule_id: str, *, version: int) -> Schedule:
    """Stop it from starting by itself; times until it is resumed are left out. Raises Forbidden and Conflict."""
    with database.session(actor) as session:
        seen = get(session, schedule_id)
        _may(database, actor, seen.kind)
        _saved(_SQL.pause(session.raw, schedule_id=schedule_id, version=version, who=actor.label))
        _record(session, seen, "pause")
        return get(session, schedule_id)


def resume(database: Database, actor: Actor, schedule_id: str, *, version: int, now: datetime) -> Schedule:
    """Let it start by itself again, from the next time on. Raises Forbidden and Conflict."""
    with database.session(actor) as session:
        seen = get(session, schedule_id)
        _may(database, actor, seen.kind)
        next_at = seen.rule.next_after(now, seen.zone) if seen.kind.timed else None
        _saved(
            _SQL.resume(
                session.raw, schedule_id=schedule_id, version=version, now=now, next_at=next_at, who=actor.label
            )
        )
        _record(session, seen, "resume")
        return get(session, schedule_id)


def run_now(database: Database, actor: Actor, schedule_id: str, *, now: datetime) -> str:
    """Start it once besides its times, and return the id of the run, which waits for a worker.

    Raises Forbidden, and Conflict while a run of it is open. Kinds that are not timed are started by their feature.
    """
    with database.session(actor) as session:
        _SQL.lock(session.raw, schedule_id=schedule_id)
        schedule = get(session, schedule_id)
        _may(database, actor, schedule.kind)
        if _SQL.open_run(session.raw, kind=schedule.kind.name, client_id=schedule.client_id) is not None:
            raise Conflict(f"“{schedule.kind.title}” is at work already.", fix="Wait until it is through.")
        run_id = _start(session, schedule.kind, schedule.client_id)
        note_started(session, schedule, run_id, now)
        _record(session, schedule, "start", run=run_id)
    return run_id


def note_started(session: Session, schedule: Schedule, run_id: str, due_at: datetime) -> None:
    """Keep that a run was started for a time of the schedule, so that it stands among its results."""
    _SQL.note_started(session.raw, schedule_id=schedule.id, due_at=due_at, run_id=run_id, who=session.actor.label)


def start_due(database: Database, actor: Actor, now: datetime) -> list[str]:
    """Start a run for every timed row whose time has come, and return the runs' ids; each waits for a worker.

    A scheduled time is taken by one row in the database, together with its run: whoever else comes, in whatever
    process, starts nothing. Of several missed times one run is started.
    """
    timed = [kind.name for kind in KINDS.values() if kind.timed]
    with database.session(actor) as session:
        due = list(_SQL.due(session.raw, now=now, kinds=timed))
    started = []
    for row in due:
        try:
            with database.session(actor) as session:
                run_id = _start_one(session, row.id, now)
        except BadInput:
            # One row that cannot be read is not another's trouble.
            _LOG.error("a schedule cannot be read", extra={"schedule": row.id, "kind": row.kind})
            continue
        if run_id is not None:
            started.append(run_id)
    return started


def forget_times(database: Database, actor: Actor, before: datetime) -> int:
    """Forget taken times from before then, but for the last of each row; returns how many."""
    with database.session(actor) as session:
        return _SQL.forget_times(session.raw, before=before)


def _start_one(session: Session, schedule_id: int, now: datetime) -> str | None:
    row = _SQL.take_due(session.raw, schedule_id=schedule_id, now=now)
    if row is None:
        return None
    next_at = read_rule(row.rule).next_after(now, ZoneInfo(row.time_zone))
    _SQL.move_on(session.raw, schedule_id=row.id, next_at=next_at)
    taken = _SQL.take_time(session.raw, schedule_id=row.id, due_at=row.next_at, who=session.actor.label)
    if taken is None:
        return None
    client_id = str(row.client_id) if row.client_id is not None else None
    run_id = None
    if _SQL.open_run(session.raw, kind=row.kind, client_id=client_id) is None:
        run_id = _start(session, KINDS[row.kind], client_id)
    note = _STILL_AT_WORK if run_id is None else None
    _SQL.settle_time(session.raw, schedule_id=row.id, due_at=row.next_at, run_id=run_id, note=note)
    return run_id


def _start(session: Session, kind: RecurringKind, client_id: str | None) -> str:
    return runs.create(session, client_id=client_id, kind=kind.name, title=kind.title, state=RunState.QUEUED, params={})


def _may(database: Database, actor: Actor, kind: RecurringKind) -> None:
    if kind.also_by is None or not actor.may(kind.also_by):
        must(database, actor, Permission.SCHEDULES_EDIT)


def _saved(changed: int) -> None:
    if not changed:
        raise Conflict("Somebody else has just changed this schedule.", fix="Look at it again, then save.")


def _record(session: Session, schedule: Schedule, verb: str, **detail: object) -> None:
    audit.record(
        session,
        f"schedules:schedule:{verb}:done",
        f"schedule:{schedule.id}",
        client_id=schedule.client_id,
        kind=schedule.kind.name,
        **detail,
    )


def _read(session: Session, *, kind: str | None = None, schedule_id: str | None = None) -> list[Schedule]:
    rows = _SQL.schedules(session.raw, kind=kind, client_id=None, schedule_id=schedule_id)
    # A kind that this version does not know is another version's business.
    return [_schedule(row) for row in rows if row.kind in KINDS]


def _schedule(row: Any) -> Schedule:
    return Schedule(
        id=str(row.id),
        kind=KINDS[row.kind],
        client_id=str(row.client_id) if row.client_id is not None else None,
        client_name=row.client_name,
        rule=read_rule(row.rule),
        time_zone=row.time_zone,
        paused=row.paused,
        next_at=row.next_at,
        counts_from=row.counts_from,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _taken(row: Any) -> TakenTime:
    return TakenTime(
        due_at=row.due_at,
        taken_at=row.taken_at,
        asked_by=row.asked_by,
        run_id=str(row.run_id) if row.run_id is not None else None,
        state=RunState(row.state) if row.state is not None else None,
        said=row.error or row.said or "",
        note=row.note or "",
        finished_at=row.finished_at,
    )

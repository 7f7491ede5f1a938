"""Recurring work: a scheduled time is started once, whoever looks, a missed one is made good once, changes are safe."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta

import pytest

from jobs.office import WORKS, Office
from jobs.schedules import start_due_work
from lib.core import runs
from lib.core.access.gate import Forbidden
from lib.core.actor import Actor, ActorKind
from lib.core.errors import Conflict, NotFound
from lib.core.runs import RunState
from lib.core.schedules import service
from lib.core.schedules.kinds import KINDS, REPORT_RETENTION
from lib.core.schedules.model import Schedule
from lib.core.schedules.rules import daily, every
from lib.core.settings import ROOT

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_AT_ONCE = """
import sys
from datetime import datetime
from lib.core.actor import job
from lib.core.database import open_database
from lib.core.schedules.service import start_due
from lib.core.settings import read_settings
database = open_database(read_settings())
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    print(*start_due(database, job("scheduler"), datetime.fromisoformat(sys.argv[1])), flush=True)
"""


def retention(office: Office) -> Schedule:
    found = service.list_schedules(office.database, office.actor)
    return next(schedule for schedule in found if schedule.kind is REPORT_RETENTION)


@pytest.fixture
def made(office: Office) -> Schedule:
    """The row of report retention, at 02:30 in New York, as it was made at NOW; the others are paused."""
    assert start_due_work(office, now=NOW) == []
    for other in service.list_schedules(office.database, office.actor):
        if other.kind is not REPORT_RETENTION:
            service.pause(office.database, office.actor, other.id, version=other.version)
    return retention(office)


def test_every_timed_kind_has_its_work() -> None:
    assert {kind.name for kind in KINDS.values() if kind.timed} <= set(WORKS)


def test_a_missed_time_is_run_once_after_days_and_the_next_one_stands(office: Office, made: Schedule) -> None:
    due = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
    start_due_work(office, now=due - timedelta(seconds=1))
    assert made.next_at == due and not retention(office).last
    back = due + timedelta(days=6, hours=3)
    started = start_due_work(office, now=back)
    assert start_due_work(office, now=back + timedelta(minutes=1)) == []
    found = retention(office)
    assert [taken.run_id for taken in found.last] == [run for run in started if run == found.last[0].run_id]
    assert found.last[0].due_at == due and found.next_at == due + timedelta(days=7)
    office.executor.execute(found.last[0].run_id or "")
    (taken,) = retention(office).last
    assert (taken.state, taken.said) == (RunState.FINISHED, "No package has expired.")


def test_two_processes_at_once_start_one_run(office: Office, made: Schedule, environment: dict[str, str]) -> None:
    later = NOW + timedelta(days=1)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _AT_ONCE, later.isoformat()],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    started = " ".join(process.communicate(timeout=60)[0] for process in processes).split()
    assert [process.returncode for process in processes] == [0, 0]
    [run] = runs.list_runs(office.database, office.actor, kind=REPORT_RETENTION.name)
    assert run.id in started and len(started) == len(set(started))


def test_a_change_leaves_what_is_owed_and_a_pause_leaves_it_out(office: Office, made: Schedule) -> None:
    late = NOW + timedelta(days=1)
    changed = service.change(
        office.database, office.actor, made.id, rule=daily(time(23)), time_zone="UTC", version=made.version, now=late
    )
    assert changed.owed(late) and changed.next_at == made.next_at
    assert len(start_due_work(office, now=late)) == 1
    moved = retention(office)
    assert moved.next_at == datetime(2026, 11, 21, 23, tzinfo=UTC)

    paused = service.pause(office.database, office.actor, made.id, version=moved.version)
    much_later = late + timedelta(days=9)
    assert start_due_work(office, now=much_later) == [] and paused.coming(much_later) == []
    resumed = service.resume(office.database, office.actor, made.id, version=paused.version, now=much_later)
    assert start_due_work(office, now=much_later) == []
    assert resumed.next_at == datetime(2026, 11, 30, 23, tzinfo=UTC)


def test_the_second_of_two_who_change_it_is_told(office: Office, made: Schedule) -> None:
    service.pause(office.database, office.actor, made.id, version=made.version)
    for act in (
        lambda: service.pause(office.database, office.actor, made.id, version=made.version),
        lambda: service.change(
            office.database, office.actor, made.id, rule=every(60), time_zone=None, version=made.version, now=NOW
        ),
    ):
        with pytest.raises(Conflict, match="Somebody else"):
            act()
    assert retention(office).rule == made.rule


def test_a_run_still_at_work_is_not_started_again(office: Office, made: Schedule) -> None:
    run_id = service.run_now(office.database, office.actor, made.id, now=NOW)
    with pytest.raises(Conflict):
        service.run_now(office.database, office.actor, made.id, now=NOW)
    assert start_due_work(office, now=NOW + timedelta(days=1)) == []
    skipped, by_hand = retention(office).last
    assert skipped.run_id is None and "still at work" in skipped.note
    assert (by_hand.run_id, by_hand.asked_by, by_hand.state) == (run_id, office.actor.label, RunState.QUEUED)


def test_who_may_not_or_does_not_see_the_office_changes_nothing(office: Office, made: Schedule) -> None:
    nobody = Actor(kind=ActorKind.PERSON, name="tester", clients=None, permissions=frozenset())
    with pytest.raises(Forbidden):
        service.list_schedules(office.database, nobody)
    with pytest.raises(Forbidden):
        service.run_now(office.database, nobody, made.id, now=NOW)
    narrow = dataclasses.replace(office.actor, clients=frozenset({"1"}))
    assert service.list_schedules(office.database, narrow) == []
    with pytest.raises(NotFound):
        service.pause(office.database, narrow, made.id, version=made.version)
    run_id = service.run_now(office.database, office.actor, made.id, now=NOW)
    with pytest.raises(NotFound):
        runs.get(office.database, narrow, run_id)

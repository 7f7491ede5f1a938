"""Killed at any step, a sync goes on where it was: no identifier lost, nothing asked twice that need not be."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from jobs.commands.exit_codes import INTERRUPTED
from lib.core import runs
from lib.core.database import DatabaseUnavailable
from lib.core.runs import RunState
from lib.core.settings import Settings
from tests.chaos.worker import Worker, start_command
from tests.integration.reports.login_desk import LoginDesk

ONE, TWO = "charges_on_hold", "user_time_spread"
Ask = Callable[[str], list[tuple[Any, ...]]]

_TRAP = """
CREATE SCHEMA IF NOT EXISTS trap;
GRANT USAGE ON SCHEMA trap TO PUBLIC;
CREATE OR REPLACE FUNCTION trap.stop_here() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM pg_sleep(60);
    RETURN NULL;
END $$;
CREATE TRIGGER stop_here AFTER {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION trap.stop_here()
"""
_STOPPED = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event = 'PgSleep'"
)
_ONE = f"NEW.report_name = '{ONE}' AND "
#: Inside the transaction that makes the step, before its commit; how often ONE is begun by the vendor in the end.
_STEPS = {
    "run claimed": ("ops.runs", "UPDATE", "OLD.state = 'queued' AND NEW.state = 'running'", 1),
    "about to ask": ("warehouse.account_reports", "UPDATE", _ONE + "NEW.state = 'asking'", 1),
    # The answer was read and could not be kept: nobody knows the identifier of what the vendor builds.
    "identifier read": ("warehouse.account_reports", "UPDATE", _ONE + "NEW.state = 'building'", 2),
    "sealed": ("warehouse.account_reports", "UPDATE", _ONE + "NEW.state = 'ready'", 1),
    "package begun": ("warehouse.packages", "INSERT", _ONE + "true", 1),
    "loaded": ("warehouse.account_reports", "UPDATE", _ONE + "NEW.state = 'loaded'", 1),
    "published": ("warehouse.shown_packages", "INSERT", _ONE + "true", 1),
    "calls counted": ("ops.run_calls", "INSERT", "true", 1),
    "run finished": ("ops.runs", "UPDATE", "NEW.state = 'finished'", 1),
}


@pytest.fixture
def owner(settings: Settings) -> Iterator[Ask]:
    """Asks as the database's owner, who may lay traps and end other sessions."""
    assert settings.database_url is not None
    with contextlib.closing(psycopg2.connect(settings.database_url.get_secret_value())) as connection:
        connection.autocommit = True

        def ask(statement: str) -> list[tuple[Any, ...]]:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

        yield ask


def await_(happened: Callable[[], Any], worker: Worker | None = None) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        assert worker is None or worker.running(), worker.last_words()
        time.sleep(0.01)


@contextlib.contextmanager
def syncing(desk: LoginDesk, folder: Path) -> Iterator[Worker]:
    """A sync of two reports in a process of its own, which is killed at the end."""
    arguments = ("reports", "sync", "--client", desk.client.name, "--report", ONE, "--report", TWO, "--json")
    worker = start_command(arguments, desk.environment, folder / "printed")
    try:
        yield worker
    finally:
        worker.kill()


def go_on(desk: LoginDesk) -> None:
    """What a worker does when it finds the run."""
    (run,) = runs.list_runs(desk.office.database, desk.office.actor)
    finished = desk.execute(run.id)
    assert (finished.state, finished.error) == (RunState.FINISHED, None)
    assert {name: cell["state"] for name, cell in desk.cells(finished).items()} == {ONE: "published", TWO: "published"}
    # Readers see each report once, and nothing is left in clear.
    shown = desk.rows("SELECT report_name, count(*) AS n FROM warehouse.shown_packages GROUP BY 1 ORDER BY 1")
    assert [(row.report_name, row.n) for row in shown] == [(ONE, 1), (TWO, 1)]
    left = [path for path in desk.office.settings.home.rglob("*.zip*") if path.is_file()]
    assert left == []


@pytest.mark.parametrize("step", _STEPS)
def test_killed_inside_a_step_it_goes_on(desk: LoginDesk, owner: Ask, tmp_path: Path, step: str) -> None:
    table, event, when, begun = _STEPS[step]
    owner(_TRAP.format(table=table, event=event, when=when))
    with syncing(desk, tmp_path) as worker:
        await_(lambda: owner(_STOPPED), worker)
    owner(_END)
    owner(f"DROP TRIGGER stop_here ON {table}")
    go_on(desk)
    assert (desk.asked().count(ONE), desk.asked().count(TWO)) == (begun, 1)


def test_killed_before_its_run_was_made_nothing_is_left(desk: LoginDesk, owner: Ask, tmp_path: Path) -> None:
    owner(_TRAP.format(table="warehouse.account_reports", event="INSERT", when="true"))
    with syncing(desk, tmp_path) as worker:
        await_(lambda: owner(_STOPPED), worker)
    owner(_END)
    owner("DROP TRIGGER stop_here ON warehouse.account_reports")
    assert desk.requests() == [] and runs.list_runs(desk.office.database, desk.office.actor) == []


def test_killed_while_the_vendor_answers_it_is_asked_for_again(desk: LoginDesk, tmp_path: Path) -> None:
    desk.control.fault("run_delayed", report=ONE, seconds=1.5, times=1)
    with syncing(desk, tmp_path) as worker:
        await_(lambda: desk.asked() == [ONE], worker)
    assert [request.state for request in desk.requests()] == ["asking", "waiting"]
    go_on(desk)
    assert (desk.asked().count(ONE), desk.asked().count(TWO)) == (2, 1)


@pytest.mark.parametrize("fault", ["result_running", "result_delayed"])
def test_killed_while_it_is_built_or_fetched_it_is_fetched_later(desk: LoginDesk, tmp_path: Path, fault: Any) -> None:
    desk.control.fault(fault, report=ONE, seconds=1.5)
    with syncing(desk, tmp_path) as worker:
        await_(desk.control.results, worker)
    (request, _) = desk.requests()
    assert request.state == "building"
    desk.control.clear_faults()
    go_on(desk)
    assert desk.requests()[0].identifier == request.identifier
    assert desk.asked() == [ONE, TWO]


def test_a_command_that_is_told_to_stop_leaves_its_run_to_be_resumed(desk: LoginDesk, tmp_path: Path) -> None:
    desk.control.fault("result_running", report=ONE)
    with syncing(desk, tmp_path) as worker:
        await_(desk.control.results, worker)
        os.kill(worker.pid, signal.SIGTERM)
        assert worker.wait(20) == INTERRUPTED
        assert '"state": "queued"' in worker.last_words()
    desk.control.clear_faults()
    go_on(desk)
    assert desk.asked() == [ONE, TWO]


def test_told_to_shut_down_it_goes_back_to_the_queue(desk: LoginDesk) -> None:
    desk.control.fault("result_running", report=ONE)
    run_id = desk.start(ONE, TWO).run_id
    thread = threading.Thread(target=desk.execute, args=(run_id,))
    thread.start()
    await_(lambda: desk.requests()[0].state == "building")
    desk.office.executor.shut_down()
    thread.join(20)
    run = runs.get(desk.office.database, desk.office.actor, run_id)
    assert (run.state, [request.state for request in desk.requests()]) == (RunState.QUEUED, ["building", "waiting"])
    assert run.progress["building"]["report"] == ONE and run.progress["states"] == {"waiting": 1, "building": 1}


def test_a_run_whose_database_breaks_off_has_not_failed_and_goes_on(desk: LoginDesk, owner: Ask) -> None:
    desk.control.fault("result_running", report=ONE, times=10)
    run_id = desk.start(ONE, TWO).run_id

    def work() -> None:
        with contextlib.suppress(DatabaseUnavailable):
            desk.office.executor.execute(run_id)

    thread = threading.Thread(target=work)
    thread.start()
    await_(lambda: desk.requests()[0].state == "building")
    owner("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'daysheet%'")
    thread.join(30)
    assert runs.get(desk.office.database, desk.office.actor, run_id).error is None
    go_on(desk)
    assert desk.asked() == [ONE, TWO]


def test_an_identifier_is_kept_though_every_session_broke_off_before_it_came(desk: LoginDesk, owner: Ask) -> None:
    desk.control.fault("run_delayed", report=ONE, seconds=0.8, times=1)
    run_id = desk.start(ONE, TWO).run_id

    def work() -> None:
        with contextlib.suppress(DatabaseUnavailable):
            desk.office.executor.execute(run_id)

    thread = threading.Thread(target=work)
    thread.start()
    await_(lambda: desk.asked() == [ONE])
    owner("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'daysheet%'")
    thread.join(30)
    assert [request.state for request in desk.requests()] == ["building", "waiting"]
    go_on(desk)
    assert desk.asked() == [ONE, TWO]


def test_what_a_dead_run_has_left_is_taken_up_by_the_next_sync(desk: LoginDesk, tmp_path: Path) -> None:
    desk.control.fault("result_running", report=ONE)
    with syncing(desk, tmp_path) as worker:
        await_(desk.control.results, worker)
    desk.control.clear_faults()
    (dead,) = runs.list_runs(desk.office.database, desk.office.actor)
    desk.change(f"UPDATE ops.runs SET heartbeat_at = now() - interval '1 hour' WHERE id = {dead.id}")
    taken = desk.work(ONE, TWO)
    assert taken.result is not None and taken.result["counts"] == {"loaded": 2}
    assert desk.execute(dead.id).state is RunState.FINISHED
    assert desk.asked() == [ONE, TWO]

"""Runs that are cancelled, told to stop, cut off from their database, or refused as too early."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Generator

import psycopg2
import pytest
from psycopg2.extensions import connection as OwnerConnection

from jobs.commands.exit_codes import INTERRUPTED
from lib.core import runs
from lib.core.database import DatabaseUnavailable
from lib.core.intents import IntentState
from lib.core.runs import RunState
from lib.core.settings import Settings
from sandbox.sheets import find_differences
from tests.integration.charges.desk import Desk, draw, ended


@pytest.fixture
def owner(settings: Settings) -> Generator[OwnerConnection]:
    """A connection of the database's owner, who may end other sessions."""
    assert settings.database_url is not None
    with contextlib.closing(psycopg2.connect(settings.database_url.get_secret_value())) as connection:
        connection.autocommit = True
        yield connection


@contextlib.contextmanager
def _worked_on(desk: Desk, run_id: str) -> Generator[None]:
    """The run is executed in the background meanwhile; the end waits until nobody is at it."""

    def work() -> None:
        with contextlib.suppress(DatabaseUnavailable):
            desk.office.executor.execute(run_id)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join(timeout=60)
    assert not thread.is_alive()


def _await(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def _end_sessions(owner: OwnerConnection, name: str) -> int:
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE %s",
            (name,),
        )
        return cursor.rowcount


def test_cancelled_a_run_finishes_its_calls_keeps_what_is_posted_and_can_go_on(desk: Desk) -> None:
    drawn = draw(60, payment_share=1.0)
    desk.control.configure(latency_ms=60)
    run_id = desk.queue(drawn)
    with _worked_on(desk, run_id):
        _await(lambda: len(desk.control.journal()) >= 5)
        runs.request_cancel(desk.office.database, desk.office.actor, run_id)
    run = desk.run(run_id)
    assert run.state is RunState.CANCELLED
    states = {intent.state for intent in desk.intents(run_id)}
    assert IntentState.POSTED in states and not states & {IntentState.PLANNED, IntentState.SENDING}
    assert run.result is not None and run.result["rows"]["not sent"] > 0
    assert len(desk.control.journal()) < len(drawn.payments) + len(drawn.encounters)
    desk.control.configure(latency_ms=0)
    assert desk.resume(run_id).state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []


def test_what_a_cancelled_run_did_not_send_another_may(desk: Desk) -> None:
    drawn = draw(40, payment_share=1.0)
    desk.control.configure(latency_ms=60)
    run_id = desk.queue(drawn)
    with _worked_on(desk, run_id):
        _await(lambda: len(desk.control.journal()) >= 3)
        runs.request_cancel(desk.office.database, desk.office.actor, run_id)
    desk.control.configure(latency_ms=0)
    assert desk.post(drawn).state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []


def test_a_command_that_is_told_to_stop_leaves_its_run_to_be_resumed(desk: Desk) -> None:
    drawn = draw(40, payment_share=1.0)
    desk.control.configure(latency_ms=60)
    sheet = str(desk.write(drawn))
    command = desk.start_command("charges", sheet, "--client", desk.client.name, "--json")
    _await(lambda: len(desk.control.journal()) >= 3)
    command.send_signal(signal.SIGTERM)
    code, said = ended(command)
    assert (code, said["state"]) == (INTERRUPTED, "queued")
    assert {intent.state for intent in desk.intents(said["run"])} <= {IntentState.POSTED, IntentState.PLANNED}
    desk.control.configure(latency_ms=0)
    assert desk.execute(said["run"]).state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []


def test_a_run_that_loses_its_lock_stops_and_leaves_the_run_to_who_takes_it(desk: Desk, owner: OwnerConnection) -> None:
    drawn = draw(60, payment_share=1.0)
    desk.control.configure(latency_ms=100)
    run_id = desk.queue(drawn)
    with _worked_on(desk, run_id):
        _await(lambda: len(desk.control.journal()) >= 3)
        assert _end_sessions(owner, "%run lock") == 1
    run = desk.run(run_id)
    assert run.state is RunState.RUNNING and run.error is None
    assert len(desk.control.journal()) < len(drawn.payments) + len(drawn.encounters)
    desk.control.configure(latency_ms=0)
    assert desk.execute(run_id).state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []


def test_a_run_whose_database_breaks_off_has_not_failed_and_goes_on_later(desk: Desk, owner: OwnerConnection) -> None:
    drawn = draw(60, payment_share=1.0)
    desk.control.configure(latency_ms=60)
    run_id = desk.queue(drawn)
    with _worked_on(desk, run_id):
        _await(lambda: len(desk.control.journal()) >= 5)
        assert _end_sessions(owner, "daysheet%") > 1
    run = desk.run(run_id)
    assert (run.state, run.error) == (RunState.RUNNING, None)
    desk.control.configure(latency_ms=0)
    assert desk.execute(run_id).state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []


def test_a_dead_workers_run_is_picked_up_by_the_next_worker(desk: Desk) -> None:
    drawn = draw(40, payment_share=1.0)
    desk.control.configure(latency_ms=80)
    run_id = desk.queue(drawn)
    first = desk.start_command()
    try:
        _await(lambda: len(desk.control.journal()) >= 3)
    finally:
        first.kill()
        first.communicate()
    desk.control.configure(latency_ms=0)
    second = desk.start_command()
    try:
        _await(lambda: not desk.run(run_id).open)
    finally:
        second.terminate()
        second.communicate(timeout=60)
    assert desk.run(run_id).state is RunState.FINISHED and desk.run(run_id).attempts == 2
    assert find_differences(drawn, desk.control.journal()) == []


@pytest.mark.parametrize("answer", ["error_response", "http_429"])
def test_a_storm_of_refusals_as_too_early_costs_time_and_nothing_else(desk: Desk, answer: str) -> None:
    desk.control.configure(throttle_scale=0.01, throttle_answer=answer)
    desk.control.fault("throttle", "CreatePayment", times=2)
    desk.control.fault("throttle", "GetPatient", times=2)
    drawn = draw(10, payment_share=1.0)
    run = desk.post(drawn)
    assert run.state is RunState.FINISHED and run.result is not None
    assert find_differences(drawn, desk.control.journal()) == []
    # At gaps this short a slow machine may add refusals of its own.
    assert all(run.result["calls_throttled"][operation] >= 2 for operation in ("CreatePayment", "GetPatient"))


def test_two_processes_that_work_for_one_account_hardly_ever_break_the_vendors_gaps(desk: Desk) -> None:
    desk.control.configure(throttle_scale=0.1)
    drawn = [draw(15, seed=seed, days=20, payment_share=0.5) for seed in (1, 2)]
    sheets = [str(desk.write(sheet, f"{number}.xlsx")) for number, sheet in enumerate(drawn)]
    at_work = [desk.start_command("charges", sheet, "--client", desk.client.name, "--json") for sheet in sheets]
    assert [ended(command)[0] for command in at_work] == [0, 0]
    # At gaps this short a slow machine alone may make some calls arrive closer than they left.
    calls = desk.control.calls().values()
    assert sum(count.throttled for count in calls) <= sum(count.received for count in calls) / 4
    wanted = sum(len(sheet.payments) + len(sheet.encounters) for sheet in drawn)
    assert len(desk.control.journal()) == wanted

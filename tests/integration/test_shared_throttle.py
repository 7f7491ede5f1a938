"""The shared throttle: however many processes and threads, the vendor sees no two calls closer than the gap."""

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from jobs.office import Office
from lib.core.errors import Stopped
from lib.core.throttle import SharedThrottle


def _throttle(office: Office, pause: threading.Event | None = None) -> SharedThrottle:
    pause = pause or threading.Event()
    return SharedThrottle(office.database, office.actor, "tebra-test", stop=pause.is_set, pause=pause)


def _gap_ms(office: Office) -> float:
    with office.database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT gap_ms FROM ops.throttles WHERE account = 'tebra-test' AND operation = 'CreatePayment'")
        return cursor.fetchone()[0]


def test_calls_of_several_processes_keep_the_gap_between_them(office: Office) -> None:
    throttles = [_throttle(office) for _ in range(3)]
    for throttle in throttles:
        throttle.learn({"CreatePayment": 20.0})
    taken = []

    def call(number: int) -> None:
        throttles[number % 3].wait("CreatePayment")
        taken.append(time.monotonic())

    with ThreadPoolExecutor(9) as pool:
        list(pool.map(call, range(30)))
    # By the database's clock every slot is a gap after the one before, so all of them together take as long as that.
    assert max(taken) - min(taken) >= 29 * 0.020
    assert len(taken) == 30


def test_a_refusal_widens_the_gap_and_slots_ease_it_back(office: Office) -> None:
    throttle = _throttle(office)
    throttle.learn({"CreatePayment": 1.0})
    start = _gap_ms(office)
    assert start == pytest.approx(1.05)
    throttle.refused("CreatePayment", 1)
    throttle.refused("CreatePayment", 1)
    assert _gap_ms(office) > start
    widened = _gap_ms(office)
    for _ in range(300):
        throttle.wait("CreatePayment")
    assert start <= _gap_ms(office) < widened * 0.95


def test_what_the_account_says_replaces_what_was_assumed(office: Office) -> None:
    throttle = _throttle(office)
    throttle.learn({"CreatePayment": 500.0}, only_new=True)
    throttle.learn({"CreatePayment": 50.0})
    assert throttle.minimum_ms("CreatePayment") == 50.0
    assert _gap_ms(office) == pytest.approx(50.0 * 1.05)
    again = _throttle(office)
    again.learn({"CreatePayment": 500.0}, only_new=True)
    assert again.minimum_ms("CreatePayment") == 50.0


def test_a_wait_ends_at_once_when_the_run_has_to_stop(office: Office) -> None:
    pause = threading.Event()
    throttle = _throttle(office, pause)
    throttle.learn({"CreatePayment": 600_000.0})
    throttle.wait("CreatePayment")
    stopped = []

    def wait() -> None:
        with pytest.raises(Stopped) as told:
            throttle.wait("CreatePayment")
        stopped.append(told)

    waiting = threading.Thread(target=wait)
    waiting.start()
    pause.set()
    waiting.join(timeout=30)
    assert len(stopped) == 1


def test_operations_do_not_wait_for_each_other(office: Office) -> None:
    throttle = _throttle(office)
    throttle.learn({"CreatePayment": 600_000.0, "CreateEncounter": 0.001})
    throttle.wait("CreatePayment")
    for _ in itertools.repeat(None, 5):
        throttle.wait("CreateEncounter")

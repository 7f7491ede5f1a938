"""Executes a run in this very process, under the same locks as a worker, and tells a person how it goes."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Generator

from jobs.office import Office
from lib.core import runs
from lib.core.executor import Executed
from lib.core.runs import Run, RunState


def finish(office: Office, run_id: str, *, quiet: bool = False) -> Run:
    """Execute a run to its end and return it; waits while another run of the same vendor account goes first.

    Ctrl-C and SIGTERM finish the calls in flight and leave the run queued, to be resumed.
    """
    with _stopping_gently(office), _telling(office, run_id, quiet):
        told = False
        while True:
            done = office.executor.execute(run_id)
            run = runs.get(office.database, office.actor, run_id)
            if done in (Executed.DONE, Executed.NOT_WAITING) or not run.open or office.executor.stopped:
                return run
            if not told and not quiet:
                waits_for = "a worker that is at it" if done is Executed.BUSY else "another run of the same account"
                print(f"Run {run_id} waits for {waits_for}.", file=sys.stderr)
                told = True
            time.sleep(0.5)


@contextlib.contextmanager
def _stopping_gently(office: Office) -> Generator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: office.executor.shut_down())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _telling(office: Office, run_id: str, quiet: bool) -> Generator[None]:
    """Print the phases now and then while the run goes on, for a person at a terminal."""
    over = threading.Event()

    def tell() -> None:
        last = ""
        while not over.wait(2.0):
            run = runs.get(office.database, office.actor, run_id)
            line = " · ".join(f"{p['name']} {p['done']:,}/{p['total']:,}" for p in run.progress.get("phases", []))
            if run.state is RunState.RUNNING and line and line != last:
                print(line, file=sys.stderr)
                last = line

    if quiet or not sys.stderr.isatty():
        yield
        return
    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        over.set()
        teller.join()

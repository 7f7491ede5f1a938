"""Group commit: every unit is durable when it returns, and a unit that fails takes no other with it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from jobs.office import Office
from lib.core import runs
from lib.core.clients import Client
from lib.core.database import Session
from lib.core.errors import Conflict
from lib.core.group_commit import GroupCommit
from lib.core.runs import RunState


def _make_run(client_id: str, title: str):
    def unit(session: Session) -> str:
        return runs.create(session, client_id=client_id, kind="charges", title=title, state=RunState.DRAFT, params={})

    return unit


def _titles(office: Office) -> set[str]:
    return {run.title for run in runs.list_runs(office.database, office.actor, with_drafts=True, most=1000)}


def test_what_many_threads_write_is_there_when_each_returns(office: Office, client: Client) -> None:
    with GroupCommit(office.database, office.actor) as commits, ThreadPoolExecutor(16) as pool:
        seen = []

        def write(number: int) -> None:
            run_id = commits.run(_make_run(client.id, f"n{number}"))
            seen.append(runs.get(office.database, office.actor, run_id).title)

        list(pool.map(write, range(100)))
    assert sorted(seen) == sorted(f"n{number}" for number in range(100))


def test_a_failing_unit_fails_alone(office: Office, client: Client) -> None:
    together = threading.Barrier(4)

    def conflict(session: Session) -> None:
        _make_run(client.id, "rolled back")(session)
        raise Conflict("This one fails.")

    def broken(session: Session) -> None:
        with session.raw.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with GroupCommit(office.database, office.actor) as commits, ThreadPoolExecutor(4) as pool:

        def run(unit):
            together.wait()
            return commits.run(unit)

        units = [_make_run(client.id, "first"), conflict, broken, _make_run(client.id, "second")]
        futures = [pool.submit(run, unit) for unit in units]
        assert futures[0].result() and futures[3].result()
        with pytest.raises(Conflict, match="This one fails"):
            futures[1].result()
        with pytest.raises(psycopg2.errors.DivisionByZero):
            futures[2].result()
    assert _titles(office) == {"first", "second"}

"""What a run leaves in the log and in the figures."""

from __future__ import annotations

import json
import logging
import threading

import pytest

from jobs.office import Office
from lib.charges.params import KIND
from lib.core import clients, runs
from lib.core.executor import Execution, Executor, Finished
from lib.core.logging import carried
from lib.core.metrics import REGISTRY
from lib.core.runs import RunState
from tests.our_logs import our_logs

_LOG = logging.getLogger("lib.of.this.test")


def test_every_line_of_a_run_says_its_id_and_the_run_is_counted(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(execution: Execution) -> Finished:
        _LOG.info("at work")
        helper = threading.Thread(target=carried(lambda: _LOG.info("in a thread of its own")))
        helper.start()
        helper.join()
        return Finished()

    def counted() -> float:
        labels = {"kind": KIND, "outcome": "finished"}
        return REGISTRY.get_sample_value("daysheet_run_seconds_count", labels) or 0.0

    client = clients.add_client(office.database, office.actor, "Test client")
    with office.database.session(office.actor) as session:
        run = runs.create(session, client_id=client.id, kind=KIND, title="", state=RunState.QUEUED, params={})
    before = counted()
    with our_logs():
        Executor(office.database, office.settings, office.actor, {KIND: work}).execute(run)
        _LOG.info("after it")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = {line["event"]: line.get("run") for line in lines if line["logger"] == _LOG.name}
    assert told == {"at work": run, "in a thread of its own": run, "after it": None}
    assert counted() == before + 1

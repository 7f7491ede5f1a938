"""The Operations page: what a person without Grafana is told of the instance."""

from __future__ import annotations

import pytest

from jobs.office import Office
from lib.charges.params import KIND
from lib.core import clients, runs
from lib.core.runs import RunState
from tests.pages.biller import said
from tests.pages.conftest import Open


def test_it_says_what_waits_and_how_the_day_went(open_address: Open, office: Office) -> None:
    client = clients.add_client(office.database, office.actor, "Test client")
    for cancelled in (False, True):
        run_id = _queued_run(office, client.id)
        if cancelled:
            runs.request_cancel(office.database, office.actor, run_id)
    page = open_address("pages/operations.py")
    assert not page.exception
    assert [metric.value for metric in page.metric][:4] == ["1", "0", "0", "1"]
    checks = next(each.value for each in page.dataframe if "Check" in each.value.columns)
    assert list(checks["Check"])[:3] == ["Database", "Migrations", "Queue"]
    day = next(each.value for each in page.dataframe if "Kind" in each.value.columns)
    counts = {name: int(day[name].iloc[0]) for name in day.columns if name not in ("Kind", "Longest")}
    assert counts == {"✓ Finished": 0, "✕ Failed": 0, "– Cancelled": 1, "… Waiting": 1}


def test_what_keeps_it_from_being_ready_stands_at_the_top_with_what_to_do(
    open_address: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYSHEET_PRODUCTION", "true")
    page = open_address("pages/operations.py")
    assert not page.exception
    assert "Not ready: encrypted volume." in said(page) and "DAYSHEET_ENCRYPTED_VOLUME" in said(page)


def _queued_run(office: Office, client_id: str) -> str:
    with office.database.session(office.actor) as session:
        run_id = runs.create(session, client_id=client_id, kind=KIND, title="", state=RunState.CHECKED, params={})
    run = runs.get(office.database, office.actor, run_id)
    with office.database.session(office.actor) as session:
        runs.queue(session, run, from_states=(RunState.CHECKED,), verb="post")
    return run_id

"""The side process outlives its database, and the run that it was at goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.office import Office
from lib.charges import service
from lib.core import clients, runs
from lib.core.actor import shell_user
from lib.core.database import open_database
from lib.core.runs import RunState
from lib.core.settings import read_settings
from sandbox.sheets import SheetOrder, draw_sheet, find_differences, write_sheet
from tests.chaos.ground import CLIENT, Ground, Site, chaos_ground
from tests.chaos.plan import TODAY
from tests.chaos.worker import start_command


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    """A cluster of this module's own, which is restarted, and vendors."""
    with chaos_ground() as running:
        yield running


def _office(site: Site) -> Office:
    settings = read_settings(home=site.home, database_url=site.url, secret_key=site.secret)
    return Office(settings=settings, database=open_database(settings), actor=shell_user("tester"))


def _queue(office: Office, sheet: Path) -> str:
    client = clients.client_named(office.database, office.actor, CLIENT)
    with sheet.open("rb") as content:
        run_id = service.receive_upload(
            office.database, office.settings, office.actor, client_id=client.id, name=sheet.name, content=content
        )
    service.queue_posting(office.database, office.actor, run_id)
    return run_id


def _await(happened: Callable[[], bool], told: Callable[[], str]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)


def test_a_worker_outlives_a_restart_of_its_database_and_finishes_its_run(ground: Ground) -> None:
    with ground.site() as site:
        ground.vendors.tebra.configure(latency_ms=80)
        drawn = draw_sheet(ground.world, SheetOrder(rows=40, seed=5, today=TODAY, payment_share=1.0))
        write_sheet(drawn, site.home / "sheet.xlsx")
        office = _office(site)
        run_id = _queue(office, site.home / "sheet.xlsx")
        worker = start_command((), site.environment, site.home / "worker.txt")
        try:
            _await(lambda: len(ground.vendors.tebra.journal()) >= 3, worker.last_words)
            ground.restart_database()
            ground.vendors.tebra.configure(latency_ms=0)
            _await(lambda: not runs.get(office.database, office.actor, run_id).open, worker.last_words)
            assert worker.running(), worker.last_words()
        finally:
            worker.kill()
        assert runs.get(office.database, office.actor, run_id).state is RunState.FINISHED
        assert find_differences(drawn, ground.vendors.tebra.journal()) == []
        office.database.close()

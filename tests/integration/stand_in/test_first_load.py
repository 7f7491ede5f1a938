"""The first start of practice mode: the workbench is told the saved reports and loads them, once and to the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from lib.core.actor import shell_user
from lib.core.database import Database
from lib.core.settings import Settings
from lib.reports.loading.packages import list_packages
from lib.reports.model import PackageState
from sandbox.collaboratemd.control import ReportClient
from sandbox.collaboratemd.filters import EVERYTHING, name_month_end
from sandbox.collaboratemd.journal import RunRequest
from sandbox.first_load import load_reports
from sandbox.registration import register_clients
from sandbox.running import RunningVendors
from sandbox.workbench import run_jobs

_ACTOR = shell_user("tester")
_REPORTS = ("charges_on_hold", "gross_billing")


@dataclass
class Start:
    """A start of practice mode with one client that has two reports and two month ends, and what it said."""

    vendors: RunningVendors
    home: Path
    client: ReportClient
    said: list[str] = field(default_factory=list)

    async def load(self) -> bool:
        return await load_reports((self.client,), self.home, self.said.append)

    def runs(self) -> list[RunRequest]:
        return [run for run in self.vendors.collaboratemd.runs() if run.identifier]

    def filters(self) -> Counter[str]:
        """How many reports were built by each filter."""
        return Counter(run.filter for run in self.runs())


@pytest.fixture
def start(
    running: RunningVendors, settings: Settings, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Start:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    running.collaboratemd.reset()
    whole = running.collaboratemd.client("Orchard")
    filters = {EVERYTHING, *(name_month_end(day) for day in whole.month_ends[-2:])}
    saved = tuple(saved for saved in whole.saved if saved.report in _REPORTS and saved.filter in filters)
    started = Start(vendors=running, home=settings.home, client=replace(whole, saved=saved))
    assert asyncio.run(register_clients((), (started.client,), running.base_url, started.home))
    return started


def test_the_first_start_loads_today_and_the_month_ends_and_the_second_loads_nothing(
    start: Start, database: Database
) -> None:
    assert asyncio.run(start.load())
    name, ends = start.client.name, start.client.month_ends
    assert start.said == [
        f"Telling the workbench of {name}'s saved reports.",
        f"Loading {name}'s reports of today.",
        f"Loading {name}'s month ends: 1 of 2.",
        f"Loading {name}'s month ends: 2 of 2.",
        "The practice clients' reports are loaded.",
    ]
    assert [run.as_of for run in start.runs()][2:] == [ends[0], ends[0], ends[1], ends[1]]
    packages = list_packages(database, _ACTOR)
    assert {package.state for package in packages} == {PackageState.PUBLISHED}
    assert Counter(package.as_of for package in packages) == Counter([run.as_of for run in start.runs()])
    start.said.clear()
    start.vendors.collaboratemd.reset()
    assert asyncio.run(start.load())
    assert (start.said, start.runs()) == ([], [])


def test_a_start_that_was_interrupted_goes_on_where_it_was(start: Start, database: Database) -> None:
    first_end = name_month_end(start.client.month_ends[0])

    async def stop_at_the_first_month_end() -> None:
        loading = asyncio.create_task(start.load())
        while not start.filters()[first_end]:
            await asyncio.sleep(0.02)
        loading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loading

    asyncio.run(stop_at_the_first_month_end())
    assert start.said[-1].endswith("month ends: 1 of 2.")
    start.said.clear()
    assert asyncio.run(start.load())
    assert [line.partition(": ")[2] for line in start.said] == ["1 of 2.", "2 of 2.", ""]
    # What the run that was cut off still has to do is the workers' to finish.
    resumed = asyncio.run(run_jobs(start.home, "runs", "resume", "--all"))
    assert resumed.code == 0, resumed.said
    assert set(start.filters().values()) == {len(_REPORTS)}
    packages = list_packages(database, _ACTOR, state=PackageState.PUBLISHED)
    assert len(packages) == len(_REPORTS) * 3


def test_what_could_not_be_loaded_is_told_and_tried_again_at_the_next_start(start: Start) -> None:
    start.vendors.collaboratemd.fault("login_refused")
    assert not asyncio.run(start.load())
    assert "not loaded" in start.said[-1] and start.said[-1].endswith("The next start tries again.")
    assert start.client.password not in "".join(start.said)
    assert not start.runs()
    start.vendors.collaboratemd.clear_faults()
    assert asyncio.run(start.load())
    assert set(start.filters().values()) == {len(_REPORTS)}

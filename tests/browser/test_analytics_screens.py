"""Every analytics page in every state: kept as pictures, and held to what no look would find.

The suite takes each picture once, widths and themes taking turns, and of most pages two kinds of trouble;
--all-screens takes all, at both widths and in both themes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lib.core.database import APP_ROLE, as_owner, owner_url
from lib.core.secrets import secret_key
from lib.core.settings import Settings, read_settings
from tests.browser.looks import LOOKS, keep, looking
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench, free_port, running_web

LOADED, EMPTY = "Practice Summit Billing", "Practice Orchard Billing"
#: Each page, and what its chart or table says when it is drawn.
PAGES = {
    "overview": "Unapplied payments",
    "ar_aging": "Open AR by payer",
    "denials": "Denial rate by month",
    "payments": "Payments by month",
    "billing": "Charges entered",
    "performance": "Volume and yield by",
    "explore": "Columns, in this order",
}
TABS = {
    "billing": ("Charges", "Lags", "Late charges", "Holds", "Claim stages", "Revenue", "Patient-day rate"),
    "performance": ("Volume and yield", "Productivity", "Time", "Write-offs"),
}
_VIEW = {"explore": "&view=gross_billing_view"}
BAD = "payer=Nobody&clock=sundial&from=yesterday&mark=no&mark=such&mark=mark&view=no_view&billing_tab=None"


@dataclass(frozen=True)
class Loaded:
    """A workbench whose one client has all reports, another none; and its settings, for trouble to be made."""

    url: str
    client: str
    empty: str
    settings: Settings
    all_screens: bool

    def looks(self, turn: int) -> list[tuple[int, str]]:
        """The widths and themes of a picture."""
        return LOOKS if self.all_screens else [LOOKS[turn % len(LOOKS)]]


@pytest.fixture(scope="module")
def loaded(started_workbench: Workbench, request: pytest.FixtureRequest) -> Loaded:
    """The package's workbench with a client's reports."""
    bench = started_workbench
    bench.calm()
    bench.set_up_reports(LOADED)
    bench.jobs("reports", "sync", "--client", LOADED)
    ids = {each["name"]: each["client"] for each in json.loads(bench.jobs("client", "list", "--json"))["clients"]}
    return Loaded(
        url=bench.url,
        client=ids[LOADED],
        empty=ids[EMPTY],
        settings=read_settings(home=Path(bench.environment["DAYSHEET_HOME"]), database_url=None),
        all_screens=request.config.getoption("--all-screens"),
    )


@pytest.fixture(scope="module")
def slow_web(started_workbench: Workbench, loaded: Loaded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A web process at the same database that has no copies, so that all its questions go to the database."""
    home = {"DAYSHEET_HOME": str(tmp_path_factory.mktemp("without_copies"))}
    database = {
        "DAYSHEET_DATABASE_URL": owner_url(loaded.settings),
        "DAYSHEET_SECRET_KEY": secret_key(loaded.settings),
    }
    with running_web(started_workbench.environment | home | database) as url:
        yield url


@pytest.mark.parametrize("page", PAGES)
def test_states_of(browser: Browser, loaded: Loaded, slow_web: str, page: str) -> None:
    turn = list(PAGES).index(page)
    address = f"/{page}?client={loaded.client}"

    def each(state: str, url: str, path: str, said: str | re.Pattern[str], turn: int) -> None:
        for width, theme in loaded.looks(turn):
            with looking(browser, url, width, theme, height=1500) as look:
                look.open(path)
                look.await_text(said)
                _await_drawn(look)
                keep(look, f"{page}_{state}", width, theme)

    for number, tab in enumerate(TABS.get(page, ("",))):
        named = f"_{re.sub('[^a-z]+', '_', tab.lower())}" if tab else ""
        said = PAGES[page] if number == 0 else tab
        each(f"full{named}", loaded.url, f"{address}&{page}_tab={tab}" if tab else address, said, turn + number)
    each("empty", loaded.url, f"/{page}?client={loaded.empty}", "No data yet.", turn + 1)
    asked = f"{address}{_VIEW.get(page, '')}"

    def fails() -> None:
        with _refused(loaded):
            each("failed", slow_web, asked, re.compile("did not foresee|could not be read"), turn + 1)

    def waits() -> None:
        with _locked(loaded):
            for width, theme in loaded.looks(turn + 2):
                with looking(browser, slow_web, width, theme, height=1500) as look:
                    look.page.goto(f"{slow_web}{asked}")
                    look.await_text(re.compile("^Reading "))
                    keep(look, f"{page}_loading", width, theme)

    def ages() -> None:
        with _stale(loaded):
            # How fresh one client is was looked up a moment ago, and stands for some seconds.
            each("stale", slow_web, f"/{page}", "days old.", turn + 3)

    def misled() -> None:
        each("bad_address", loaded.url, f"{address}&{BAD}", "is none.", turn + 2)

    # What was read once is kept: what fails and what waits comes before what is whole.
    trouble = (fails, waits, ages, misled)
    every = loaded.all_screens or page in ("overview", "explore")
    for state in trouble if every else (trouble[turn % 2], trouble[2 + turn % 2]):
        state()


def test_without_a_database_every_page_says_so(browser: Browser, started_workbench: Workbench, loaded: Loaded) -> None:
    gone = {"DAYSHEET_DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"}
    with running_web(started_workbench.environment | gone) as url:
        for turn, page in enumerate(PAGES):
            for width, theme in loaded.looks(turn):
                with looking(browser, url, width, theme) as look:
                    look.open(f"/{page}")
                    look.await_text("The database does not answer.")
                    keep(look, f"{page}_no_database", width, theme)


def _await_drawn(look: Visit) -> None:
    """What is not drawn yet leaves a grey place."""
    expect(look.page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=30_000)
    look.page.wait_for_timeout(300)


@contextmanager
def _stale(loaded: Loaded) -> Iterator[None]:
    """All that is loaded is ten days older."""
    _write(loaded, "UPDATE warehouse.shown_packages SET as_of = as_of - 10")
    try:
        yield
    finally:
        _write(loaded, "UPDATE warehouse.shown_packages SET as_of = as_of + 10")


@contextmanager
def _refused(loaded: Loaded) -> Iterator[None]:
    """The application may not read what the pages ask for first."""
    views = ", ".join(
        f"reporting.{view}" for view in ("gross_billing_view", "payment_trends_view", "quadrant_payments_view")
    )
    _write(loaded, f"REVOKE SELECT ON {views} FROM {APP_ROLE}")
    try:
        yield
    finally:
        _write(loaded, f"GRANT SELECT ON {views} TO {APP_ROLE}")


@contextmanager
def _locked(loaded: Loaded) -> Iterator[None]:
    """Whoever reads what the pages ask for first waits."""
    tables = ", ".join(f"warehouse.{table}" for table in ("gross_billing", "payment_trends", "quadrant_performance"))
    with as_owner(loaded.settings) as owner, owner.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        yield


def _write(loaded: Loaded, statement: str) -> None:
    with as_owner(loaded.settings) as owner, owner.cursor() as cursor:
        cursor.execute(statement)

"""Every state of the pages, at two widths and in both themes: kept as screenshots, held to what no look would find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from playwright.sync_api import Browser

from jobs.office import Office
from lib.charges import service
from tests.browser.conftest import CLIENT, Sheets
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench, free_port, running_web

LOOKS = [(width, theme) for width in (1280, 390) for theme in ("light", "dark")]


@contextmanager
def _looking(browser: Browser, url: str, width: int, theme: str) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": width, "height": 1000}, color_scheme=theme)
    visit = Visit(context.new_page(), url)
    foreign: list[str] = []
    visit.page.on(
        "request",
        lambda request: None if request.url.startswith((url, "data:", "blob:")) else foreign.append(request.url),
    )
    yield visit
    assert not foreign, "a page may not ask any other server for anything"
    context.close()


def _keep(visit: Visit, state: str, width: int, theme: str) -> None:
    visit.page.mouse.move(2, 2)
    visit.keep_screenshot(f"{state}_{width}_{theme}")
    overflow = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{state} is wider than a screen of {width}"


def test_states_of_a_working_day(visit: Visit, browser: Browser, workbench: Workbench, sheets: Sheets) -> None:
    path, _ = sheets.draw("full.xlsx", rows=80, seed=105, mistakes=8)
    visit.open("/charges")
    visit.choose_client(CLIENT)
    visit.upload(path)
    visit.await_text("Rows ready")
    visit.settle()
    checked = visit.run_id()
    clean, _ = sheets.draw("clean.xlsx", rows=60, seed=106)
    visit.press("Another sheet")
    visit.settle()
    visit.upload(clean)
    visit.await_text("Rows ready")
    visit.settle()
    workbench.tebra.configure(throttle_scale=1.0)
    visit.press(re.compile("Post [0-9]"))
    visit.await_text("Create encounters")
    posted = visit.run_id()
    for width, theme in LOOKS:
        with _looking(browser, workbench.url, width, theme) as look:
            look.open(f"/charges?run={posted}")
            _keep(look, "charges_loading", width, theme)
            look.open(f"/charges?run={checked}")
            _keep(look, "charges_checked", width, theme)
    workbench.calm()
    visit.await_text("Rows done")
    for width, theme in LOOKS:
        with _looking(browser, workbench.url, width, theme) as look:
            look.open("/charges")
            look.await_text("Choose a client above.")
            _keep(look, "charges_empty", width, theme)
            look.choose_client(CLIENT)
            _keep(look, "charges_upload", width, theme)
            look.open(f"/charges?run={posted}")
            _keep(look, "charges_full", width, theme)
            look.open("/runs")
            _keep(look, "runs_full", width, theme)


@pytest.mark.parametrize("address", ["/charges", "/runs"])
def test_the_first_visitor_of_a_fresh_server_meets_the_frame(
    browser: Browser, environment: dict[str, str], address: str
) -> None:
    with running_web(environment) as url:
        for width, theme in LOOKS:
            with _looking(browser, url, width, theme) as look:
                look.open(address)
                look.await_text("No client yet" if address == "/charges" else "No run yet.")
                _keep(look, f"{address[1:]}_empty_office", width, theme)
                if width == 1280:
                    links = look.page.get_by_test_id("stSidebarNavLink").all_inner_texts()
                    assert [link.split()[-1] for link in links] == ["Runs", "Charges"]


def test_without_a_worker_the_page_says_so(
    browser: Browser, environment: dict[str, str], office: Office, client_id: str, sheets: Sheets
) -> None:
    path, _ = sheets.draw("waiting.xlsx", rows=5, seed=107)
    with path.open("rb") as content:
        run_id = service.receive_upload(
            office.database, office.settings, office.actor, client_id=client_id, name=path.name, content=content
        )
    service.queue_check(office.database, office.actor, run_id)
    _make_old(office, f"UPDATE ops.runs SET queued_at = now() - interval '5 minutes' WHERE id = {run_id}")
    with running_web(environment) as url:
        for width, theme in LOOKS:
            with _looking(browser, url, width, theme) as look:
                look.open(f"/charges?run={run_id}")
                look.await_text("No worker is running.")
                _keep(look, "charges_stale", width, theme)


def test_without_a_database_the_page_says_so(browser: Browser, environment: dict[str, str]) -> None:
    gone = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    with running_web(environment | {"DAYSHEET_DATABASE_URL": gone}) as url:
        for width, theme in LOOKS:
            with _looking(browser, url, width, theme) as look:
                look.open("/charges")
                look.await_text("The database does not answer.")
                _keep(look, "charges_failed", width, theme)


def _make_old(office: Office, statement: str) -> None:
    assert office.settings.database_url is not None
    with closing(psycopg2.connect(office.settings.database_url.get_secret_value())) as owner, owner.cursor() as cursor:
        cursor.execute(statement)
        owner.commit()

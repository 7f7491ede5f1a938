"""Every state of the pages, at two widths and in both themes: kept as screenshots, held to what no look would find."""

from __future__ import annotations

import json
import re
from contextlib import closing

import psycopg2
import pytest
from playwright.sync_api import Browser

from jobs.office import Office
from lib.charges import service
from tests.browser.conftest import CLIENT, Sheets
from tests.browser.looks import LOOKS, looking
from tests.browser.looks import keep as keep_look
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench, free_port, running_web

REPORTS_CLIENT = "Practice Willow Billing"


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
        with looking(browser, workbench.url, width, theme) as look:
            look.open(f"/charges?run={posted}")
            keep_look(look, "charges_loading", width, theme)
            look.open(f"/charges?run={checked}")
            keep_look(look, "charges_checked", width, theme)
    workbench.calm()
    visit.await_text("Rows done")
    for width, theme in LOOKS:
        with looking(browser, workbench.url, width, theme) as look:
            look.open("/charges")
            look.await_text("Choose a client above.")
            keep_look(look, "charges_empty", width, theme)
            look.choose_client(CLIENT)
            keep_look(look, "charges_upload", width, theme)
            look.open(f"/charges?run={posted}")
            keep_look(look, "charges_full", width, theme)
            look.open("/runs")
            keep_look(look, "runs_full", width, theme)


def test_states_of_reports(visit: Visit, browser: Browser, workbench: Workbench) -> None:
    visit.open("/reports")
    visit.choose_client(REPORTS_CLIENT)
    visit.await_text("is set up yet.")
    address = visit.page.url.removeprefix(workbench.url)

    def keep(state: str, path: str = address, *, tab: str = "", waits_for: str = "Reports") -> None:
        for width, theme in LOOKS:
            with looking(browser, workbench.url, width, theme) as look:
                look.open(path)
                if tab:
                    look.page.get_by_role("tab", name=tab).click()
                    look.settle()
                look.await_text(waits_for)
                if tab:
                    look.page.get_by_role("tab", name=tab).scroll_into_view_if_needed()
                    look.page.mouse.wheel(0, 700)
                    look.page.wait_for_timeout(400)
                keep_look(look, f"reports_{state}", width, theme)

    keep("empty")
    workbench.set_up_reports(REPORTS_CLIENT)
    workbench.collaboratemd.configure(build_seconds=2)
    visit.page.reload()
    visit.await_text("13 were never loaded")
    visit.press("Sync 13 reports")
    visit.await_text("Brought here")
    keep("loading", waits_for="Brought here")
    workbench.collaboratemd.configure(build_seconds=0)
    visit.await_text("13 of 13 reports are of today.")
    keep("full")
    keep("settings", tab="Settings", waits_for="Time of day")
    workbench.collaboratemd.fault("half_size", report="gross_billing")
    workbench.collaboratemd.fault("corrupt_zip", report="ar_aging")
    workbench.collaboratemd.fault("long_rows", report="payment_trends")
    workbench.collaboratemd.fault("new_column", report="payment_trends")
    names = ("gross_billing", "ar_aging", "payment_trends")
    sync = ("reports", "sync", "--client", REPORTS_CLIENT, "--force", "--json")
    told = json.loads(workbench.jobs(*sync, *(word for name in names for word in ("--report", name))))
    packages = {cell["report"]: cell["package"] for cell in told["cells"]}
    keep("trouble", waits_for="1 package held")
    keep("all_clients", "/reports")
    keep("held", f"/reports?package={packages['gross_billing']}", waits_for="This package")
    keep("failed", f"/reports?package={packages['ar_aging']}", waits_for="Nothing of it was loaded.")
    keep("rejects", f"/reports?package={packages['payment_trends']}", waits_for="Rows that were not loaded")
    keep("run", f"/runs?run={told['run']}", waits_for="of 3 reports loaded")


@pytest.mark.parametrize("address", ["/charges", "/runs", "/reports"])
def test_the_first_visitor_of_a_fresh_server_meets_the_frame(
    browser: Browser, environment: dict[str, str], address: str
) -> None:
    with running_web(environment) as url:
        for width, theme in LOOKS:
            with looking(browser, url, width, theme) as look:
                look.open(address)
                look.await_text("No run yet." if address == "/runs" else "No client yet")
                keep_look(look, f"{address[1:]}_empty_office", width, theme)
                if width == 1280:
                    links = look.page.get_by_test_id("stSidebarNavLink").all_inner_texts()
                    assert {"Runs", "Charges", "Reports"} <= {link.split("\n")[-1].strip() for link in links}


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
            with looking(browser, url, width, theme) as look:
                look.open(f"/charges?run={run_id}")
                look.await_text("No worker is running.")
                keep_look(look, "charges_stale", width, theme)


def test_without_a_database_the_page_says_so(browser: Browser, environment: dict[str, str]) -> None:
    gone = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    with running_web(environment | {"DAYSHEET_DATABASE_URL": gone}) as url:
        for width, theme in LOOKS:
            with looking(browser, url, width, theme) as look:
                look.open("/charges")
                look.await_text("The database does not answer.")
                keep_look(look, "charges_failed", width, theme)
                look.open("/reports")
                look.await_text("The database does not answer.")
                keep_look(look, "reports_gone", width, theme)


def _make_old(office: Office, statement: str) -> None:
    assert office.settings.database_url is not None
    with closing(psycopg2.connect(office.settings.database_url.get_secret_value())) as owner, owner.cursor() as cursor:
        cursor.execute(statement)
        owner.commit()

"""From the Overview to a client, to the rows behind its groups, to a saved view and a file, in a real browser."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from jobs.office import Office
from lib.analytics.snapshot.refresh import month_ends, refresh_copy
from tests.browser.looks import keep, looking
from tests.browser.visit import Visit
from tests.browser.workbench import running_web
from tests.integration.views.ledger import Ledger

TODAY = datetime.now(UTC).date()
PAYERS = ("Bluebird Test Mutual", "Old Oak Test Senior", "Evergreen Test Health", None)
#: Of the table of clients: the height of a line.
_LINE = 35


def _charges(day: date, count: int) -> list[dict[str, object]]:
    return [
        {
            "charge_id": f"25680{number:05}",
            "practice_name": ("Harbor Test Clinic", "Lighthouse Test Cardiology")[number % 2],
            "facility_name": "HARBOR TEST CLINIC",
            "charge_primary_payer_name": PAYERS[number % len(PAYERS)],
            "charge_cpt_code": ("99213", "99214", "87635")[number % 3],
            "charge_from_date": day - timedelta(days=number % 150 + 2),
            "charge_entered_date": day - timedelta(days=number % 150),
            "charge_amount": Decimal(number % 7 * 20 + 60),
        }
        for number in range(count)
    ]


def _payments(day: date, count: int) -> list[dict[str, object]]:
    return [
        {
            "payment_id": f"7{number:05}",
            "charge_id": f"25680{number:05}",
            "payment_entered": day - timedelta(days=number % 100),
            "payment_received": day - timedelta(days=number % 100 + 1),
            "payment_total_paid": Decimal(number % 5 * 10 + 30),
            "insurance_paid_amount": Decimal(number % 5 * 10 + 30),
            "payment_unapplied_amount": Decimal(5 if number % 40 == 0 else 0),
            "charge_primary_payer_name": PAYERS[number % len(PAYERS)],
        }
        for number in range(count)
    ]


def _fill(ledger: Ledger, client: str, day: date, count: int, known: str) -> None:
    charges = _charges(day, count)
    balances = [row | {"charge_balance": Decimal(number % 90 + 1)} for number, row in enumerate(charges)]
    for report, rows in (("ar_aging", balances), ("gross_billing", charges), ("payment_trends", _payments(day, count))):
        ledger.show(report, rows, client=client, as_of=day, known=known)


@pytest.fixture
def clients(office: Office) -> tuple[str, str]:
    """Two clients: one with half a year of month ends, one loaded today for the first time."""
    ledger = Ledger(office.database)
    old, new = ledger.client("Practice Harbor Billing"), ledger.client("Practice Meadow Billing")
    ends = [*month_ends(TODAY - timedelta(days=190), TODAY)]
    for number, day in enumerate(ends):
        until = ends[number + 1] if number + 1 < len(ends) else TODAY
        _fill(ledger, old, day, 200 + 20 * number, f"[{day},{until})")
    _fill(ledger, old, TODAY, 600, f"[{TODAY},)")
    _fill(ledger, new, TODAY, 150, f"[{TODAY},)")
    for client in (old, new):
        assert refresh_copy(office.database, office.settings, office.actor, client) is not None
    return old, new


@pytest.fixture
def web(environment: dict[str, str]) -> Iterator[str]:
    with running_web(environment) as url:
        yield url


def _choose(visit: Visit, label: str, *options: str) -> None:
    """Choose some of what a field offers."""
    visit.page.get_by_role("combobox", name=label).first.click()
    for option in options:
        visit.page.keyboard.type(option)
        visit.page.get_by_role("option", name=option, exact=True).click()
        visit.settle()
    visit.page.keyboard.press("Escape")
    visit.settle()


def _click_line(visit: Visit, line: int) -> None:
    """Click a line of the first table."""
    table = visit.page.get_by_test_id("stDataFrame").first
    place = {"x": 60, "y": _LINE * line + _LINE // 2}
    # The grid learns from the moves of the mouse which cell a click is for.
    table.hover(position={"x": place["x"] + 20, "y": place["y"]})
    table.hover(position=place)
    visit.page.wait_for_timeout(200)
    table.click(position=place)
    visit.settle()


def test_from_all_clients_to_the_rows_of_one_and_back_by_a_saved_view(
    browser: Browser, web: str, clients: tuple[str, str], tmp_path: Path
) -> None:
    with looking(browser, web, 1280, "light", height=1700) as visit:
        visit.open("/")
        visit.await_text("2 clients, the most days in AR first")
        assert "/overview" in visit.page.url
        _click_line(visit, 1)
        expect(visit.page.get_by_text("2 clients, the most days in AR first")).to_have_count(0)
        assert "client=" in visit.page.url
        visit.button("Definition").click()
        visit.await_text("Definition version")
        visit.page.keyboard.press("Escape")

        visit.open(f"/explore?client={clients[0]}&view=ar_aging_view")
        _choose(visit, "Group by", "Payer")
        _choose(visit, "Add up", "Balance")
        _click_line(visit, 1)
        visit.await_text("Back to the groups")
        payer = visit.page.get_by_text("Payer ", exact=False).filter(has_text="150 rows").first.inner_text()
        rows = [row for row in _charges(TODAY, 600) if str(row["charge_primary_payer_name"]) in payer]
        visit.press("Export 150 rows")
        path = visit.download("CSV", tmp_path)
        with path.open(newline="", encoding="utf-8") as file:
            assert {row["charge_id"] for row in csv.DictReader(file)} == {row["charge_id"] for row in rows}
        visit.page.keyboard.press("Escape")

        visit.press("Views")
        visit.field("Save what is shown as").fill("Who owes what")
        visit.page.keyboard.press("Tab")
        visit.settle()
        visit.press("Save view")
        visit.settle()
        assert "saved=" in visit.page.url
        address = visit.page.url.removeprefix(web)
    with looking(browser, web, 1280, "light", height=1700) as other:
        other.open(address)
        other.await_text("4 groups")
        other.press("Who owes what")
        other.await_text("is open, as tester left it.")
        other.settle()
        keep(other, "explore_saved_view", 1280, "light")

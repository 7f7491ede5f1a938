"""A manager's road through AR aging in a real browser: a bar, its rows, their file, and the way back."""

from __future__ import annotations

import csv
import re
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
PAYERS = ("Bluebird Test Mutual", "Old Oak Test Senior", "Evergreen Test Health", "Pebble Test Assurance", None)
NAME = "Practice Harbor Billing"


def _charges(day: date, count: int) -> list[dict[str, object]]:
    rows = []
    for number in range(count):
        balance = Decimal(number % 9 * 37 + 11) - (500 if number % 17 == 0 else 0)
        at_patient = number % 5 == 4
        rows.append(
            {
                "charge_id": f"25680{number:05}",
                "patient_full_name": f"TEST, Amber {number % 60:02}",
                "patient_id": str(100_000 + number % 60),
                "practice_name": ("Harbor Test Clinic", "Lighthouse Test Cardiology")[number % 2],
                "facility_name": "HARBOR TEST CLINIC",
                "rendering_provider_name": f"Test Provider {number % 20:02}",
                "charge_primary_payer_name": PAYERS[number % len(PAYERS)],
                "charge_cpt_code": ("99213", "99214", "87635")[number % 3],
                "charge_from_date": day - timedelta(days=number % 180),
                "charge_entered_date": day - timedelta(days=number % 180 // 2),
                "claim_first_billed_date": day - timedelta(days=number % 90) if number % 7 else None,
                "charge_amount": abs(balance) + 50,
                "charge_balance": balance,
                "charge_balance_due_ins": Decimal(0) if at_patient else balance,
                "charge_balance_due_pat": balance if at_patient else Decimal(0),
                "patient_statements_printed": number % 8,
            }
        )
    return rows


@pytest.fixture
def client(office: Office) -> str:
    """A client with a year of month ends and 1,200 open charges today."""
    ledger = Ledger(office.database)
    client = ledger.client(NAME)
    ends = [*month_ends(TODAY - timedelta(days=370), TODAY)]
    for number, day in enumerate(ends):
        until = ends[number + 1] if number + 1 < len(ends) else TODAY
        ledger.show("ar_aging", _charges(day, 200 + 20 * number), client=client, as_of=day, known=f"[{day},{until})")
    ledger.show("ar_aging", _charges(TODAY, 1_200), client=client, as_of=TODAY, known=f"[{TODAY},)")
    assert refresh_copy(office.database, office.settings, office.actor, client) is not None
    return client


@pytest.fixture
def web(environment: dict[str, str]) -> Iterator[str]:
    with running_web(environment) as url:
        yield url


def _click_segment(visit: Visit, number: int, *, chart: int = 0) -> None:
    """Click the n-th mark of a chart, in the order in which they are drawn."""
    marks = visit.page.locator(".js-plotly-plot").nth(chart).locator(".point path, path.point")
    box = marks.nth(number).bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.settle()


def _told(visit: Visit) -> tuple[int, Decimal]:
    """Rows and sum in the sentence above the rows."""
    sentence = visit.page.get_by_text(re.compile(r"\d charges? · \$"))
    expect(sentence).to_be_visible()
    found = re.search(r"([\d,]+) charges? · \$([\d,]+\.\d\d)", sentence.inner_text())
    assert found
    return int(found[1].replace(",", "")), Decimal(found[2].replace(",", ""))


def test_a_bar_opens_its_rows_which_leave_as_a_file(browser: Browser, web: str, client: str, tmp_path: Path) -> None:
    # Bluebird is every fifth charge from the first; its 0-30 days are those whose age is at most 30.
    bar = [
        row
        for row in _charges(TODAY, 1_200)
        if row["charge_primary_payer_name"] == PAYERS[0]
        and row["charge_balance"] > 0
        and (TODAY - row["charge_from_date"]).days <= 30
    ]
    with looking(browser, web, 1280, "light", height=1600) as visit:
        visit.open(f"/ar_aging?client={client}&payer={PAYERS[0].replace(' ', '+')}")
        _click_segment(visit, 0)
        rows, amount = _told(visit)
        assert (rows, amount) == (len(bar), sum(row["charge_balance"] for row in bar))
        expect(visit.page.get_by_text(f"{PAYERS[0]} · 0-30 days").first).to_be_visible()
        keep(visit, "ar_aging_rows", 1280, "light")
        address = visit.page.url.removeprefix(web)

        visit.press(f"Export {rows} rows")
        path = visit.download("CSV", tmp_path)
        with path.open(newline="", encoding="utf-8") as file:
            told = list(csv.DictReader(file))
        assert {row["charge_id"] for row in told} == {row["charge_id"] for row in bar}
        assert sum(Decimal(row["charge_balance"]) for row in told) == amount
        visit.page.keyboard.press("Escape")

        visit.press("Back to the figure")
        visit.settle()
        expect(visit.page.get_by_text(re.compile(r"\d charges? · \$"))).to_have_count(0)
        assert "mark=" in address and "mark=" not in visit.page.url
    with looking(browser, web, 390, "dark", height=1600) as colleague:
        colleague.open(address)
        assert _told(colleague) == (rows, amount)
        keep(colleague, "ar_aging_rows", 390, "dark")


def test_filters_stay_in_the_address_and_go_along_to_another_page(browser: Browser, web: str, client: str) -> None:
    with looking(browser, web, 1280, "light") as visit:
        visit.open(f"/ar_aging?client={client}")
        whole = visit.figure("Open AR").inner_text()
        visit.press("Filters")
        visit.page.get_by_role("combobox", name="Practice").click()
        visit.page.get_by_role("option", name="Harbor Test Clinic").click()
        visit.settle()
        visit.page.keyboard.press("Escape")
        visit.page.keyboard.press("Escape")
        visit.page.get_by_text("First bill", exact=True).click()
        visit.settle()
        assert "practice=Harbor" in visit.page.url and "clock=billed" in visit.page.url
        part = visit.figure("Open AR").inner_text()
        assert part != whole
        visit.page.get_by_test_id("stSidebarNavLink").filter(has_text="Runs").click()
        visit.settle()
        visit.page.get_by_test_id("stSidebarNavLink").filter(has_text="AR aging").click()
        visit.settle()
        assert visit.figure("Open AR").inner_text() == part
        assert "practice=Harbor" in visit.page.url and "clock=billed" in visit.page.url
        visit.press("Reset")
        visit.settle()
        assert visit.figure("Open AR").inner_text() == whole and "practice" not in visit.page.url


def test_a_point_of_the_trend_opens_the_rows_as_they_were_known(browser: Browser, web: str, client: str) -> None:
    first = next(iter(month_ends(TODAY - timedelta(days=370), TODAY)))
    open_then = [row["charge_balance"] for row in _charges(first, 200) if row["charge_balance"] > 0]
    with looking(browser, web, 1280, "light", height=1800) as visit:
        visit.open(f"/ar_aging?client={client}")
        _click_segment(visit, 0, chart=1)
        assert _told(visit) == (len(open_then), sum(open_then))

"""A manager's road through Denials and Payments in a real browser: a mark, its rows, and every state of both pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from jobs.office import Office
from lib.analytics.snapshot.refresh import refresh_copy
from tests.browser.looks import looking
from tests.browser.visit import Visit
from tests.browser.workbench import running_web
from tests.integration.views.ledger import Ledger

TODAY = datetime.now(UTC).date()
PAYERS = ("Bluebird Test Mutual", "Old Oak Test Senior", "Evergreen Test Health", "Pebble Test Assurance")
CODES = ("16", "197", "27", "50", "18", "97", "22")


def _row(number: int, day: date) -> dict[str, Any]:
    return {
        "charge_id": f"25680{number:05}",
        "claim_id": f"63200{number // 2:05}",
        "patient_full_name": f"TEST, Amber {number % 60:02}",
        "practice_name": ("Harbor Test Clinic", "Lighthouse Test Cardiology")[number % 2],
        "facility_name": "HARBOR TEST CLINIC",
        "rendering_provider_name": f"Test Provider {number % 20:02}",
        "charge_primary_payer_name": PAYERS[number % 4],
        "charge_cpt_code": ("99213", "99214", "87635")[number % 3],
        "charge_from_date": day - timedelta(days=30),
        "charge_amount": Decimal(100 + number % 9 * 25),
        "payment_entered": day,
        "payment_received": day - timedelta(days=number % 4 if number % 90 else -2),
    }


def _payments(count: int) -> list[dict[str, Any]]:
    rows = []
    for number in range(count):
        back, patient = number % 23 == 0, number % 6 == 5
        paid = Decimal(-40 if back else 60 + number % 7 * 10)
        rows.append(
            _row(number, TODAY - timedelta(days=number % 400))
            | {
                "payment_id": f"p{number}",
                "payer_name": None if patient else PAYERS[number % 4],
                "insurance_paid_amount": Decimal(0) if patient else paid,
                "payment_total_paid": paid,
                "payment_total_applied": Decimal(0) if number % 50 == 1 else paid,
                "payment_unapplied_amount": paid if number % 50 == 1 else Decimal(0),
                "payment_allowed_amount": Decimal(0) if patient or back else paid + 8,
                "payment_refund_amount": Decimal(40) if back and patient else Decimal(0),
            }
        )
    return rows


def _denials(count: int) -> list[dict[str, Any]]:
    rows = []
    for number in range(count):
        day = TODAY - timedelta(days=number * 3 % 400)
        appealed = day + timedelta(days=15) if number % 3 == 0 else None
        rows.append(
            _row(50_000 + number, day)
            | {
                "unpaid_reason_code_s": CODES[number % len(CODES)],
                "remark_code_s": "N1",
                "charge_primary_payment_date": day - timedelta(days=60 if number % 5 == 4 else 0),
                "appeal_date": appealed,
                "appeal_decision_date": day + timedelta(days=45) if number % 6 == 0 else None,
                "appeal_outcome": ("OVERTURNED" if number % 12 else "UPHELD") if number % 6 == 0 else None,
            }
        )
    return rows


def _show(ledger: Ledger, client: str, *, as_of: date, count: int) -> None:
    ledger.show("payment_trends", _payments(count), client=client, as_of=as_of)
    ledger.show("denial_trends", _denials(count // 5), client=client, as_of=as_of)


@pytest.fixture
def client(office: Office) -> str:
    """A client with a year of payments and denials, copied."""
    ledger = Ledger(office.database)
    client = ledger.client("Practice Harbor Billing")
    _show(ledger, client, as_of=TODAY, count=1_500)
    assert refresh_copy(office.database, office.settings, office.actor, client) is not None
    return client


@pytest.fixture
def web(environment: dict[str, str]) -> Iterator[str]:
    with running_web(environment) as url:
        yield url


def _click_mark(visit: Visit, number: int, *, chart: int) -> None:
    marks = visit.page.locator(".js-plotly-plot").nth(chart).locator(".point path, path.point")
    marks.nth(number).scroll_into_view_if_needed()
    box = marks.nth(number).bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.settle()


def _told(visit: Visit, noun: str) -> tuple[int, Decimal]:
    """Rows and sum in the sentence above the rows."""
    said = visit.page.get_by_text(re.compile(rf"\d {noun}s? · -?\$"))
    expect(said).to_be_visible()
    found = re.search(rf"([\d,]+) {noun}s? · (-?)\$([\d,]+\.\d\d)", said.inner_text())
    assert found
    return int(found[1].replace(",", "")), Decimal(found[2] + found[3].replace(",", ""))


def test_a_payer_opens_its_denied_charges(browser: Browser, web: str, client: str) -> None:
    since = TODAY - timedelta(days=89)
    rows = [
        row
        for row in _denials(300)
        if row["charge_primary_payer_name"] == PAYERS[0]
        and row["payment_entered"] >= since
        and row["payment_entered"] == row["charge_primary_payment_date"]
        and row["unpaid_reason_code_s"] not in ("18", "22")
    ]
    with looking(browser, web, 1280, "light", height=1600) as visit:
        visit.open(f"/denials?client={client}&payer={PAYERS[0].replace(' ', '+')}")
        visit.await_text("Gross charges denied initially, by payer")
        _click_mark(visit, 0, chart=1)
        assert _told(visit, "denied charge") == (len(rows), sum(row["charge_amount"] for row in rows))
        visit.press("Back to the figure")
        visit.settle()
        expect(visit.page.get_by_text(re.compile(r"\d denied charges? · \$"))).to_have_count(0)


def test_wrong_dates_open_their_payment_lines(browser: Browser, web: str, client: str) -> None:
    wrong = [
        row
        for row in _payments(1_500)
        if row["payment_entered"] < row["payment_received"] and row["payment_entered"] >= TODAY - timedelta(days=89)
    ]
    with looking(browser, web, 1280, "light", height=2400) as visit:
        visit.open(f"/payments?client={client}")
        visit.await_text("Payment lines by days from receipt to posting")
        _click_mark(visit, 0, chart=3)
        assert _told(visit, "payment line") == (len(wrong), sum(row["payment_total_paid"] for row in wrong))

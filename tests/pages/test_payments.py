"""Payments in the states that need no browser: the key figures, the clock, wrong dates with their rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.integration.views.ledger import Ledger
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/payments.py"
TODAY = datetime.now(UTC).date()


def _paid(number: int, amount: str, payer: str | None = "Aetna", *, late: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "payment_id": f"p{number}",
        "charge_id": str(number),
        "charge_primary_payer_name": payer,
        "charge_from_date": TODAY - timedelta(days=40),
        "payment_received": TODAY - timedelta(days=late),
        "payment_entered": TODAY,
        "insurance_paid_amount": Decimal(amount),
        "payment_total_paid": Decimal(amount),
        "payment_unapplied_amount": Decimal(0),
        **more,
    }


@pytest.fixture
def client(ledger: Ledger) -> str:
    """A client that was paid 300 today, 60 of it taken back, 15 on no charge, and one line dated wrongly."""
    client = ledger.client("Harbor")
    rows = [
        _paid(1, "200.00"),
        _paid(2, "85.00", "Cigna", late=4),
        _paid(3, "-60.00"),
        _paid(4, "15.00", late=-3, payment_unapplied_amount=Decimal("15.00")),
    ]
    ledger.show("payment_trends", rows, client=client, as_of=TODAY)
    return client


def _cards(page: AppTest) -> dict[str, str]:
    assert not page.exception, page.exception
    return {metric.label: metric.value for metric in page.metric}


def test_the_headline_is_that_of_the_key_figures(open_address: Open, client: str) -> None:
    cards = _cards(open_address(PAGE, client=client))
    assert cards["Payments"] == "$240"
    assert cards["Posting turnaround"] == "0 days"
    assert cards["Payment velocity"] == "40 days"
    assert cards["Unapplied payments"] == "$15"


def test_wrong_dates_are_told_with_their_rows(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client)
    assert "1 payment line posted before received" in page.expander[0].label
    (table,) = page.expander[0].dataframe
    assert list(table.value["payment_id"]) == ["p4"]
    assert list(table.value["posting_turnaround_days"]) == [-3]


def test_right_dates_need_no_telling(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client, payer="Cigna")
    assert _cards(page)["Payments"] == "$85" and not page.expander


def test_the_clock_is_said(open_address: Open, client: str) -> None:
    assert "**Payments by month of posting, refunds and reversals below zero**" in said(open_address(PAGE))
    received = said(open_address(PAGE, client=client, clock="received"))
    assert "**Payments by month received, refunds and reversals below zero**" in received


def test_without_data_the_page_leads_to_the_reports(open_address: Open, ledger: Ledger) -> None:
    ledger.client("Empty")
    page = open_address(PAGE)
    assert not page.exception and not page.metric
    assert "No data yet." in said(page)


def test_filters_that_leave_nothing_say_so(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client, payer="Nobody")
    assert not page.exception and not page.metric
    assert "No rows for these filters." in said(page)
    press(page, "Reset filters")
    assert _cards(page)["Payments"] == "$240"

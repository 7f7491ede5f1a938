"""Denials in the states that need no browser: the key figures, what reports cannot tell, nothing at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests
from streamlit.testing.v1 import AppTest

from lib.analytics.subjects.denials import Split
from lib.core.database import Database
from lib.core.settings import Settings
from tests.integration.api.in_process import TOKEN, api_of
from tests.integration.views.ledger import Ledger
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/denials.py"
TODAY = datetime.now(UTC).date()


def _answer(number: int, amount: str, payer: str = "Aetna", **more: Any) -> dict[str, Any]:
    day = TODAY - timedelta(days=20)
    return {
        "charge_id": str(number),
        "claim_id": f"k{number}",
        "charge_amount": Decimal(amount),
        "charge_primary_payer_name": payer,
        "payment_entered": day,
        "payment_received": day,
        **more,
    }


def _paid(number: int, amount: str, payer: str = "Aetna") -> dict[str, Any]:
    return _answer(number, amount, payer, insurance_paid_amount=Decimal("1.00"), payment_total_paid=Decimal("1.00"))


def _denied(number: int, amount: str, code: str, payer: str = "Aetna", **more: Any) -> dict[str, Any]:
    first = {"charge_primary_payment_date": TODAY - timedelta(days=20)}
    return _answer(number, amount, payer, unpaid_reason_code_s=code, **(first | more))


@pytest.fixture
def client(ledger: Ledger) -> str:
    """A client with four claims of 100 answered, of which one was denied for want of approval, one as not needed."""
    client = ledger.client("Harbor")
    ledger.show("payment_trends", [_paid(1, "100"), _paid(2, "100")], client=client, as_of=TODAY)
    rows = [_denied(3, "100", "197", "Cigna"), _denied(4, "100", "50")]
    ledger.show("denial_trends", rows, client=client, as_of=TODAY)
    return client


def _cards(page: AppTest) -> dict[str, str]:
    assert not page.exception, page.exception
    return {metric.label: metric.value for metric in page.metric}


def test_the_headline_says_how_often_and_what_could_be_prevented(open_address: Open, client: str) -> None:
    cards = _cards(open_address(PAGE, client=client))
    assert cards["Denial rate, claims"] == "50.0 %"
    assert cards["Denial rate, dollars"] == "50.0 %"
    assert cards["Preventable share"] == "50.0 %"


def test_a_payer_narrows_every_figure(open_address: Open, client: str) -> None:
    cards = _cards(open_address(PAGE, client=client, payer="Cigna"))
    assert (cards["Denial rate, claims"], cards["Preventable share"]) == ("100.0 %", "100.0 %")


def test_one_switch_tells_denials_apart(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client)
    for split in Split:
        next(each for each in page.button_group if "Provider" in each.options).set_value(split).run()
        assert not page.exception
        assert f"**Gross charges denied initially, by {split.words}**" in said(page)
        assert f"**Denial rate of claims by {split.words}**" in said(page)


def test_reports_that_cannot_tell_initial_denials_get_no_rate(open_address: Open, ledger: Ledger) -> None:
    client = ledger.client("Without dates")
    ledger.show("payment_trends", [_paid(1, "100")], client=client, as_of=TODAY)
    row = _denied(2, "100", "16", charge_primary_payment_date=None)
    ledger.show("denial_trends", [row], client=client, as_of=TODAY)
    page = open_address(PAGE, client=client)
    assert _cards(page)["Denial rate, claims"] == _cards(page)["Preventable share"] == "–"
    assert "Rates need columns that the saved reports lack." in said(page)
    assert "**Denial rate by month" not in said(page)
    assert "**All denied charges by category" in said(page)


def test_of_several_clients_one_whose_reports_cannot_tell_is_left_out_and_named(
    open_address: Open, database: Database, settings: Settings, ledger: Ledger, client: str
) -> None:
    plain = ledger.client("Without dates")
    ledger.show("payment_trends", [_paid(1, "900")], client=plain, as_of=TODAY)
    ledger.show("denial_trends", [_denied(2, "900", "16", charge_primary_payment_date=None)], client=plain, as_of=TODAY)
    page = open_address(PAGE)
    assert _cards(page)["Denial rate, claims"] == _cards(page)["Denial rate, dollars"] == "50.0 %"
    words = said(page).replace("\\", "")
    assert "Without Without dates: The saved report “denial_trends” lacks charge_primary_payment_date" in words
    overview = said(open_address("pages/overview.py")).replace("\\", "")
    assert "Without dates is left out. The saved report “denial_trends” lacks charge_primary_payment_date" in overview
    with api_of(settings, database) as api:
        told = requests.get(f"{api}/v1/denial-trends", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20).json()
    assert (told["rate"]["value"], told["rate"]["clients"]) == ("0.5", [client])
    assert [each["client_id"] for each in told["rate"]["left_out"]] == [plain]
    by_figure = {each["figure"]: sum(Decimal(part["amount"]) for part in each["parts"]) for each in told["figures"]}
    # What is rated is of the one; what became of denials is of both.
    assert (by_figure["dollars_by_payer"], by_figure["outcomes"]) == (Decimal(200), Decimal(1100))


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
    assert _cards(page)["Denial rate, claims"] == "50.0 %"

"""The Overview without a browser: figures with their definitions, clients, links and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from streamlit.testing.v1 import AppTest

from lib.ui.navigation import AR_AGING, BILLING, DENIALS, PAYMENTS
from tests.integration.views.ledger import Ledger
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/overview.py"
TODAY = datetime.now(UTC).date()


def _books(ledger: Ledger, name: str, balance: str, payer: str = "Aetna") -> str:
    """A client with one open balance and gross charges of $10 a day."""
    client = ledger.client(name)
    charge = {
        "charge_id": "1",
        "charge_from_date": TODAY - timedelta(days=100),
        "charge_entered_date": TODAY - timedelta(days=60),
        "charge_primary_payer_name": payer,
        "charge_amount": Decimal("900.00"),
    }
    ledger.show("ar_aging", [charge | {"charge_balance": Decimal(balance)}], client=client, as_of=TODAY)
    ledger.show("gross_billing", [charge], client=client, as_of=TODAY)
    return client


def _cards(page: AppTest) -> dict[str, str]:
    assert not page.exception, page.exception
    return {metric.label: metric.value for metric in page.metric}


def test_without_data_the_page_leads_to_the_reports(open_address: Open, ledger: Ledger) -> None:
    ledger.client("Empty")
    page = open_address(PAGE)
    assert not page.exception
    assert "No data yet." in said(page) and not page.metric
    assert "Key figures come with the reports" in said(page)


def test_each_card_has_its_value_or_says_what_is_missing(open_address: Open, ledger: Ledger) -> None:
    client = _books(ledger, "Harbor", "450.00")
    page = open_address(PAGE, client=client)
    cards = _cards(page)
    assert len(cards) == 9
    assert (cards["Days in AR"], cards["AR over 90 days"]) == ("45 days", "100.0 %")
    assert (cards["Payments"], cards["Unapplied payments"]) == ("–", "–")
    assert "No rows of the report payment trends are loaded" in said(page)


def test_the_definition_says_all_that_makes_a_figure_provable(open_address: Open, ledger: Ledger) -> None:
    page = open_address(PAGE, client=_books(ledger, "Harbor", "450.00"))
    told = said(page)
    for part in ("Days in AR: 45 days", "**Formula**", "**Numerator**", "450", "**Denominator**", "÷ 90", "**Window**",
                 "**Date basis**", "**Exclusions**", "**Rows**", "**As of**", "**Definition version**"):  # fmt: skip
        assert part in told, part


def test_each_card_leads_to_the_page_that_explains_it_with_the_filters(open_address: Open, ledger: Ledger) -> None:
    page = open_address(PAGE, client=_books(ledger, "Harbor", "450.00"), payer="Aetna")
    links = [link.proto for link in page.get("page_link")]
    for target in (AR_AGING, BILLING, DENIALS, PAYMENTS):
        name = target.removeprefix("pages/").removesuffix(".py")
        found = [link for link in links if link.page == name]
        assert found and all("payer=Aetna" in link.query_string for link in found), name


def test_clients_are_ranked_and_a_click_narrows_to_one(open_address: Open, ledger: Ledger) -> None:
    _books(ledger, "Few days", "90.00")
    second = _books(ledger, "Many days", "900.00", payer="Cigna")
    page = open_address(PAGE)
    table = page.dataframe[0].value
    assert list(table["Client"]) == ["Many days", "Few days"]
    assert list(table["AR days"]) == [90.0, 9.0]
    offered = [button.proto.label for button in page.get("download_button")]
    assert offered == ["Excel", "CSV", "Parquet", "About, as text"]
    assert _cards(page)["Days in AR"] == "49.5 days"
    page.session_state["overview_clients"] = {"selection": {"rows": [], "columns": [], "cells": [(0, "Client")]}}
    page.run()
    assert page.query_params["client"] in (second, [second])
    assert _cards(page)["Days in AR"] == "90 days" and not page.dataframe
    press(page, "All clients")
    assert _cards(page)["Days in AR"] == "49.5 days" and len(page.dataframe) == 1


def test_filters_reach_every_figure(open_address: Open, ledger: Ledger) -> None:
    _books(ledger, "First", "90.00")
    _books(ledger, "Second", "900.00", payer="Cigna")
    assert _cards(open_address(PAGE, payer="Cigna"))["Days in AR"] == "90 days"
    assert _cards(open_address(PAGE, clock="entered"))["AR over 90 days"] == "0.0 %"


def test_one_clients_figures_are_never_shown_for_another(open_address: Open, ledger: Ledger) -> None:
    first, second = _books(ledger, "First", "90.00"), _books(ledger, "Second", "900.00")
    assert _cards(open_address(PAGE, client=first))["Days in AR"] == "9 days"
    assert _cards(open_address(PAGE, client=second))["Days in AR"] == "90 days"
    assert _cards(open_address(PAGE, client=first))["Days in AR"] == "9 days"

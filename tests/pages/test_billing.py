"""Billing and Performance in the states that need no browser: headlines, tabs, what is missing, what is clicked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from lib.analytics.reading.views import Dimension
from tests.integration.views.ledger import Ledger
from tests.pages.biller import press, said
from tests.pages.conftest import Open

BILLING, PERFORMANCE = "pages/billing.py", "pages/performance.py"
EXPORTS = ["Excel", "CSV", "Parquet", "About, as text"]
TODAY = datetime.now(UTC).date()


def _charge(number: int, amount: str, *, lag: int, billed: bool = True, **more: object) -> dict[str, object]:
    return {
        "charge_id": str(number),
        "charge_claim_id": f"k{number}",
        "charge_amount": Decimal(amount),
        "charge_from_date": TODAY - timedelta(days=lag),
        "charge_entered_date": TODAY,
        "claim_first_billed_date": TODAY if billed else None,
        "charge_primary_payer_name": "TEST Payer",
        "rendering_provider_name": "TEST Amber",
        **more,
    }


@pytest.fixture
def client(ledger: Ledger) -> str:
    """A client with three charges, one of them late after three days and two after one."""
    client = ledger.client("Harbor")
    rows = [_charge(1, "100.00", lag=0), _charge(2, "60.00", lag=2), _charge(3, "40.00", lag=9, billed=False)]
    ledger.show("gross_billing", rows, client=client, as_of=TODAY)
    return client


def _cards(page: AppTest) -> dict[str, str]:
    assert not page.exception, page.exception
    return {metric.label: metric.value for metric in page.metric}


def _open(page: AppTest, name: str, tab: str) -> AppTest:
    page.session_state[f"{name}_tab"] = tab
    page.run()
    assert not page.exception, page.exception
    return page


@pytest.mark.parametrize("address", [BILLING, PERFORMANCE])
def test_without_data_the_page_leads_to_the_reports(open_address: Open, ledger: Ledger, address: str) -> None:
    ledger.client("Empty")
    page = open_address(address)
    assert not page.exception
    assert "No data yet." in said(page) and not page.metric
    assert any("Load reports" in str(link.proto) for link in page.get("page_link"))


def test_the_headline_is_that_of_the_key_figures(open_address: Open, client: str) -> None:
    cards = _cards(open_address(BILLING, client=client))
    assert cards == {
        "Charges entered": "$200",
        "Charge lag": "2 days",
        "Billing lag": "0 days",
        "Late charges": "33.3 %",
    }


def test_the_days_after_which_a_charge_is_late_are_chosen_and_kept(open_address: Open, client: str) -> None:
    page = _open(open_address(BILLING, client=client), "billing", "Late charges")
    assert "Charges entered more than 3 days after service, by provider" in said(page)
    page.number_input[0].set_value(1).run()
    assert _cards(page)["Late charges"] == "66.7 %"
    assert "Charges entered more than 1 days after service, by provider" in said(page)
    assert _cards(_open(page, "billing", "Charges"))["Late charges"] == "66.7 %"


def test_what_is_not_billed_stands_beside_the_lags(open_address: Open, client: str) -> None:
    words = said(_open(open_address(BILLING, client=client), "billing", "Lags"))
    assert "Unbilled gross charges by days since entry" in words and "1 charge, 0 days old" in words.replace("\\", "")


def test_a_column_that_the_saved_report_lacks_is_named_and_not_taken_for_unbilled(
    open_address: Open, ledger: Ledger
) -> None:
    plain = ledger.client("Plain")
    ledger.show("gross_billing", [_charge(1, "9.00", lag=1, billed=False)], client=plain, as_of=TODAY)
    words = said(_open(open_address(BILLING, client=plain), "billing", "Lags")).replace("\\", "")
    assert "lacks claim_first_billed_date; add “Claim First Billed Date” to it." in words
    assert "Unbilled gross charges" not in words and "Charge lag: charges by days from service to entry" in words


def test_of_several_clients_one_that_lacks_a_column_is_left_out_and_named(
    open_address: Open, ledger: Ledger, client: str
) -> None:
    plain = ledger.client("Plain")
    ledger.show("gross_billing", [_charge(1, "9.00", lag=1, billed=False)], client=plain, as_of=TODAY)
    words = said(_open(open_address(BILLING), "billing", "Lags")).replace("\\", "")
    assert "Plain is left out. The saved report “gross_billing” lacks claim_first_billed_date" in words
    assert "Unbilled gross charges by days since entry" in words and "1 charge, 0 days old" in words


@pytest.mark.parametrize("tab", ["Holds", "Claim stages", "Revenue", "Patient-day rate"])
def test_a_part_whose_report_never_came_says_so(open_address: Open, client: str, tab: str) -> None:
    assert "No data yet." in said(_open(open_address(BILLING, client=client), "billing", tab))


@pytest.mark.parametrize("tab", ["Productivity", "Time", "Write-offs"])
def test_so_does_a_part_of_performance(open_address: Open, ledger: Ledger, client: str, tab: str) -> None:
    ledger.show("quadrant_performance", [{"charge_id": "1"}], client=client, as_of=TODAY)
    assert "No data yet." in said(_open(open_address(PERFORMANCE, client=client), "performance", tab))


def test_every_part_is_drawn_from_its_own_report(open_address: Open, ledger: Ledger, client: str) -> None:
    charge = {"charge_id": "1", "charge_amount": Decimal("10.00"), "charge_from_date": TODAY}
    for report, row in (
        ("charges_on_hold", {"claim_status": "ON HOLD", "charge_set_to_status": "HOLD - CODING"}),
        ("claim_stage_breakdown", {"claim_status": "CLAIM AT INSURANCE"}),
        ("rev_rec_charges", {}),
        ("pdr3_calculator", {"charge_from_date": TODAY.replace(day=1) - timedelta(days=1), "charge_patient_id": "7"}),
    ):
        ledger.show(report, [charge | row], client=client, as_of=TODAY)
    page = open_address(BILLING, client=client)
    for tab, words in (
        ("Holds", "Gross charges on hold by reason"),
        ("Claim stages", "Where claims stand, gross charges by stage"),
        ("Revenue", "Charges and what was paid on them, by month of service"),
        ("Patient-day rate", "Patient-day rate (PDR3)"),
    ):
        assert words in said(_open(page, "billing", tab)), tab


def test_filters_that_leave_nothing_say_so_and_offer_themselves_away(open_address: Open, client: str) -> None:
    page = open_address(BILLING, client=client, payer="Nobody")
    assert "No rows for these filters." in said(page)
    press(page, "Reset filters")
    assert _cards(page)["Charges entered"] == "$200"


def test_performance_draws_each_part_from_its_own_report(open_address: Open, ledger: Ledger, client: str) -> None:
    paid = {"charge_id": "1", "charge_amount": Decimal("10.00"), "payment_total_paid": Decimal("6.00")}
    day = {"payment_entered": TODAY, "practice_name": "North"}
    ledger.show("quadrant_performance", [paid | day], client=client, as_of=TODAY)
    page = open_address(PERFORMANCE, client=client)
    assert set(_cards(page)) == {
        "Gross collection rate",
        "Net collection rate",
        "Write-off rate",
        "Denial write-offs",
    }
    assert "The saved report lacks the column Facility Name" in said(page)
    page.button_group(key="performance_dimension").set_value(Dimension.PRACTICE).run()
    assert "Volume and yield by practice, date posted" in said(page)
    assert page.dataframe[0].value["Quadrant"].tolist() == ["high volume, high yield"]
    assert page.dataframe[0].value["Yield"].tolist() == [60.0]
    assert _offered(page) == EXPORTS
    note = {"created_by_user": "amber", "claim_id": "7", "last_note_date_max": TODAY, "note_count_cntunq": 2}
    ledger.show("rcm_productivity", [note], client=client, as_of=TODAY)
    time = {"user_name": "amber", "task_name": "Appeals", "minutes_spent": Decimal(90), "work_date": TODAY}
    ledger.show("user_time_spread", [time], client=client, as_of=TODAY)
    written = {"charge_id": "1", "adjustment_amount": Decimal("3.00"), "adjustment_entered": TODAY}
    unnamed = {"charge_id": "2", "patient_total_credits": Decimal("2.00"), "adjustment_entered": TODAY}
    ledger.show("write_off_trends", [written, unnamed], client=client, as_of=TODAY)
    for tab, words in (
        ("Productivity", "Claims worked by user and week, latest note"),
        ("Time", "Hours by user and task, day of the work"),
        ("Write-offs", "Adjustments and write-offs by kind and month posted"),
    ):
        assert words in said(_open(page, "performance", tab)), tab
        assert _offered(page) == (EXPORTS if tab == "Productivity" else []), tab
    assert "1 adjustment without Adjustment Amount: Patient Total Credits of the same" in said(page).replace("\\", "")


def _offered(page: AppTest) -> list[str]:
    return [button.proto.label for button in page.get("download_button")]

"""AR aging in the states that need no browser, and what every analytics page owes to filters, address and scope."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from lib.claim_status.model import ClaimAnswer, Outcome
from lib.claim_status.store import Place, keep_answers
from lib.core import clients
from lib.core.actor import shell_user
from lib.core.database import APP_ROLE, Database, as_owner
from lib.core.settings import Settings
from tests.integration.views.ledger import Ledger
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/ar_aging.py"
TODAY = datetime.now(UTC).date()


def _charge(number: int, balance: str, payer: str | None = "Aetna", *, days: int = 10, **more: object) -> dict:
    return {
        "charge_id": str(number),
        "charge_balance": Decimal(balance),
        "charge_balance_due_ins": Decimal(balance),
        "charge_from_date": TODAY - timedelta(days=days),
        "charge_entered_date": TODAY - timedelta(days=1),
        "charge_primary_payer_name": payer,
        **more,
    }


@pytest.fixture
def client(ledger: Ledger) -> str:
    """A client with 300 open, 100 of it over 90 days old, and a credit."""
    client = ledger.client("Harbor")
    rows = [
        _charge(1, "200.00", claim_id="C1"),
        _charge(2, "100.00", "Cigna", days=95, practice_name="North"),
        _charge(3, "-40.00", days=200),
    ]
    ledger.show("ar_aging", rows, client=client, as_of=TODAY)
    return client


def _cards(page: AppTest) -> dict[str, str]:
    assert not page.exception, page.exception
    return {metric.label: metric.value for metric in page.metric}


def test_without_data_the_page_leads_to_the_reports(open_address: Open, ledger: Ledger) -> None:
    ledger.client("Empty")
    page = open_address(PAGE)
    assert not page.exception
    assert "No data yet." in said(page) and not page.metric
    assert any("Load reports" in str(link.proto) for link in page.get("page_link"))


def test_the_headline_answers_what_is_open_and_how_old(open_address: Open, client: str) -> None:
    cards = _cards(open_address(PAGE, client=client))
    assert cards["Open AR"] == "$300"
    assert cards["Over 90 days"] == "33.3 %"
    assert cards["Over 120 days"] == "0.0 %"


def test_the_clock_moves_every_card(open_address: Open, client: str) -> None:
    cards = _cards(open_address(PAGE, client=client, clock="entered"))
    assert (cards["Open AR"], cards["Over 90 days"]) == ("$300", "0.0 %")


def test_an_address_holds_the_filters_and_they_survive_a_change_of_page(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client, payer="Cigna")
    assert _cards(page)["Open AR"] == "$100"
    assert any(button.label == "Payer: Cigna" for button in page.button)
    for name in list(page.query_params):
        del page.query_params[name]
    page.switch_page("pages/runs.py").run()
    page.switch_page(PAGE).run()
    assert _cards(page)["Open AR"] == "$100"
    assert page.query_params["payer"] == "Cigna"


def test_a_filter_is_chosen_from_what_there_is_and_taken_away_again(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client)
    payers = next(each for each in page.multiselect if each.label == "Payer")
    assert payers.options == ["Aetna", "Cigna"]
    payers.set_value(["Aetna"]).run()
    assert _cards(page)["Open AR"] == "$200" and page.query_params["payer"] == "Aetna"
    press(page, "Payer: Aetna")
    assert _cards(page)["Open AR"] == "$300" and "payer" not in page.query_params
    page.multiselect[0].set_value(["North"]).run()
    assert _cards(page)["Open AR"] == "$100"
    press(page, "Reset")
    assert _cards(page)["Open AR"] == "$300"


def test_days_are_read_on_the_chosen_clock(open_address: Open, client: str) -> None:
    days = {"from": (TODAY - timedelta(days=30)).isoformat(), "to": TODAY.isoformat()}
    assert _cards(open_address(PAGE, client=client, **days))["Open AR"] == "$200"
    assert _cards(open_address(PAGE, client=client, clock="entered", **days))["Open AR"] == "$300"


def test_filters_that_leave_nothing_say_so_and_offer_themselves_away(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client, payer="Nobody")
    assert not page.exception and not page.metric
    assert "No rows for these filters." in said(page)
    press(page, "Reset filters")
    assert _cards(page)["Open AR"] == "$300"


def test_a_bad_address_is_told_and_the_page_is_drawn_without_it(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client, **{"from": "yesterday"})
    assert "The address holds a day or a clock that is none." in said(page)
    assert _cards(page)["Open AR"] == "$300"


def test_a_mark_in_the_address_opens_its_rows_with_what_the_payer_says_until_the_way_back(
    open_address: Open, client: str, database: Database
) -> None:
    page = open_address(PAGE, client=client, mark=["aging_payer", "Aetna", "0-30"])
    assert "Aetna · 0\\-30 days · 1 charge" in said(page) and "payer_says" not in page.dataframe[-1].value
    answer = ClaimAnswer(claim_number="FC1", account_number="C1", outcome=Outcome.DENIED, status="Finalized")
    with database.session(shell_user("tester")) as session:
        keep_answers(session, client, Place(payer="uhc", tin="123456789", payer_id="87726"), [answer])
    page = open_address(PAGE, client=client, mark=["aging_payer", "Aetna", "0-30"])
    assert [said.partition(",")[0] for said in page.dataframe[-1].value["payer_says"]] == ["denied"]
    press(page, "Back to the figure")
    assert "1 charge" not in said(page) and "mark" not in page.query_params
    gone = open_address(PAGE, client=client, mark=["aging_payer", "Nobody", "0-30"])
    assert "is not among what is shown" in said(gone) and "mark" not in gone.query_params


def test_one_figure_that_cannot_be_read_leaves_the_others(
    open_address: Open, client: str, ledger: Ledger, settings: Settings
) -> None:
    with as_owner(settings) as owner, owner.cursor() as cursor:
        cursor.execute(f"REVOKE SELECT ON reporting.gross_billing_view FROM {APP_ROLE}")
    page = open_address(PAGE, client=client)
    cards = _cards(page)
    assert cards["Open AR"] == "$300" and cards["Days in AR"] == "–"
    assert "This could not be read" in said(page)


def test_old_data_says_since_when(open_address: Open, ledger: Ledger) -> None:
    client = ledger.client("Late")
    ledger.show("ar_aging", [_charge(1, "5.00")], client=client, as_of=TODAY - timedelta(days=12))
    page = open_address(PAGE, client=client)
    assert "12 days old." in said(page)
    assert _cards(page)["Open AR"] == "$5"


def test_what_one_client_has_computed_is_never_shown_for_another(
    open_address: Open, ledger: Ledger, client: str
) -> None:
    other = ledger.client("Summit")
    ledger.show("ar_aging", [_charge(9, "7.00")], client=other, as_of=TODAY)
    assert _cards(open_address(PAGE, client=client))["Open AR"] == "$300"
    assert _cards(open_address(PAGE, client=other))["Open AR"] == "$7"
    assert _cards(open_address(PAGE))["Open AR"] == "$307"
    assert _cards(open_address(PAGE, clients=other))["Open AR"] == "$7"
    assert _cards(open_address(PAGE, client=client))["Open AR"] == "$300"


def test_a_newer_package_is_shown_at_the_next_look(open_address: Open, ledger: Ledger) -> None:
    client = ledger.client("Growing")
    today = date.today()
    ledger.show("ar_aging", [_charge(1, "5.00")], client=client, account="1", as_of=today)
    page = open_address(PAGE, client=client)
    assert _cards(page)["Open AR"] == "$5"
    ledger.show("ar_aging", [_charge(2, "6.00")], client=client, account="2", as_of=today)
    page.run()
    assert _cards(page)["Open AR"] == "$11"


def test_an_address_of_a_client_outside_is_no_way_in(open_address: Open, client: str, ledger: Ledger) -> None:
    assert clients.list_clients(ledger.database, ledger.actor)
    page = open_address(PAGE, clients="999999")
    assert _cards(page)["Open AR"] == "$300", "an unknown client narrows nothing and shows nothing of its own"

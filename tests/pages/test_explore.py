"""Explore and saved views in the states that need no browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.analytics.explore.exploration import ColumnFilter, Exploration, Narrow
from lib.analytics.explore.saved_views import SavedView, ViewSettings, change_view, list_views, save_view
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.views import Dimension
from lib.core.actor import shell_user
from lib.core.audit.search import Search, search
from lib.core.database import Database
from tests.integration.views.ledger import Ledger
from tests.pages.biller import press, said
from tests.pages.conftest import Open
from tests.signed_in import PERSON

PAGE = "pages/explore.py"
TODAY = datetime.now(UTC).date()


def _charge(number: int, balance: str, payer: str | None) -> dict[str, Any]:
    return {
        "charge_id": str(number),
        "patient_full_name": f"TEST, Amber {number}",
        "charge_balance": Decimal(balance),
        "charge_from_date": TODAY - timedelta(days=number),
        "charge_entered_date": TODAY,
        "charge_primary_payer_name": payer,
        "practice_name": "North" if number % 2 else "South",
    }


@pytest.fixture
def client(ledger: Ledger) -> str:
    """A client with 1 to 6 dollars open at three payers, one of them without a name."""
    client = ledger.client("Harbor")
    payers = ("Aetna", "Cigna", None)
    rows = [_charge(number, f"{number}.00", payers[number % 3]) for number in range(1, 7)]
    ledger.show("ar_aging", rows, client=client, as_of=TODAY)
    return client


def _field(page: AppTest, kind: str, label: str) -> Any:
    assert not page.exception, page.exception
    return next(each for each in page.get(kind) if each.label == label)


def _group(page: AppTest, *columns: str) -> AppTest:
    _field(page, "multiselect", "Group by").set_value(list(columns)).run()
    return _add(page, "charge_balance")


def _add(page: AppTest, *columns: str) -> AppTest:
    return _field(page, "multiselect", "Add up").set_value(list(columns)).run()


def _menu(page: AppTest, name: str = "explore") -> AppTest:
    page.session_state[f"{name}_saved_views"] = True
    return page.run()


def test_without_data_the_page_leads_to_the_reports(open_address: Open, ledger: Ledger) -> None:
    ledger.client("Empty")
    page = open_address(PAGE)
    assert not page.exception and "No data yet." in said(page) and not page.dataframe


def test_rows_come_first_without_anybodys_name(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client)
    table = page.dataframe[0].value
    assert len(table) == 6 and "patient_full_name" not in table.columns
    assert "6 rows" in said(page) and "Balance \\$21\\.00" in said(page)


def test_any_view_can_be_chosen_and_stands_in_the_address(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client)
    view = page.selectbox[1]
    view.set_value("gross_billing_view").run()
    assert page.query_params["view"] in ("gross_billing_view", ["gross_billing_view"])
    assert "Charges come with" in said(page)
    unknown = open_address(PAGE, client=client, view="pg_authid")
    assert "There is no view “pg_authid”." in said(unknown) and len(unknown.dataframe[0].value) == 6


def test_columns_narrow_by_what_they_hold(open_address: Open, client: str) -> None:
    page = open_address(PAGE, client=client)
    narrowed = ["charge_primary_payer_name", "charge_balance", "charge_from_date", "is_credit"]
    _field(page, "multiselect", "Narrow by columns").set_value(narrowed).run()
    assert len(page.dataframe[0].value) == 6
    payers = _field(page, "multiselect", "Payer is one of")
    assert payers.options == ["Aetna", "Cigna", "(none)"]
    payers.set_value(["Aetna", None]).run()
    assert len(page.dataframe[0].value) == 4
    _field(page, "number_input", "Balance from").set_value(4.0).run()
    assert "Balance \\$11\\.00" in said(page) and len(page.dataframe[0].value) == 2
    _field(page, "number_input", "Balance from").set_value(3.0).run()
    _field(page, "date_input", "DOS to").set_value(TODAY - timedelta(days=4)).run()
    assert sorted(page.dataframe[0].value["charge_balance"]) == [5.0, 6.0]


def test_groups_add_up_and_a_click_opens_exactly_their_rows(open_address: Open, client: str) -> None:
    page = _group(open_address(PAGE, client=client), "charge_primary_payer_name")
    table = page.dataframe[0].value
    assert table.values.tolist() == [["Aetna", 2, 9.0], ["(none)", 2, 7.0], ["Cigna", 2, 5.0]]
    key = page.dataframe[0].proto.id.split("-", 2)[2]
    page.session_state["explore_picked"] = "groups_table"
    page.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(1, "row_count")]}}
    page.run()
    assert not page.exception
    assert "Payer \\(none\\) · 2 rows · \\$7\\.00 balance" in said(page)
    assert sorted(page.dataframe[1].value["charge_balance"]) == [2.0, 5.0]
    press(page, "Back to the groups")
    assert len(page.dataframe) == 1


def test_the_sql_that_was_asked_is_shown(open_address: Open, client: str) -> None:
    page = _group(open_address(PAGE, client=client, payer="Aetna"), "practice_name")
    (code,) = page.code
    assert "GROUP BY practice_name" in code.value and "'Aetna'" in code.value
    assert code.value.endswith("LAST;")


def test_what_was_chosen_is_still_there_after_a_look_at_another_page(open_address: Open, client: str) -> None:
    page = _group(open_address(PAGE, client=client), "practice_name")
    page.switch_page("pages/runs.py").run()
    page.switch_page(PAGE).run()
    assert _field(page, "multiselect", "Group by").value == ["practice_name"]
    assert len(page.dataframe[0].value) == 2


def _saved(database: Database, client: str) -> list[SavedView]:
    return list_views(database, PERSON, "explore", [client])


def test_a_view_is_saved_opened_renamed_shared_and_deleted(
    open_address: Open, database: Database, ledger: Ledger, client: str
) -> None:
    page = _menu(_group(open_address(PAGE, client=client, payer="Aetna"), "practice_name"))
    assert "Nothing is saved here yet." in said(page)
    _field(page, "text_input", "Save what is shown as").input("Aetna by practice")
    press(page, "Save view")
    (view,) = _saved(database, client)
    assert (view.name, view.shared) == ("Aetna by practice", False)

    ledger.client("Another")
    again = open_address(PAGE, saved=view.id)
    assert _field(again, "multiselect", "Group by").value == ["practice_name"]
    assert again.query_params["payer"] in ("Aetna", ["Aetna"]) and again.query_params["client"] in (client, [client])
    assert sum(again.dataframe[0].value["total_charge_balance"]) == 9.0

    again = _menu(again)
    _field(again, "text_input", "Name").input("Aetna, halves")
    press(again, "Rename")
    press(_menu(again), "Share")
    _group(again, "is_credit")
    press(_menu(again), "Save what is shown now")
    (view,) = _saved(database, client)
    assert (view.name, view.shared, view.version) == ("Aetna, halves", True, 4)
    assert view.settings.exploration is not None and view.settings.exploration.groups == ("is_credit",)
    press(_menu(again), "Delete")
    assert _saved(database, client) == [] and "saved" not in again.query_params


def test_what_somebody_else_changed_meanwhile_is_not_written_over(
    open_address: Open, database: Database, client: str
) -> None:
    settings = ViewSettings(filters=Filters(), exploration=Exploration(view="ar_aging_view", columns=("charge_id",)))
    view = save_view(database, PERSON, client_id=client, page="explore", name="Ids", settings=settings)
    page = _menu(open_address(PAGE, saved=view.id))
    change_view(database, PERSON, view, name="Ids of charges")
    press(page, "Save what is shown now")
    assert "“Ids of charges” was changed meanwhile by tester." in said(page)
    assert _saved(database, client)[0].version == 2


def test_a_view_that_would_hold_a_patient_is_refused_in_a_sentence(
    open_address: Open, database: Database, client: str
) -> None:
    page = open_address(PAGE, client=client)
    _field(page, "multiselect", "Narrow by columns").set_value(["patient_full_name"]).run()
    _field(page, "multiselect", "Patient is one of").set_value(["TEST, Amber 3"]).run()
    assert len(page.dataframe[0].value) == 1
    page = _menu(page)
    _field(page, "text_input", "Save what is shown as").input("One person")
    press(page, "Save view")
    assert "A saved view may hold no patient and no claim's number: Patient." in said(page)
    assert _saved(database, client) == []
    assert not any("Amber" in str(value) for value in page.query_params.values())


def test_filters_of_any_analytics_page_are_saved_and_opened(
    open_address: Open, database: Database, client: str
) -> None:
    page = _menu(open_address("pages/ar_aging.py", client=client, payer="Cigna"), "ar_aging")
    _field(page, "text_input", "Save what is shown as").input("Cigna")
    press(page, "Save view")
    (view,) = list_views(database, PERSON, "ar_aging", [client])
    assert view.settings == ViewSettings(filters=Filters(chosen={Dimension.PAYER: ("Cigna",)}))
    again = open_address("pages/ar_aging.py", saved=view.id)
    assert again.query_params["payer"] in ("Cigna", ["Cigna"])
    gone = open_address("pages/ar_aging.py", saved="999")
    assert not gone.exception and "There is no saved view 999 here." in said(gone)


def test_a_saved_view_whose_columns_are_no_more_still_opens(
    open_address: Open, database: Database, client: str
) -> None:
    old = Exploration(
        view="ar_aging_view",
        columns=("charge_id", "gone"),
        groups=("practice_name", "gone_too"),
        filters=(ColumnFilter(column="gone", test=Narrow.ONE_OF, values=("x",)),),
        sort="gone",
    )
    settings = ViewSettings(filters=Filters(), exploration=old)
    view = save_view(database, PERSON, client_id=client, page="explore", name="Old", settings=settings)
    page = open_address(PAGE, saved=view.id)
    assert not page.exception and len(page.dataframe[0].value) == 2


def test_a_look_at_rows_is_recorded_once_without_a_name(open_address: Open, client: str, database: Database) -> None:
    page = open_address(PAGE)
    page.run()
    _field(page, "selectbox", "Sort by").set_value("charge_balance").run()
    _group(page, "charge_primary_payer_name")
    wanted = Search(action="analytics:rows:read", actor=PERSON.label)
    looks = [found.event for found in search(database, shell_user("tester"), wanted).events]
    # One for the rows as they were first shown, one for another order of them, none for the groups of payers.
    assert [event.detail["rows"] for event in looks] == [6, 6]
    assert all(event.client_id == client and "charge_id" in event.detail["columns"] for event in looks)
    assert "Amber" not in str(looks)

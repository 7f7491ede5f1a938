"""The Connections page saves what is let in, shows no secret again, and tells the slower of two editors."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from jobs.office import Office
from lib.charges.params import VENDOR
from lib.core.clients import Client
from lib.core.connections import LoginTest, connection_of, list_connections
from sandbox.running import RunningVendors
from tests.conftest import Connect
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/connections.py"


@pytest.fixture
def client(connect_client: Connect) -> Client:
    return connect_client("Connected client")


def open_line(open_address: Open, client: Client) -> AppTest:
    return open_address(PAGE, connection=f"{client.id}-{VENDOR}")


def fill(page: AppTest, client: Client, name: str, value: str, version: int = 1) -> None:
    page.text_input(key=f"{name}_{client.id}-{VENDOR}_{version}").set_value(value)


def test_a_password_is_tested_when_saved_and_kept_back_when_refused(
    open_address: Open, office: Office, client: Client, practice: RunningVendors
) -> None:
    kept = connection_of(office.database, office.actor, client.id, VENDOR).secrets
    page = open_line(open_address, client)
    assert "Practice" in said(page)
    assert not [field.value for field in page.text_input if "password" in str(field.key) and field.value]
    assert kept["password"] not in str(page.main) and kept["customer_key"] not in str(page.main)

    fill(page, client, "password", "wrong-one-of-the-test")
    press(page, "Test and save")
    assert "Nothing was saved." in said(page)
    assert connection_of(office.database, office.actor, client.id, VENDOR).secrets == kept

    press(page, "Save without a test")
    assert "is saved without a test" in said(page)
    assert (
        connection_of(office.database, office.actor, client.id, VENDOR).secrets["password"] == "wrong-one-of-the-test"
    )
    press(page, "Test now")
    assert list_connections(office.database, office.actor, VENDOR)[0].tested is LoginTest.REFUSED

    fill(page, client, "password", kept["password"], version=2)
    press(page, "Test and save")
    assert "it was let in" in said(page)
    assert list_connections(office.database, office.actor, VENDOR)[0].tested is LoginTest.LET_IN
    assert "of-the-test" not in str(page.main)


def test_kept_secrets_are_sent_to_no_other_address(open_address: Open, office: Office, client: Client) -> None:
    before = connection_of(office.database, office.actor, client.id, VENDOR)
    page = open_line(open_address, client)
    fill(page, client, "url", "https://vendor.invalid/service?wsdl")
    fill(page, client, "password", "typed-anew")
    press(page, "Test and save")
    assert "kept for the address they were typed for" in said(page)
    after = connection_of(office.database, office.actor, client.id, VENDOR)
    assert (after.settings, after.secrets) == (before.settings, before.secrets)


def test_the_slower_of_two_editors_is_told_and_changes_nothing(
    open_address: Open, office: Office, client: Client
) -> None:
    slow, quick = open_line(open_address, client), open_line(open_address, client)
    fill(quick, client, "user", "quick@example.com")
    press(quick, "Test and save")
    press(quick, "Save without a test")
    fill(slow, client, "user", "slow@example.com")
    press(slow, "Test and save")
    assert "has changed this connection meanwhile." in said(slow)
    press(slow, "Save without a test")
    assert "was changed meanwhile by person:tester" in said(slow).replace("\\", "")
    assert connection_of(office.database, office.actor, client.id, VENDOR).settings["user"] == "quick@example.com"

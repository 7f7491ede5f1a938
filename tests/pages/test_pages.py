"""What the pages show in the states that need no browser to be proved."""

from __future__ import annotations

import io
import tempfile
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from jobs.office import Office
from lib.charges import service
from lib.core import clients, runs
from lib.core.clients import Client
from lib.core.runs import RunState
from sandbox.sheets import draw_sheet, write_sheet
from sandbox.sheets.model import SheetOrder
from sandbox.world import World
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGES = ("pages/overview.py", "pages/charges.py", "pages/runs.py", "pages/reports.py", "pages/explore.py")


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_office_is_told_what_to_do(open_address: Open, page: str) -> None:
    opened = open_address(page)
    assert not opened.exception
    assert "yet." in said(opened)


def test_a_client_without_a_connection_is_told_how_to_connect(open_address: Open, office: Office) -> None:
    client = clients.add_client(office.database, office.actor, "Unconnected client")
    opened = open_address(client=client.id)
    assert "Unconnected client has no Tebra connection yet." in said(opened)
    assert not opened.file_uploader


def test_the_only_client_is_chosen_without_asking(open_address: Open, client: Client) -> None:
    opened = open_address()
    assert not opened.exception
    assert opened.selectbox[0].value == client.id
    assert opened.file_uploader


def test_an_unknown_run_leads_to_the_upload_with_a_word(open_address: Open, client: Client) -> None:
    opened = open_address(client=client.id, run="999999")
    assert not opened.exception
    assert "There is no run 999999" in said(opened)
    assert opened.file_uploader


def test_an_address_keeps_the_run_and_brings_its_client(open_address: Open, office: Office, client: Client) -> None:
    clients.add_client(office.database, office.actor, "Another client")
    run_id = _upload(office, client)
    opened = open_address(run=run_id)
    assert not opened.exception
    assert opened.selectbox[0].value == client.id
    assert "day.xlsx" in said(opened)


def test_a_failed_check_says_why_and_offers_to_check_again(open_address: Open, office: Office, client: Client) -> None:
    run_id = _upload(office, client)
    service.queue_check(office.database, office.actor, run_id)
    runs.request_cancel(office.database, office.actor, run_id)
    opened = open_address(run=run_id)
    assert "This check was cancelled." in said(opened)
    press(opened, "Check again")
    assert runs.get(office.database, office.actor, run_id).state is RunState.QUEUED


def test_half_a_login_is_refused_before_anything_is_kept(open_address: Open, office: Office, client: Client) -> None:
    opened = open_address()
    _choose_file(opened)
    _field(opened, "User").input("biller@example.com")
    press(opened, "Check this sheet")
    assert "The other Tebra login is not complete." in said(opened)
    assert not runs.list_runs(office.database, office.actor, with_drafts=True)


def test_a_typed_login_stays_encrypted_with_its_run_and_leaves_the_page(
    open_address: Open, office: Office, client: Client
) -> None:
    opened = open_address()
    _choose_file(opened)
    for label, text in (("Customer key", "key-of-today"), ("User", "biller@example.com"), ("Password", "of-today")):
        _field(opened, label).input(text)
    press(opened, "Check this sheet")
    (listed,) = runs.list_runs(office.database, office.actor, with_drafts=True)
    run = runs.get(office.database, office.actor, listed.id)
    assert run.state is RunState.QUEUED
    assert run.secret and b"of-today" not in run.secret and "of-today" not in str(run.params)
    press(opened, "Another sheet")
    assert not _field(opened, "Password").value


def test_a_control_total_that_is_no_amount_is_named(open_address: Open, client: Client) -> None:
    opened = open_address()
    _choose_file(opened)
    _field(opened, "Control total of payments (optional)").input("12,x4")
    press(opened, "Check this sheet")
    assert "The control total of payments “12,x4” is not an amount." in said(opened)


def _field(page: AppTest, label: str) -> TextInput:
    return next(field for field in page.text_input if field.label == label)


def _choose_file(page: AppTest) -> None:
    page.file_uploader[0].set_value(("day.xlsx", _sheet(), "application/octet-stream"))


def _sheet() -> bytes:
    drawn = draw_sheet(World(seed=7, patients=200), SheetOrder(rows=4, seed=3, today=date.today()))
    with tempfile.TemporaryDirectory() as folder:
        write_sheet(drawn, Path(folder) / "day.xlsx")
        return (Path(folder) / "day.xlsx").read_bytes()


def _upload(office: Office, client: Client) -> str:
    return service.receive_upload(
        office.database,
        office.settings,
        office.actor,
        client_id=client.id,
        name="day.xlsx",
        content=io.BytesIO(_sheet()),
    )

"""The Claim status page takes claims in, says what it would do, asks, and shows what payers say."""

from __future__ import annotations

import pytest

from jobs.office import Office
from lib.claim_status.params import KIND
from lib.core import runs
from sandbox.running import RunningVendors
from tests.integration.claim_status.payer_desk import PayerDesk, as_csv, connect_payer
from tests.pages.biller import press, said
from tests.pages.conftest import Open

PAGE = "pages/claim_status.py"


@pytest.fixture
def desk(
    office: Office, vendors: RunningVendors, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> PayerDesk:
    vendors.uhc.reset()
    # No worker is about: a small batch is not waited for.
    monkeypatch.setattr("lib.claim_status.service.WAIT_SECONDS", 0.0)
    return connect_payer(office, vendors.uhc, environment)


def test_pasted_claims_are_checked_asked_and_shown_with_the_ssn_column_dropped(
    open_address: Open, desk: PayerDesk
) -> None:
    claims = desk.askable()[:4]
    page = open_address(PAGE, client=desk.client.id)
    assert not page.exception and "Map a practice" in said(page)
    page.segmented_control(key="claims_from").set_value("Paste").run()
    page.text_area[0].set_value(as_csv(claims, ssn="000-12-3987")).run()
    assert "4 claims can be asked for" in said(page) and "Social Security" in said(page)
    press(page, "Ask UnitedHealthcare")
    (run,) = runs.list_runs(desk.office.database, desk.office.actor, kind=KIND)
    desk.execute(run.id)
    page = open_address(PAGE, client=desk.client.id, run=run.id)
    assert not page.exception and page.metric[0].value == "4 of 4"
    (rows,) = [frame.value for frame in page.dataframe]
    assert list(rows["Claim"]) == [claim.number for claim in claims]
    assert not open_address("pages/runs.py", run=run.id).exception


def test_a_client_without_a_payer_is_told_how_to_connect_one(open_address: Open, client_id: str) -> None:
    assert "has no connection to a payer yet" in said(open_address(PAGE, client=client_id))

"""An analyst's pages show no patient, whoever looked at them before."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from lib.core.access.permissions import Role
from lib.core.database import Database
from lib.core.privacy.masks import DOTS
from lib.core.settings import Settings
from tests.integration.views.ledger import Ledger
from tests.pages.conftest import Open
from tests.signed_in import signed_in_token

PAGE = "pages/explore.py"


def test_an_analyst_sees_masks_where_a_biller_has_just_seen_patients(
    open_address: Open, settings: Settings, database: Database, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = ledger.client("Harbor")
    row = {"charge_id": "1", "patient_full_name": "TEST, Amber", "charge_balance": Decimal("5.00")}
    ledger.show("ar_aging", [row], client=client, as_of=datetime.now(UTC).date())
    assert "TEST, Amber" in _shown(_with_patients(open_address(PAGE)))
    token = signed_in_token(settings, "analyst", roles=[Role.ANALYST], clients=[client])
    monkeypatch.setattr("lib.ui.session.token_of_browser", lambda: token)
    masked = _with_patients(open_address(PAGE))
    assert DOTS in _shown(masked) and "TEST, Amber" not in _shown(masked)
    (choice,) = [box for box in masked.checkbox if box.label.startswith("De-identified")]
    assert choice.value is True and choice.disabled


def _with_patients(page: AppTest) -> AppTest:
    assert not page.exception, page.exception
    columns = next(each for each in page.multiselect if each.label.startswith("Columns"))
    return columns.set_value(["charge_id", "patient_full_name"]).run()


def _shown(page: AppTest) -> str:
    assert not page.exception, page.exception
    return "\n".join(frame.value.to_string() for frame in page.dataframe)

"""A client whose reports are loaded from the invented world, and its columnar copy."""

from __future__ import annotations

import pytest

from tests.integration.kpis.conftest import ledger, owner, readers
from tests.integration.reports.conftest import connect_reports, reports_control
from tests.integration.reports.login_desk import LoginDesk

__all__ = ["connect_reports", "ledger", "owner", "readers", "reports_control"]


@pytest.fixture
def loaded(connect_reports) -> LoginDesk:
    """A client with one account, all of its reports loaded."""
    desk = connect_reports("Meadow")
    desk.work()
    return desk

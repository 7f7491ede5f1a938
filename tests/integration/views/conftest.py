"""A ledger in a database of the test's own."""

from __future__ import annotations

import pytest

from lib.core.database import Database
from tests.integration.views.ledger import Ledger


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def owner(ledger: Ledger) -> str:
    """The client whose ledger it is."""
    return ledger.client()

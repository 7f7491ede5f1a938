"""Books in a database of the test's own, asked through the views and through their columnar copy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date

import pytest

from jobs.office import Office
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.snapshot import reader
from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.analytics.snapshot.reader import CopyReader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core.database import Database
from tests.integration.views.ledger import Ledger

#: Both readers of a client's rows, as of a day or the latest; the copy is brought up to date first.
Readers = Callable[..., tuple[Reader, Reader]]


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def owner(ledger: Ledger) -> str:
    """The client whose ledger it is."""
    return ledger.client()


@pytest.fixture
def readers(office: Office, monkeypatch: pytest.MonkeyPatch) -> Readers:
    # Engines are kept by client and packages, which have the same numbers in every test's database.
    monkeypatch.setattr(reader, "_ENGINES", type(reader._ENGINES)())

    def opened(*clients: str, as_of: date | None = None) -> tuple[Reader, Reader]:
        for client in clients:
            assert refresh_copy(office.database, office.settings, office.actor, client)
        copy = CopyReader(SnapshotFolder(office.settings), frozenset(clients), as_of=as_of)
        assert copy.knows_day()
        return ViewReader(
            office.database, dataclasses.replace(office.actor, clients=frozenset(clients)), as_of=as_of
        ), copy

    return opened

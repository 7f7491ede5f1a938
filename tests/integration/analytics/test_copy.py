"""The columnar copy says what the views say, and is one state whatever happens meanwhile."""

from __future__ import annotations

from decimal import Decimal

from lib.analytics.reading.reader import ViewReader
from lib.analytics.reading.views import views
from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.analytics.snapshot.reader import CopyReader, open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core.settings import Settings
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import Ledger


def test_every_copied_view_holds_the_rows_of_its_view(loaded: LoginDesk) -> None:
    office = loaded.office
    made = refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    assert made is not None
    copy = open_reader(office.database, office.settings, office.actor)
    assert isinstance(copy, CopyReader)
    truth = ViewReader(office.database, office.actor)
    filled = 0
    for name in views():
        question = f"SELECT * FROM reporting.{name}"
        said, told = truth.ask(question), copy.ask(question)
        assert said.columns == told.columns, name
        filled += bool(said.rows)
        assert sorted(map(_without_extras, said.records())) == sorted(map(_without_extras, told.records())), name
    assert filled >= 12


def test_the_same_question_again_is_answered_for_who_asks_and_for_what_is_loaded(
    ledger: Ledger, settings: Settings
) -> None:
    harbor, summit = ledger.client("Harbor"), ledger.client("Summit")
    ledger.show("ar_aging", [{"charge_id": "1", "charge_balance": Decimal("5.00")}], client=harbor)
    ledger.show("ar_aging", [{"charge_id": "2", "charge_balance": Decimal("7.00")}], client=summit)

    def asked(*clients: str) -> list[Decimal]:
        for client in (harbor, summit):
            refresh_copy(ledger.database, settings, ledger.actor, client)
        reader = CopyReader(SnapshotFolder(settings), frozenset(clients))
        return [
            reader.ask("SELECT sum(charge_balance) AS owed FROM reporting.ar_aging_view").first["owed"]
            for _ in range(2)
        ]

    assert asked(harbor) == [5, 5]
    assert asked(summit) == [7, 7]
    assert asked(harbor, summit) == [12, 12]
    ledger.show("ar_aging", [{"charge_id": "3", "charge_balance": Decimal("6.00")}], client=harbor, account="2")
    assert asked(harbor) == [11, 11]
    assert asked(summit) == [7, 7]


def _without_extras(record: dict[str, object]) -> str:
    # A client's own columns are JSON in one engine and its text in the other.
    return repr({name: value for name, value in record.items() if name != "extras"})

"""The columnar copy says what the views say, and is one state whatever happens meanwhile."""

from __future__ import annotations

from lib.analytics.reading import ViewReader
from lib.analytics.snapshot.reader import CopyReader, open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.analytics.views import views
from tests.integration.reports.login_desk import LoginDesk


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


def _without_extras(record: dict[str, object]) -> str:
    # A client's own columns are JSON in one engine and its text in the other.
    return repr({name: value for name, value in record.items() if name != "extras"})

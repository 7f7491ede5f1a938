"""Two people of two clients ask the same with the same filters: each is told of his own client, whatever is kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
import requests
from streamlit.testing.v1 import AppTest

from lib.analytics.explore.saved_views import ViewSettings, change_view, save_view
from lib.analytics.kpis.definitions import definitions
from lib.analytics.kpis.plain import as_object
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import ViewReader
from lib.analytics.reading.views import Dimension
from lib.analytics.snapshot.reader import CopyReader, open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core.actor import Actor
from lib.core.database import Database, open_database
from lib.core.settings import Settings, read_settings
from lib.ui.charts.drawn import short
from tests.conftest import KEY, Cluster
from tests.integration.api.in_process import TOKEN, api_of
from tests.integration.kpis.golden import Row
from tests.integration.kpis.invented_books import invent, reports
from tests.integration.views.ledger import Ledger
from tests.pages.biller import said
from tests.pages.conftest import Open, fresh_server
from tests.signed_in import PERSON, signed_in_token

DAY = date(2026, 4, 30)
PAGES = ("overview", "ar_aging", "denials", "payments", "billing", "explore")
FIGURES = tuple(definitions())


@dataclass(frozen=True, kw_only=True)
class Two:
    """A process with its pages and its API, and two people who may each see one client."""

    settings: Settings
    database: Database
    api: str
    open_page: Open
    people: dict[str, Actor]
    tokens: dict[str, str]

    def client(self, name: str) -> str:
        """The id of a person's only client."""
        return min(self.people[name].clients or ())

    def shown(self, patch: pytest.MonkeyPatch, name: str, page: str, **parameters: str) -> AppTest:
        """A page as it is drawn for one of them."""
        patch.setattr("lib.ui.session.token_of_browser", lambda: self.tokens[name])
        opened = self.open_page(f"pages/{page}.py", **parameters)
        assert not opened.exception, opened.exception
        return opened


@pytest.fixture(scope="module")
def two(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    home = tmp_path_factory.mktemp("two") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with closing(open_database(settings)) as database:
        ledger, people, tokens = Ledger(database), {}, {}
        for number, name in enumerate(("Alpha", "Omega")):
            client = ledger.client(f"TEST {name}")
            for report, rows in reports(invent(number, lines=40, days=200), DAY).items():
                ledger.show(report, [_of(name, row) for row in rows], client=client, as_of=DAY)
            assert refresh_copy(database, settings, ledger.actor, client)
            people[name] = replace(PERSON, name=name.lower(), clients=frozenset({client}))
            tokens[name] = signed_in_token(settings, name.lower(), clients=[client])
        with api_of(settings, database) as api, fresh_server(settings) as open_page:
            yield Two(settings=settings, database=database, api=api, open_page=open_page, people=people, tokens=tokens)


def _of(name: str, row: Row) -> Row:
    """The row with a payer and a place that only this client has, and one practice that both have."""
    payer = {"charge_primary_payer_name": f"TEST {name} Mutual"} if row.get("charge_primary_payer_name") else {}
    return {**row, **payer, "practice_name": "TEST Both"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_each_his_own_whoever_looked_before(two: Two, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    first = two.shown(monkeypatch, "Alpha", page, practice="TEST Both")
    other = two.shown(monkeypatch, "Omega", page, practice="TEST Both")
    again = two.shown(monkeypatch, "Alpha", page, practice="TEST Both")
    assert "Alpha" in _everything(first) and "Omega" not in _everything(first)
    assert "Omega" in _everything(other) and "Alpha" not in _everything(other)
    assert _numbers(again) == _numbers(first) != _numbers(other)


def test_the_cards_are_his_own_key_figures(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in two.people:
        truth = ViewReader(two.database, two.people[name])
        opened = two.shown(monkeypatch, name, "overview", practice="TEST Both")
        for card in opened.metric:
            definition = next(each for each in definitions().values() if each.title == card.label)
            found = kpi(truth, definition.name, Filters(chosen={Dimension.PRACTICE: ("TEST Both",)}))
            assert card.value == (short(found.value, found.unit) if found.value is not None else "–"), card.label


@pytest.mark.parametrize("page", ["overview", "denials", "explore"])
def test_an_address_that_names_the_others_client_opens_nothing_of_it(
    two: Two, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    two.shown(monkeypatch, "Omega", page)
    for parameter in ("client", "clients"):
        opened = two.shown(monkeypatch, "Alpha", page, **{parameter: two.client("Omega")})
        assert "Omega" not in _everything(opened)


def test_a_view_that_is_shared_within_a_client_stays_there(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ViewSettings(filters=Filters(chosen={Dimension.PAYER: ("TEST Omega Mutual",)}))
    view = save_view(
        two.database, two.people["Omega"], client_id=two.client("Omega"), page="ar_aging", name="Ours", settings=chosen
    )
    change_view(two.database, two.people["Omega"], view, shared=True)
    assert "TEST Omega Mutual" in _everything(two.shown(monkeypatch, "Omega", "ar_aging", saved=view.id))
    refused = two.shown(monkeypatch, "Alpha", "ar_aging", saved=view.id)
    assert "Omega" not in _everything(refused) and "Ours" not in said(refused)
    assert "saved" not in refused.query_params


def test_many_at_once_are_each_told_of_their_own(two: Two) -> None:
    """All that a process keeps is asked for by both at the same time, cold and then warm."""
    expected = {
        name: {figure: as_object(kpi(ViewReader(two.database, actor), figure)) for figure in FIGURES}
        for name, actor in two.people.items()
    }
    differ = [figure for figure in FIGURES if expected["Alpha"][figure]["value"] != expected["Omega"][figure]["value"]]
    assert len(differ) > 12

    def ask(number: int) -> bool:
        name, figure = ("Alpha", "Omega")[number % 2], FIGURES[number // 2 % len(FIGURES)]
        wanted = expected[name][figure]
        reader = open_reader(two.database, two.settings, two.people[name])
        assert isinstance(reader, CopyReader)
        exported = _post(two, client=[two.client(name)], view="ar_aging_view", format="csv") if number % 12 < 2 else ""
        told = _get(two, f"/v1/kpis/{figure}", client=two.client(name))
        return told == wanted == as_object(kpi(reader, figure)) and (
            {"Alpha": "Omega"}.get(name, "Alpha") not in exported
        )

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(4 * len(FIGURES))))


def _get(two: Two, path: str, **parameters: str) -> Any:
    found = requests.get(f"{two.api}{path}", parameters, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20)
    assert found.status_code == 200, found.text
    return found.json()


def _post(two: Two, **asked: Any) -> str:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    found = requests.post(f"{two.api}/v1/exports", json=asked, headers=headers, timeout=20)
    assert found.status_code == 200, found.text
    return found.text


def _numbers(page: AppTest) -> list[str]:
    """What the page shows as numbers: cards, tables and charts."""
    cards = [f"{metric.label} {metric.value}" for metric in page.metric]
    tables = [each.value.to_csv() for each in page.dataframe]
    return [*cards, *tables, *(each.proto.spec for each in page.get("plotly_chart"))]


def _everything(page: AppTest) -> str:
    """All that is sent to the browser."""
    sent = [str(each.proto) for each in page.main if hasattr(each, "proto")]
    return "\n".join([*sent, *_numbers(page)])

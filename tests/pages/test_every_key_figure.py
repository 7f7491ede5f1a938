"""Every key figure is one number: worked out by hand, by plain SQL, by the API, from an export, and on its page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
import requests

from lib.analytics.kpis.definitions import definition_named, definitions
from lib.analytics.kpis.plain import as_object
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import ViewReader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core.database import Database, open_database
from lib.core.settings import Settings, read_settings
from lib.ui.charts.drawn import short
from tests.conftest import KEY, Cluster
from tests.integration.api.in_process import TOKEN, api_of
from tests.integration.kpis.by_hand import BY_HAND, by_hand, views_of
from tests.integration.kpis.golden import Expect, Golden, charge
from tests.integration.kpis.ledgers import GOLDEN
from tests.integration.views.ledger import Ledger
from tests.pages.conftest import Open, fresh_server

#: Where each is drawn as a card: page, tab, and the card's title where that is not the figure's own.
SHOWN: dict[str, tuple[str, ...]] = {
    "days_in_ar": ("overview",),
    "ar_over_90": ("overview",),
    "ar_over_120": ("ar_aging", "", "Over 120 days"),
    "net_collection_rate": ("overview",),
    "gross_collection_rate": ("performance",),
    "clean_claim_rate": ("billing", "Claim stages"),
    "first_pass_resolution": ("billing", "Claim stages"),
    "denial_rate_claims": ("overview",),
    "denial_rate_dollars": ("overview",),
    "overturn_rate": ("denials",),
    "days_denial_to_appeal": ("denials", "", "Denial to appeal"),
    "days_denial_to_resolution": ("denials", "", "Denial to decision"),
    "denial_write_offs": ("denials",),
    "charge_lag": ("overview",),
    "billing_lag": ("billing",),
    "posting_turnaround": ("payments", "", "Posting turnaround"),
    "payment_velocity": ("payments",),
    "late_charges": ("billing",),
    "unapplied_payments": ("overview",),
    "credit_balances": ("ar_aging",),
    "write_off_rate": ("performance",),
    "days_on_hold": ("billing", "Holds"),
    "charges": ("overview",),
    "payments": ("overview",),
}


@dataclass(kw_only=True)
class Doors:
    """One database with a client for each golden ledger, and everything through which one can ask it."""

    settings: Settings
    database: Database
    api: str
    open_page: Open
    clients: dict[str, str]
    _files: dict[tuple[str, str], Any] = field(default_factory=dict)
    _cards: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def views(self, client: str) -> ViewReader:
        """The views, seen as somebody who may see this client only."""
        return ViewReader(self.database, Ledger(self.database).actor.narrowed(client))

    def ask_views(self, client: str) -> Callable[[str], Sequence[Any]]:
        """Plain SQL on the views."""
        return lambda statement: self.views(client).ask(statement).rows[0]

    def ask_files(self, client: str, views: Sequence[str]) -> Callable[[str], Sequence[Any]]:
        """The same SQL on what the API exports of the views."""

        def ask(statement: str) -> Sequence[Any]:
            with closing(duckdb.connect()) as engine:
                engine.execute("CREATE SCHEMA reporting")
                for view in views:
                    engine.register(f"{view}_file", self._exported(client, view))
                    engine.execute(f"CREATE VIEW reporting.{view} AS SELECT * FROM {view}_file")
                return engine.execute(statement).fetchone() or ()

        return ask

    def told(self, client: str, name: str) -> dict[str, Any]:
        """What the API says of a key figure."""
        found = requests.get(f"{self.api}/v1/kpis/{name}", {"client": client}, headers=_HEADERS, timeout=20)
        assert found.status_code == 200, found.text
        return found.json()

    def cards(self, client: str, page: str, tab: str = "") -> dict[str, str]:
        """The values of a page's cards by their titles."""
        if (client, page, tab) not in self._cards:
            opened = self.open_page(f"pages/{page}.py", client=client)
            if tab:
                opened.session_state[f"{page}_tab"] = tab
                opened.run()
            assert not opened.exception, opened.exception
            self._cards[client, page, tab] = {metric.label: metric.value for metric in opened.metric}
        return self._cards[client, page, tab]

    def _exported(self, client: str, view: str) -> Any:
        if (client, view) not in self._files:
            asked = {"client": [client], "view": view, "format": "parquet"}
            found = requests.post(f"{self.api}/v1/exports", json=asked, headers=_HEADERS, timeout=20)
            assert found.status_code == 200, found.text
            self._files[client, view] = pq.read_table(io.BytesIO(found.content))
        return self._files[client, view]


_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def doors(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    home = tmp_path_factory.mktemp("doors") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with closing(open_database(settings)) as database:
        ledger, clients = Ledger(database), {}
        for golden in GOLDEN:
            clients[golden.name] = client = ledger.client(golden.name)
            for report, rows in (_PAGES_NEED | dict(golden.reports)).items():
                ledger.show(report, rows, client=client, as_of=golden.as_of)
            assert refresh_copy(database, settings, ledger.actor, client)
        with api_of(settings, database) as api, fresh_server(settings) as open_page:
            yield Doors(settings=settings, database=database, api=api, open_page=open_page, clients=clients)


#: Without a row of these, some pages have nothing to show; no figure that is looked at reads them.
_PAGES_NEED = {
    "quadrant_performance": [{"charge_id": "0"}],
    "gross_billing": [charge("0", "1", "10-31")],
}


@pytest.mark.parametrize("name", definitions())
def test_a_key_figure_is_the_same_at_every_door(doors: Doors, name: str) -> None:
    cases = _worked_out(name)
    for golden, expected in cases:
        client = doors.clients[golden.name]
        found = kpi(doors.views(client), name)
        assert found.value == expected.value, golden.name
        assert doors.told(client, name) == as_object(found), golden.name
        assert by_hand(name, golden.as_of, doors.ask_views(client)) == expected.value, golden.name
        assert by_hand(name, golden.as_of, doors.ask_files(client, views_of(name))) == expected.value, golden.name
    golden, expected = cases[0]
    page, tab, title = (*SHOWN[name], "", "")[:3]
    definition = definition_named(name)
    cards = doors.cards(doors.clients[golden.name], page, tab)
    assert cards[title or definition.title] == short(expected.value, definition.unit)


def test_no_figure_is_left_out_of_a_door() -> None:
    assert set(SHOWN) == set(BY_HAND) == set(definitions())


@cache
def _worked_out(name: str) -> list[tuple[Golden, Expect]]:
    """The ledgers in which the figure, as it is asked for by default, was worked out by hand."""
    found = [
        (golden, expected)
        for golden in GOLDEN
        for expected in golden.expected
        if expected.kpi == name
        and expected.value is not None
        and not expected.settings
        and expected.filters == Filters()
    ]
    assert found, f"no golden ledger has {name}"
    return found

"""Pages run by Streamlit's own test harness, with this test's database behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lib.core.database import Database
from lib.core.settings import Settings, current
from lib.ui import figure_cache
from tests.integration.views.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def fresh_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test's database begins its package numbers anew, which is what a data version is made of."""
    fresh = figure_cache.FigureCache()
    for place in ("lib.ui.analytics.FIGURES", "lib.ui.filter_bar.FIGURES"):
        monkeypatch.setattr(place, fresh)


@pytest.fixture
def ledger(database: Database) -> Ledger:
    """Books kept by hand, row by row, in this test's database."""
    return Ledger(database)


@pytest.fixture
def open_address(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens a page by its file, with query parameters, as a visitor of a fresh server."""
    assert settings.database_url is not None and settings.secret_key is not None
    monkeypatch.setenv("DAYSHEET_HOME", str(settings.home))
    monkeypatch.setenv("DAYSHEET_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("DAYSHEET_SECRET_KEY", settings.secret_key.get_secret_value())
    current.cache_clear()
    st.cache_resource.clear()

    def open_(page: str = "pages/charges.py", **parameters: str) -> AppTest:
        test = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=20)
        test.switch_page(page)
        for name, value in parameters.items():
            test.query_params[name] = value
        return test.run()

    yield open_
    current.cache_clear()
    st.cache_resource.clear()

"""Pages run by Streamlit's own test harness, with this test's database behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lib.core.database import Database
from lib.core.settings import Settings, current
from lib.ui import figure_cache
from tests.integration.views.ledger import Ledger
from tests.signed_in import signed_in_token

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
def open_address(settings: Settings) -> Iterator[Open]:
    """Opens a page by its file, with query parameters, as a visitor of a fresh server."""
    with fresh_server(settings) as open_:
        yield open_


@contextmanager
def fresh_server(settings: Settings) -> Iterator[Open]:
    """A server that nobody has visited, over a database; opens its pages by their files, with query parameters."""
    assert settings.database_url is not None and settings.secret_key is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAYSHEET_HOME", str(settings.home))
        patch.setenv("DAYSHEET_DATABASE_URL", settings.database_url.get_secret_value())
        patch.setenv("DAYSHEET_SECRET_KEY", settings.secret_key.get_secret_value())
        token = signed_in_token(settings)
        patch.setattr("lib.ui.session.token_of_browser", lambda: token)
        current.cache_clear()
        st.cache_resource.clear()
        yield _opened
    current.cache_clear()
    st.cache_resource.clear()


def _opened(page: str = "pages/charges.py", **parameters: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=20)
    test.switch_page(page)
    for name, value in parameters.items():
        test.query_params[name] = value
    return test.run()

"""Every question that the analytics pages ask of the copy: the pages are run as for a visitor who looks at all of them.

Listened to is CopyReader.ask, so that what is measured is what the pages ask, whatever they come to ask.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from bench.warehouse import Warehouse
from lib.analytics.figures.drill import add_up, behind, read_rows
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Answer
from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.analytics.snapshot.reader import CopyReader
from lib.analytics.subjects import ar
from lib.core.settings import ROOT
from lib.ui import session

PAGES = ("overview", "ar_aging", "denials", "payments", "billing", "performance", "explore")
_PATIENCE_SECONDS = 600.0
#: The columns of the drill on AR aging.
_DRILL = ("charge_id", "patient_full_name", "charge_from_date", "dos_age_days", "charge_amount", "charge_balance")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a page asks; `page` is the first that did."""

    page: str
    text: str
    parameters: Mapping[str, Any]


def collect_questions(office: Warehouse) -> list[Question]:
    """What the pages ask of the latest day, each once: as they open, and with every choice that is drawn in them.

    Then with another clock and a payer chosen, and what a click on the largest mark of AR aging asks.
    """
    found: dict[tuple[str, str], Question] = {}

    def listen(page: str) -> Callable[[str, Mapping[str, Any], date | None], None]:
        def heard(text: str, parameters: Mapping[str, Any], as_of: date | None) -> None:
            if as_of is None:
                question = Question(page=page, text=text, parameters=dict(parameters))
                found.setdefault((text, repr(sorted(parameters.items()))), question)

        return heard

    with _environment(office), _signed_in(office.session_token()):
        for name in PAGES:
            with _overheard(listen(name)):
                _look_at(name, office.client_id)
    with _overheard(listen("drill")):
        _click(office)
    return list(found.values())


def _look_at(name: str, client_id: str) -> None:
    page = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=_PATIENCE_SECONDS)
    page.switch_page(f"pages/{name}.py")
    page.query_params["client"] = client_id
    _run(page, name)
    _try_everything(page, name)
    page.query_params["clock"] = "entered"
    _run(page, name)
    payers = next((each.options for each in page.multiselect if each.label == "Payer"), [])
    if payers:
        page.query_params["payer"] = payers[0]
        _try_everything(page, name)


def _try_everything(page: AppTest, name: str) -> None:
    """Open every tab, and try every switch in it."""
    for tab in [each.label for each in page.tabs] or [""]:
        if tab:
            page.session_state[f"{name}_tab"] = tab
        _run(page, name)
        switches = [(each.key, each.options) for each in page.button_group if each.key and each.key != "filter_clock"]
        for key, options in switches:
            for option in options:
                page.button_group(key=key).set_value(option)
                _run(page, name)


def _run(page: AppTest, name: str) -> None:
    page.run()
    if page.exception or page.error:
        said = [str(each.value) for each in (*page.exception, *page.error)]
        raise RuntimeError(f"The page {name} fails: {'; '.join(said)}")


def _click(office: Warehouse) -> None:
    """Ask for the rows behind the largest bar of AR aging."""
    reader = CopyReader(SnapshotFolder(office.settings), frozenset({office.client_id}))
    figure = ar.aging(reader, Filters(), ar.Split.PAYER, client_names={})
    rows = behind(figure, max(figure.parts, key=lambda part: part.amount), Filters())
    add_up(reader, rows, ("charge_amount", "charge_balance"))
    read_rows(reader, rows, _DRILL, sort="debit_balance")


@contextmanager
def _overheard(heard: Callable[[str, Mapping[str, Any], date | None], None]) -> Generator[None]:
    ask = CopyReader.ask

    def listening(self: CopyReader, question: str, parameters: Mapping[str, Any] | None = None) -> Answer:
        heard(question, parameters or {}, self.as_of)
        return ask(self, question, parameters)

    CopyReader.ask = listening
    try:
        yield
    finally:
        CopyReader.ask = ask


@contextmanager
def _signed_in(token: str) -> Generator[None]:
    """Pages that are run without a browser have no cookie."""
    with patch.object(session, "token_of_browser", lambda: token):
        yield


@contextmanager
def _environment(office: Warehouse) -> Generator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(office.environment())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)

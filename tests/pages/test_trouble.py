"""What people and logs are told of an error: enough to act on, nothing that was confided to us."""

from __future__ import annotations

import json
import logging

import pytest
from streamlit.testing.v1 import AppTest

from lib.core.logging import start_logging
from lib.core.settings import Settings
from lib.ui.redaction import redact_streamlit_logs, redacted

CONFIDED = "TEST, Amber born 1980-02-03"


def test_an_error_that_nobody_foresaw_shows_a_number_and_logs_the_place_under_it(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    start_logging(settings)

    def page() -> None:
        from lib.ui.trouble import show_trouble

        try:
            raise RuntimeError("TEST, Amber born 1980-02-03")
        except RuntimeError as error:
            show_trouble(error)

    shown = AppTest.from_function(page).run()
    text = shown.error[0].value
    assert CONFIDED not in text
    reference = text.split("`")[1]
    logged = capsys.readouterr().err
    (line,) = [json.loads(each) for each in logged.splitlines() if reference in each]
    assert line["exception"] == "RuntimeError" and line["at"]
    assert CONFIDED not in logged


def test_streamlits_own_records_keep_type_and_place_and_lose_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    redact_streamlit_logs()
    kept: list[str] = []
    logger = logging.Logger("streamlit.error_util")
    handler = logging.Handler()
    handler.emit = lambda record: kept.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        raise ValueError(CONFIDED)
    except ValueError as error:
        logger.error("Uncaught app execution", exc_info=error)
        logger.warning("It failed: %s", error)
    assert [CONFIDED in line for line in kept] == [False, False]
    assert kept[0].startswith("Uncaught app execution: ValueError at tests.pages.test_trouble:")
    assert kept[1] == "It failed: ValueError"


def test_a_record_without_an_exception_stays_as_it_was() -> None:
    record = logging.LogRecord("streamlit.web", logging.INFO, "web.py", 1, "port %d", (8501,), None)
    assert redacted(record).getMessage() == "port 8501"

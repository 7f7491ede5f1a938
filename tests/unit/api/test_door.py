"""While the database is away the API says so, with a number, and nothing of what was asked goes into the log."""

from __future__ import annotations

import logging

import pytest

from lib.api.app import make_api
from lib.core.database import Database, DatabaseUnavailable
from lib.core.logging import _exception_without_text
from lib.core.settings import Settings
from tests.asgi import ask

TOKEN = "ds_" + "t" * 32
PRIVATE = "TEST, Amber"
HEADERS = {"Host": "localhost", "Authorization": f"Bearer {TOKEN}"}


def test_a_database_that_is_away_is_said_as_such(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    def away() -> tuple[Settings, Database]:
        raise DatabaseUnavailable

    found = ask(make_api(away), "/v1/kpis/charges", query="as_of=2026-10-31", headers=HEADERS)
    assert found.status == found.json()["status"] == 503 and "does not answer" in found.json()["detail"]
    assert "2026" not in caplog.text and TOKEN not in caplog.text


def test_what_nobody_foresaw_is_a_number_for_the_caller_and_a_place_for_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> tuple[Settings, Database]:
        raise RuntimeError(PRIVATE)

    found = ask(make_api(broken), "/v1/kpis/days_in_ar", query="practice=TEST%2C+Amber", headers=HEADERS)
    said = found.json()
    assert found.status == 500 and PRIVATE not in found.text
    (record,) = caplog.records
    assert (record.levelno, record.__dict__["reference"]) == (logging.ERROR, said["reference"])
    logged = _exception_without_text(logging.getLogger(), "error", {"exc_info": record.exc_info, **vars(record)})
    assert logged["exception"] == "RuntimeError" and logged["at"]
    assert PRIVATE not in record.getMessage() and PRIVATE not in str(logged["at"])

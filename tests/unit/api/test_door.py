"""What breaks behind the door comes out as a problem with a number; no error's text goes out or into the log."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from pydantic import SecretStr

from lib.api.app import make_api
from lib.core.database import Database, DatabaseUnavailable
from lib.core.logging import _exception_without_text
from lib.core.settings import Settings

TOKEN = "t" * 32
PRIVATE = "TEST, Amber"


def ask(error: Exception, path: str, query: str = "") -> tuple[int, dict[str, Any]]:
    """GET a path of an API whose office cannot be opened."""

    def broken() -> tuple[Settings, Database]:
        raise error

    api = make_api(SecretStr(TOKEN), broken)
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"authorization", f"Bearer {TOKEN}".encode())],
        "http_version": "1.1",
        "scheme": "http",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(api(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(body)


def test_what_nobody_foresaw_is_a_number_for_the_caller_and_a_place_for_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    status, said = ask(RuntimeError(PRIVATE), "/v1/kpis/days_in_ar", "practice=TEST%2C+Amber")
    assert status == 500 and PRIVATE not in str(said)
    (record,) = caplog.records
    assert (record.levelno, record.__dict__["reference"]) == (logging.ERROR, said["reference"])
    assert record.__dict__["route"] == "/v1/kpis/{name}"
    logged = _exception_without_text(logging.getLogger(), "error", {"exc_info": record.exc_info, **vars(record)})
    assert logged["exception"] == "RuntimeError" and logged["at"]
    assert PRIVATE not in record.getMessage() and PRIVATE not in str(logged["at"])


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/kpis/charges", "/v1/ar-aging", "/v1/views", "/v1/views/x"])
def test_a_database_that_is_away_is_said_as_such(path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    status, said = ask(DatabaseUnavailable(), path, "as_of=2026-10-31")
    assert status == said["status"] == 503 and "does not answer" in said["detail"]
    assert "2026" not in caplog.text and TOKEN not in caplog.text


def test_definitions_need_no_database() -> None:
    status, said = ask(DatabaseUnavailable(), "/v1/kpis")
    assert status == 200 and said["kpis"]

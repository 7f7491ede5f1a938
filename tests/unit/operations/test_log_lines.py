"""Every line that is logged inside a request or a run says its id, in whatever thread."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from lib.core.logging import about, carried
from lib.core.metrics import REQUESTS
from lib.operations.requests import RequestLog
from tests.asgi import ask
from tests.our_logs import our_logs

_LOG = logging.getLogger("lib.of.this.test")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_threads_of_a_run_say_its_id_and_those_of_another_run_do_not(capsys: pytest.CaptureFixture[str]) -> None:
    with our_logs(), ThreadPoolExecutor(4) as threads:
        for run in ("7", "8"):
            with about(run=run):
                list(threads.map(carried(lambda number: _LOG.info("step", extra={"number": number})), range(20)))
        threads.submit(_LOG.info, "nobody's").result()
    lines = _lines(capsys)
    assert [line.get("run") for line in lines] == ["7"] * 20 + ["8"] * 20 + [None]
    assert {line["process"] for line in lines} == {"command"}


@pytest.mark.parametrize(("given", "kept"), [("abcdef-0123456789", True), ("Amber TEST; drop", False), (None, False)])
def test_a_request_has_one_id_in_its_lines_and_its_answer(
    capsys: pytest.CaptureFixture[str], given: str | None, kept: bool
) -> None:
    async def answer(request: Request) -> PlainTextResponse:
        _LOG.warning("looked")
        return PlainTextResponse("", status_code=503)

    app = Starlette(routes=[Route("/member/{name}", answer)], middleware=[Middleware(RequestLog)])
    with our_logs():
        got = ask(app, "/member/amber", query="dob=1990-01-01", headers={"X-Request-ID": given} if given else {})
    said = got.headers["x-request-id"]
    lines = _lines(capsys)
    assert {line["request"] for line in lines} == {said} and len(lines) == 2
    assert (said == given) is kept
    assert not [line for line in lines if "amber" in str(line).lower() or "1990" in str(line)]


def test_requests_are_counted_by_route_never_by_what_was_asked() -> None:
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse("")

    api = Mount("/api", routes=[Route("/v1/kpis/{name}", answer)])
    app = Starlette(routes=[api], middleware=[Middleware(RequestLog)])
    for path in ("/api/v1/kpis/amber", "/api/v9/amber", "/overview/amber"):
        ask(app, path, query="client=amber")
    places = {sample.labels["place"] for metric in REQUESTS.collect() for sample in metric.samples}
    assert {"/api/v1/kpis/{name}", "/api", "page"} <= places
    assert not [place for place in places if "amber" in place]

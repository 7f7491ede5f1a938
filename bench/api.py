"""How many requests a second does the API answer from what it has ready, and how long does a fresh question take?

Kept-alive connections against the web process as it is, and in the same run a bare Starlette route of the same process,
which is the most that any route of it could reach. Every request is let in by its token, which is looked up in the
database at each record, and is recorded in the audit before it is answered; the events are counted afterwards.
Limit: at least 1,000 cached key figures a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median, quantiles
from typing import cast
from urllib.parse import quote

import uvloop

from bench.ground import CLIENT, Ground, ground
from bench.web import streamlit_server
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core.actor import job
from lib.core.clients import client_named
from lib.core.database import open_database
from lib.core.settings import read_settings
from lib.reports.catalog import catalog

REQUESTS_A_SECOND = 1_000.0
_CONNECTIONS = 32
_ROUNDS, _SECONDS = 3, 3.0
_PATIENCE_SECONDS = 30.0
_MISSES = 200
_WORLD = "Meadow"
_CACHED = {
    "kpi": f"/api/v1/kpis/days_in_ar?client={quote(CLIENT)}",
    "kpi_filtered": f"/api/v1/kpis/payments?client={quote(CLIENT)}&from=2026-09-01&to=2026-10-31&clock=posted",
    "ar_aging": f"/api/v1/ar-aging?client={quote(CLIENT)}&by=payer",
}
_BARE = "/healthz"


def main() -> None:
    """Measure and print one JSON line."""
    with ground(patients=200, throttle_scale=0) as office:
        rows = _load(office)
        token = _make_token(office)
        with streamlit_server(office.environment()) as address:
            port = int(address.rpartition(":")[2])
            measured = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_measure(port, token))
        events = _recorded(office)
    print(json.dumps({"bench": "api", "connections": _CONNECTIONS, "charges": rows, **measured, "events": events}))


async def _measure(port: int, token: str) -> dict[str, object]:
    addresses = {"bare_route": _BARE, **_CACHED}
    speeds: dict[str, list[float]] = {name: [] for name in addresses}
    slowest: dict[str, list[float]] = {name: [] for name in addresses}
    for _ in range(_ROUNDS):
        # Turn about, so that what else the machine does falls on all of them.
        for name, path in addresses.items():
            load = await _load_for(port, path, token, _SECONDS)
            speeds[name].append(load.answered / _SECONDS)
            slowest[name].append(quantiles(load.seconds, n=20)[-1])
    bare = median(speeds["bare_route"])
    misses = await _ask_each(port, token, _fresh_questions())
    answered = sum(round(each * _SECONDS) for name in _CACHED for each in speeds[name]) + len(misses)
    return {
        "answered": answered,
        "limit_requests_a_second": REQUESTS_A_SECOND,
        "requests_a_second": {name: round(median(each)) for name, each in speeds.items()},
        "of_bare_route": {name: round(median(speeds[name]) / bare, 3) for name in _CACHED},
        "of_limit": {name: round(median(speeds[name]) / REQUESTS_A_SECOND, 2) for name in _CACHED},
        "p95_ms": {name: round(1000 * median(each), 2) for name, each in slowest.items()},
        "miss_ms": {"p50": round(1000 * median(misses), 1), "p95": round(1000 * quantiles(misses, n=20)[-1], 1)},
    }


def _fresh_questions() -> list[str]:
    """Key figures that nobody asked for yet: each for other days."""
    names = ("charges", "payments", "net_collection_rate", "denial_rate_claims")
    last = date(2026, 10, 31)
    return [
        f"/api/v1/kpis/{names[number % len(names)]}?client={quote(CLIENT)}"
        f"&from={last - timedelta(days=60 + number)}&to={last - timedelta(days=number)}"
        for number in range(_MISSES)
    ]


@dataclass(kw_only=True)
class _Load:
    """What was answered, and how long each answer took."""

    until: float
    answered: int = 0
    seconds: list[float] = field(default_factory=list)


class _Caller(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes, load: _Load, over: asyncio.Future[None]) -> None:
        self._request = request
        self._load = load
        self._over = over
        self._got = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(b"\r\n\r\n")
        if head < 0:
            return
        at = self._got.lower().find(b"content-length: ")
        length = int(self._got[at + 16 : self._got.index(b"\r", at)])
        if len(self._got) < head + 4 + length:
            return
        if not self._got.startswith(b"HTTP/1.1 200"):
            self._end(RuntimeError(f"Refused: {bytes(self._got[:300])!r}"))
            return
        now = time.perf_counter()
        self._load.answered += 1
        self._load.seconds.append(now - self._began)
        if now < self._load.until:
            self._ask()
        else:
            self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("The server hung up."))

    def _ask(self) -> None:
        self._got.clear()
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def _end(self, error: Exception | None) -> None:
        if not self._over.done():
            self._over.set_exception(error) if error else self._over.set_result(None)
            self._transport.close()


async def _load_for(port: int, path: str, token: str, seconds: float) -> _Load:
    loop = asyncio.get_running_loop()
    load = _Load(until=time.perf_counter() + seconds)
    waiting = []
    for _ in range(_CONNECTIONS):
        over: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(
            lambda over=over: _Caller(_request(port, path, token), load, over), "127.0.0.1", port
        )
        waiting.append(over)
    await asyncio.wait_for(asyncio.gather(*waiting), seconds + _PATIENCE_SECONDS)
    return load


async def _ask_each(port: int, token: str, paths: list[str]) -> list[float]:
    found = []
    for path in paths:
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        load = _Load(until=0)
        await asyncio.get_running_loop().create_connection(
            lambda path=path, load=load, over=over: _Caller(_request(port, path, token), load, over), "127.0.0.1", port
        )
        await asyncio.wait_for(over, _PATIENCE_SECONDS)
        found += load.seconds
    return found


def _request(port: int, path: str, token: str) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Accept: application/json\r\n\r\n"
    ).encode()


def _load(office: Ground) -> int:
    """Load every report of an invented client, and make its copy; returns its charges."""
    saved = office.vendors.collaboratemd.client(_WORLD)
    options = {
        "url": office.vendors.collaboratemd.base_url,
        "user": saved.user,
        "accounts": ",".join(saved.accounts),
        "poll_seconds": "0.05",
    }
    said = [word for name, value in options.items() for word in ("--set", f"{name}={value}")]
    whose = ("--client", CLIENT)
    office.jobs("connect", "collaboratemd", *whose, "--practice", "--secret-stdin", *said, stdin=saved.password)
    seqs = [f"{report}={'/'.join(saved.seqs(report))}" for report in catalog()]
    office.jobs("reports", "set", *whose, *(word for seq in seqs for word in ("--seq", seq)))
    office.jobs("reports", "sync", *whose)
    settings = read_settings(home=office.home, database_url=None)
    with contextlib.closing(open_database(settings)) as database:
        actor = job("bench")
        client = client_named(database, actor, CLIENT)
        refresh_copy(database, settings, actor, client.id)
        with database.session(actor) as session, session.raw.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM reporting.gross_billing_view")
            return int(cursor.fetchone()[0])


def _make_token(office: Ground) -> str:
    told = office.jobs(
        "tokens", "make", "bench", "--scope", "kpis:read", "--client", CLIENT, "--a-minute", "1000000", "--json"
    )
    return json.loads(told.stdout)["token"]


def _recorded(office: Ground) -> int:
    """Events of requests that stand in the audit."""
    settings = read_settings(home=office.home, database_url=None)
    with (
        contextlib.closing(open_database(settings)) as database,
        database.session(job("bench")) as session,
        session.raw.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM ops.audit_events WHERE action = 'api:request:answer:done'")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()

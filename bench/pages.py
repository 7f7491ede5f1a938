"""How long does a page take to be drawn, and to be drawn again after a click, when many people are at it at once?

AR aging and the Overview of a loaded client, and in the same run, turn about, a plain Streamlit page with the content
of AR aging (bench/plain_page.py). Every visitor opens the page, thinks, changes the clock or the payer, thinks again;
the fragments that rerun by themselves do so meanwhile. Limit: 150 ms at p95 with 100 visitors at 5 s.

Measured is from the message of the browser until the script has ended. A combination of filters that nobody had before
in the run is a fresh one, and is counted in the whole too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Any

import uvloop

from bench.streamlit_session import PageFailed, StreamlitSession, streamlit_session
from bench.warehouse import Warehouse, warehouse
from bench.web import streamlit_server
from lib.analytics.snapshot.manifest import SnapshotFolder
from sandbox.collaboratemd.filters import month_ends

RERUN_P95_MS = 150.0
TIMES_BETTER = 50.0
LINES, SECONDS, RAMP_SECONDS = 20_000, 30.0, 10.0
#: A ratio of reruns needs so many on either side. Visitors of a page too slow for that stay until they have seen them,
#: and ask for nothing more after the longest stay.
FEWEST_RERUNS, LONGEST_SECONDS = 20, 180.0
#: Visitors and the seconds that they think, on average.
CROWDS = ((100, 5.0), (100, 2.0), (200, 5.0), (200, 2.0))
#: What the pages' month ends are made of.
_PAST_REPORTS = ("ar_aging", "gross_billing", "payment_trends", "denial_trends")
_PLAIN = Path(__file__).with_name("plain_page.py")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A page that is measured."""

    name: str
    address: str
    page: str
    query: str
    #: Signs a visitor in; a plain page asks for nobody.
    cookie: Callable[[], str] = str
    #: Combinations of filters that somebody had before.
    known: set[tuple[str, str]] = field(default_factory=set)


@dataclass(kw_only=True)
class Tally:
    """What the visitors of one crowd have met; in seconds."""

    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    fresh: list[float] = field(default_factory=list)
    fragments: list[float] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)
    charts: int = 0
    failed: list[str] = field(default_factory=list)

    def said(self) -> dict[str, Any]:
        """Everything in milliseconds."""
        return {
            "first_ms": _spread(self.first),
            "rerun_ms": _spread(self.again),
            "fresh_ms": _spread(self.fresh),
            "fragment_ms": _spread(self.fragments),
            "rerun_kib": round(sum(self.sent) / max(1, len(self.sent)) / 1024, 1),
            "charts": self.charts,
            "failed": len(self.failed),
            "why": sorted(set(self.failed))[:3],
        }


def main(
    lines: int = LINES, crowds: tuple[tuple[int, float], ...] = CROWDS, seconds: float = SECONDS, months: int = 13
) -> None:
    """Measure and print one JSON line."""
    with warehouse() as office:
        today = date.today()
        past = month_ends(today)[-months:] if months else ()
        office.fill(lines=lines, today=today, month_ends=past, past_reports=_PAST_REPORTS)
        with streamlit_server(office.environment()) as ours, _plain_server(office, today) as plain:
            client = f"client={office.client_id}"
            subjects = [
                Subject(name="ar_aging", address=ours, page="ar_aging", query=client, cookie=office.sign_in),
                Subject(name="overview", address=ours, page="overview", query=client, cookie=office.sign_in),
                Subject(name="plain", address=plain, page="", query=""),
            ]
            measured = [
                {"sessions": people, "think_seconds": think, **_measure(subjects, people, think, seconds)}
                for people, think in crowds
            ]
    limits = {"rerun_p95_ms": RERUN_P95_MS, "times_better": TIMES_BETTER}
    facts = {"charges": lines, "month_ends": len(past), "seconds": seconds}
    print(json.dumps({"bench": "pages", **facts, "limits": limits, "crowds": measured}))


def _measure(subjects: list[Subject], people: int, think: float, seconds: float) -> dict[str, Any]:
    tallies = {}
    for subject in subjects:
        crowd = _crowd(subject, people, think, seconds)
        tallies[subject.name] = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(crowd)
    ours, plain = tallies["ar_aging"], tallies["plain"]
    said = {name: tally.said() for name, tally in tallies.items()}
    times = {
        "first_p50": _times(plain.first, ours.first, 50),
        "first_p95": _times(plain.first, ours.first, 95),
        "rerun_p50": _times(plain.again, ours.again, 50, fewest=FEWEST_RERUNS),
        "rerun_p95": _times(plain.again, ours.again, 95, fewest=FEWEST_RERUNS),
    }
    return {**said, "plain_over_ar_aging": times}


async def _crowd(subject: Subject, people: int, think: float, seconds: float) -> Tally:
    tally = Tally()
    began = time.perf_counter()
    visits = (
        _visit(subject, tally, random.Random(number), began + RAMP_SECONDS * number / people, think, seconds)
        for number in range(people)
    )
    await asyncio.gather(*visits)
    return tally


async def _visit(
    subject: Subject, tally: Tally, drawn: random.Random, arrives: float, think: float, seconds: float
) -> None:
    await asyncio.sleep(max(0.0, arrives - time.perf_counter()))
    cookie = subject.cookie()
    try:
        began = time.perf_counter()
        async with streamlit_session(subject.address, cookie=cookie) as session:
            await session.open_page(subject.page, subject.query)
            tally.first.append(time.perf_counter() - began)
            tally.charts = session.charts
            await _look_around(session, subject, tally, drawn, arrives, think, seconds)
            tally.fragments += session.fragment_seconds
    except (PageFailed, OSError, TimeoutError) as error:
        tally.failed.append(f"{type(error).__name__}: {error}"[:200])


async def _look_around(
    session: StreamlitSession,
    subject: Subject,
    tally: Tally,
    drawn: random.Random,
    arrived: float,
    think: float,
    seconds: float,
) -> None:
    clock, payer = session.choices("Clock")[0], ""
    subject.known.add((clock, payer))
    while True:
        await session.think(drawn.uniform(0.5, 1.5) * think)
        stayed = time.perf_counter() - arrived
        if stayed > (seconds if len(tally.again) >= FEWEST_RERUNS else max(seconds, LONGEST_SECONDS)):
            return
        if drawn.random() < 0.5:
            clock = drawn.choice([each for each in session.choices("Clock") if each != clock])
            took = await session.choose("Clock", [clock])
        else:
            payer = drawn.choice([each for each in ["", *session.choices("Payer")] if each != payer])
            took = await session.choose("Payer", [payer] if payer else [])
        tally.again.append(took)
        tally.sent.append(session.bytes)
        if (clock, payer) not in subject.known:
            subject.known.add((clock, payer))
            tally.fresh.append(took)


@contextlib.contextmanager
def _plain_server(office: Warehouse, today: date) -> Generator[str]:
    """The plain page over the files of our copy, with Streamlit's own settings."""
    folder = SnapshotFolder(office.settings)
    manifest = folder.read(office.client_id)
    assert manifest is not None
    client = folder.of_client(office.client_id)
    files = {
        "balances": {
            (day or today).isoformat(): str(client / views["ar_aging_view"].file)
            for day, views in manifest.days.items()
        },
        "charges": str(client / manifest.days[None]["gross_billing_view"].file),
    }
    named = office.settings.home / "plain.json"
    named.write_text(json.dumps(files), encoding="utf-8")
    bare = office.settings.home / "plain"
    bare.mkdir()
    options = ("--server.address=127.0.0.1", "--server.headless=true", "--browser.gatherUsageStats=false")
    with streamlit_server(os.environ, script=_PLAIN, folder=bare, options=options, arguments=(str(named),)) as address:
        yield address


def _spread(seconds: list[float]) -> dict[str, float | int | None]:
    return {
        "count": len(seconds),
        "p50": round(1000 * _at(seconds, 50), 1) if seconds else None,
        "p95": round(1000 * _at(seconds, 95), 1) if seconds else None,
        "most": round(1000 * max(seconds), 1) if seconds else None,
    }


def _times(plain: list[float], ours: list[float], percent: int, *, fewest: int = 1) -> float | None:
    return round(_at(plain, percent) / _at(ours, percent), 1) if min(len(plain), len(ours)) >= fewest else None


def _at(seconds: list[float], percent: int) -> float:
    return quantiles(seconds, n=100, method="inclusive")[percent - 1] if len(seconds) > 1 else seconds[0]


def _crowds(said: str) -> tuple[tuple[int, float], ...]:
    """What 100x5,200x2 means."""
    pairs = (each.split("x") for each in said.split(","))
    return tuple((int(people), float(think)) for people, think in pairs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure pages with many visitors at once.")
    parser.add_argument("--lines", type=int, default=LINES, help="charge lines of the client")
    parser.add_argument("--crowds", type=_crowds, default=CROWDS, help="visitors x seconds of thinking: 100x5,200x2")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long each visitor stays")
    parser.add_argument("--months", type=int, default=13, help="month ends that are loaded")
    given = parser.parse_args()
    main(given.lines, given.crowds, given.seconds, given.months)

"""The instance's standing for a person who may see it: /readyz and /metrics in words, for whom has no Grafana."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version

from lib.core.access.gate import must
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.database import Database
from lib.core.metrics import SCRIPT_SECONDS, SOCKETS
from lib.operations.machine import machine
from lib.operations.model import Backstage, Figures, Machine, Readiness
from lib.operations.watch import Watch

_LIBRARIES = {"Streamlit": "streamlit", "DuckDB": "duckdb", "procrastinate": "procrastinate"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PageSpeed:
    """How often this web process has drawn a page since its start, and the seconds that took on average."""

    page: str
    drawn: int
    mean_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """Everything that the Operations page shows. `pages` and `open_tabs` are of the process that was asked."""

    readiness: Readiness
    figures: Figures
    backstage: Backstage
    machine: Machine
    pages: tuple[PageSpeed, ...]
    open_tabs: int
    versions: dict[str, str]


def operations_overview(watch: Watch, database: Database, actor: Actor) -> Overview:
    """The instance's standing, at most fifteen seconds old, counted over all clients without naming one.

    Raises Forbidden, SignedOut, DatabaseUnavailable, LookFailed.
    """
    must(database, actor, Permission.OPERATIONS_VIEW)
    with database.session(actor):
        # What follows is kept for everybody: that this session is still open is looked up here.
        pass
    backstage = watch.backstage()
    return Overview(
        readiness=watch.readiness(),
        figures=watch.figures(),
        backstage=backstage,
        machine=machine(watch.settings.home),
        pages=_page_speeds(),
        open_tabs=_open_tabs(),
        versions={
            "PostgreSQL": backstage.server_version,
            "Python": platform.python_version(),
            **{name: version(package) for name, package in _LIBRARIES.items()},
        },
    )


def _page_speeds() -> tuple[PageSpeed, ...]:
    """The slowest page first."""
    sums: dict[str, float] = {}
    counts: dict[str, float] = {}
    for sample in next(iter(SCRIPT_SECONDS.collect())).samples:
        if sample.name.endswith("_sum"):
            sums[sample.labels["page"]] = sample.value
        elif sample.name.endswith("_count"):
            counts[sample.labels["page"]] = sample.value
    speeds = [
        PageSpeed(page=page, drawn=int(count), mean_seconds=sums[page] / count)
        for page, count in counts.items()
        if count
    ]
    return tuple(sorted(speeds, key=lambda speed: -speed.mean_seconds))


def _open_tabs() -> int:
    return int(next(iter(SOCKETS.collect())).samples[0].value)

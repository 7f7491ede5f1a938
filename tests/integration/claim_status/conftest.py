"""The payers' stand-ins, with one client's credentials, and clients of ours that count their calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from lib.vendors.throttle import NoThrottle
from lib.vendors.uhc.client import UhcClient
from lib.vendors.uhc.connection import UhcConnection
from sandbox.running import RunningVendors, practice_vendors
from sandbox.uhc.clients import UhcClient as Credentials

TODAY = date(2026, 11, 20)
PAYER_ID = "87726"


@dataclass
class Harbor:
    """The practice client "Harbor" at UHC; `counts` are calls by operation and outcome."""

    vendors: RunningVendors
    credentials: Credentials
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def tin(self) -> str:
        return self.credentials.practices[0].tin

    def client(self, *, secret: str = "", **options: Any) -> UhcClient:
        settings = {"url": self.vendors.uhc.url, "token_url": self.vendors.uhc.token_url}
        settings["client_id"] = self.credentials.client_id
        connection = UhcConnection.from_settings(
            settings | options.pop("settings", {}), client_secret=secret or self.credentials.secret
        )
        options.setdefault("sleep", _no_wait)
        return UhcClient(connection, NoThrottle(sleep=_no_wait), count_call=self._count, **options)

    def _count(self, operation: str, outcome: str) -> None:
        self.counts[operation, outcome] += 1


@pytest.fixture(scope="module")
def running() -> Iterator[RunningVendors]:
    with practice_vendors() as vendors:
        yield vendors


@pytest.fixture
def harbor(running: RunningVendors) -> Harbor:
    running.uhc.reset()
    running.uhc.configure(today=TODAY)
    return Harbor(vendors=running, credentials=running.uhc.client("Harbor"))


def _no_wait(seconds: float) -> None:
    """Time does not pass here."""

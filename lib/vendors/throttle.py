"""How a client asks whether it may call now: one gap per vendor account and operation, shared by all processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

#: Added to the interval a vendor names: exactly that interval is refused again (Tebra contract §5).
MARGIN_MS = 250
#: Waited where a refusal names no interval.
USUAL_INTERVAL_MS = 1_000


class Throttle(Protocol):
    """The gate in front of every call of one vendor account. `operation` is the vendor's name of the call."""

    def wait(self, operation: str, first: Callable[[], None] | None = None) -> None:
        """Return when the call may go; raises (e.g. `Stopped`) where it must not go at all.

        `first` is done when it is this call's turn, before the last wait: what takes time and has to be done before
        the call must not stand between the word to go and the call.
        """
        ...

    def accepted(self, operation: str) -> None:
        """The vendor answered the call; it was not too soon."""
        ...

    def refused(self, operation: str, interval_ms: int | None) -> None:
        """The vendor refused the call as too soon; `interval_ms` is the minimum gap it named, if any."""
        ...


class NoThrottle:
    """Calls go at once; only after a refusal is the named interval waited out. For a single probe and for tests."""

    def __init__(self, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep

    def wait(self, operation: str, first: Callable[[], None] | None = None) -> None:
        """Return as soon as `first` is done."""
        if first:
            first()

    def accepted(self, operation: str) -> None:
        """Nothing is remembered."""

    def refused(self, operation: str, interval_ms: int | None) -> None:
        """Wait the interval out, plus the margin."""
        self._sleep(((USUAL_INTERVAL_MS if interval_ms is None else interval_ms) + MARGIN_MS) / 1000)

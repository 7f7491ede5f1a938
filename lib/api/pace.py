"""How often a token may ask: each process holds to the token's number by itself."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: So much of a minute's requests may come at once.
_AT_ONCE = 1 / 6
_MOST_TOKENS = 10_000


@dataclass(slots=True)
class _Left:
    requests: float
    at: float


class Pace:
    """Lets each name make so many requests a minute, a sixth of them at once. Belongs to one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: OrderedDict[str, _Left] = OrderedDict()

    def wait(self, name: str, a_minute: int) -> float:
        """Take one request of a name: 0 when it may be made now, else the seconds until the next one may."""
        now, most, each_second = self._clock(), max(1.0, a_minute * _AT_ONCE), a_minute / 60
        left = self._left.get(name)
        if left is None:
            left = self._left[name] = _Left(most, now)
            if len(self._left) > _MOST_TOKENS:
                self._left.popitem(last=False)
        left.requests = min(most, left.requests + (now - left.at) * each_second)
        left.at = now
        if left.requests < 1:
            return (1 - left.requests) / each_second
        left.requests -= 1
        return 0.0

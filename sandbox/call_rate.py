"""Counts calls by the minute."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque

_MINUTE = 60.0


class CallRate:
    """Remembers when each caller's calls of the last minute were let in."""

    def __init__(self) -> None:
        self._let_in: dict[str, deque[float]] = defaultdict(deque)

    def wait_of(self, caller: str, most: int) -> int:
        """Seconds that a caller must wait, 0 when he is let in; with a `most` of 0 all are."""
        now, calls = time.monotonic(), self._let_in[caller]
        while calls and now - calls[0] >= _MINUTE:
            calls.popleft()
        if most and len(calls) >= most:
            return math.ceil(_MINUTE - (now - calls[0]))
        calls.append(now)
        return 0

    def forget(self) -> None:
        """Forget all calls."""
        self._let_in.clear()

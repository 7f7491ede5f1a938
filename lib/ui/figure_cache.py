"""What has been computed for a page stays ready for everyone who may see the same: bounded, shared by the sessions.

A key must hold the scope; AnalyticsPage.once sees to that, and nobody else uses the cache.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")

_MOST = 1_000


class FigureCache:
    """Values by key, the least used thrown away. Two sessions that want the same at once compute it once."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def holds(self, key: Hashable) -> bool:
        """Whether a value is there already."""
        with self._lock:
            return key in self._values

    def once(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value under a key; made when it is not there. What `make` raises is not kept."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                found: Value = self._values[key]
                return found
            making = self._making.setdefault(key, threading.Lock())
        try:
            with making:
                with self._lock:
                    if key in self._values:
                        return self._values[key]
                value = make()
                with self._lock:
                    self._values[key] = value
                    while len(self._values) > self._most:
                        self._values.popitem(last=False)
                return value
        finally:
            with self._lock:
                self._making.pop(key, None)


FIGURES = FigureCache()

"""A value that is made anew only after some seconds, however many ask for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Keeps what `make` made for `seconds`; who comes while it is being made waits for it. No error is kept."""

    def __init__(
        self, make: Callable[[], Value], *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._seconds = seconds
        self._clock = clock
        self._turn = threading.Lock()
        self._found: tuple[float, Value] | None = None

    def get(self) -> Value:
        """The value, at most `seconds` old."""
        with self._turn:
            if self._found is None or self._clock() - self._found[0] > self._seconds:
                self._found = (self._clock(), self._make())
            return self._found[1]

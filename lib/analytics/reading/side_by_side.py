"""Several questions asked at once: an engine works outside of Python, so that two of them take little more than one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Value = TypeVar("Value")

#: As many as a small machine has processors; each asks a connection of its own where there is no copy.
_AT_ONCE = 2


def side_by_side(make: Callable[[Given], Value], given: Iterable[Given]) -> list[Value]:
    """What `make` makes of each, in their order; raises what the first of them raises."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="side-by-side") as pool:
        return list(pool.map(make, given))

"""Why a cell cannot hold what was written in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong with a value and what to write instead; the column and the value come before `what`."""

    what: str
    fix: str

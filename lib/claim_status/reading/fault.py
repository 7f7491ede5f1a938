"""What is wrong with a cell or a row, for the person who has to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What is wrong with a value and what to do; a predicate without its subject, and never the value itself."""

    what: str
    fix: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RowFault:
    """Why a row is not asked for; `what` is a sentence without patient data."""

    row: int
    what: str
    fix: str

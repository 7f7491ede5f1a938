"""What a verification may find."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wrong(StrEnum):
    """What was done to the chain."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong, in words; `number` is None for an event that has no seal."""

    wrong: Wrong
    number: int | None
    event_id: str | None
    said: str

"""The journal of calls: which claim was asked for, and how it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One call. `answered` is the HTTP status or the kind of the fault that hit it; `claims` counts those found."""

    client: str
    answered: str
    at: datetime
    payer_id: str = ""
    npi: str = ""
    first: date | None = None
    last: date | None = None
    claim_number: str = ""
    claims: int = 0


ENTRIES: TypeAdapter[list[Entry]] = TypeAdapter(list[Entry])

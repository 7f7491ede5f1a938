"""The journal of calls: what was asked, when, and how it was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import TypeAdapter

from sandbox.payer_faults import PayerCall


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One call. `answered` is the HTTP status, a code of the payer, or the kind of the fault that hit it.

    `page` counts from 1 within a query, of which `claims` came with this page; `by_patient` says whether a patient
    was named, never which.
    """

    call: PayerCall
    client: str
    answered: str
    at: datetime
    tin: str = ""
    payer_id: str = ""
    first: date | None = None
    last: date | None = None
    by_patient: bool = False
    page: int = 0
    claims: int = 0
    claim_number: str = ""


ENTRIES: TypeAdapter[list[Entry]] = TypeAdapter(list[Entry])


class Journal:
    """All calls in order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, entry: Entry) -> None:
        """Remember an entry."""
        self.entries.append(entry)

    def forget(self) -> None:
        """Empty it."""
        self.entries.clear()

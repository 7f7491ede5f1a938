"""The journal of what was really written: the stand-in's memory, and the truth that tests compare with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """A posted payment; `answered` is how the call ended: "ok", or the kind of the fault that hit it."""

    kind: Literal["payment"] = "payment"
    id: str
    customer_id: str
    practice_id: str
    patient_id: str
    amount: Decimal
    method: str
    payer_type: str
    payer_name: str
    reference: str
    batch: str
    post_date: date
    received_at: datetime
    visible_at: datetime
    answered: str


@dataclass(frozen=True, kw_only=True, slots=True)
class EncounterLine:
    """A procedure line of an encounter, priced."""

    id: str
    code: str
    modifiers: tuple[str, ...]
    diagnoses: tuple[str, ...]
    units: Decimal
    unit_charge: Decimal
    external_id: str

    @property
    def charge(self) -> Decimal:
        """Units times the price of one, in dollars and cents."""
        return (self.units * self.unit_charge).quantize(Decimal("0.01"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Encounter:
    """A created encounter with the status it was created with."""

    kind: Literal["encounter"] = "encounter"
    id: str
    customer_id: str
    practice_id: str
    patient_id: str
    case_id: str
    rendering_provider_id: str
    scheduling_provider_id: str
    referring_provider_id: str
    location_id: str
    place_of_service: str
    dos: date
    dos_end: date
    post_date: date
    admitted: date | None
    discharged: date | None
    batch: str
    status: str
    external_id: str
    lines: tuple[EncounterLine, ...]
    received_at: datetime
    visible_at: datetime
    answered: str

    @property
    def charge(self) -> Decimal:
        """The total of its lines."""
        return sum((line.charge for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusChange:
    """An encounter's status set by UpdateEncounterStatus."""

    kind: Literal["status"] = "status"
    encounter_id: str
    customer_id: str
    status: str
    received_at: datetime
    answered: str


Entry = Payment | Encounter | StatusChange
ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])
ENTRIES: TypeAdapter[list[Entry]] = TypeAdapter(list[Annotated[Entry, Field(discriminator="kind")]])

_FIRST_PAYMENT, _FIRST_ENCOUNTER, _FIRST_LINE = 900_001, 700_001, 8_000_001


class Journal:
    """All writes in order, kept in a file of JSON lines and read from it again at the next start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._start_empty()
        if path.exists():
            self._replay(path.read_bytes())
        self._file = path.open("ab")

    def _start_empty(self) -> None:
        self.entries: list[Entry] = []
        self.payments: dict[str, list[Payment]] = defaultdict(list)
        self.payments_by_patient: dict[str, list[Payment]] = defaultdict(list)
        self.encounters: dict[str, Encounter] = {}
        self.encounters_by_day: dict[tuple[str, date], list[Encounter]] = defaultdict(list)
        self.statuses: dict[str, str] = {}
        self.external_ids: dict[tuple[str, str], str] = {}
        self._payments = 0
        self._lines = 0

    def write(self, entry: Entry) -> None:
        """Remember an entry and append it to the file before the call is answered."""
        self._index(entry)
        self._file.write(ENTRY.dump_json(entry) + b"\n")
        self._file.flush()

    def next_payment_id(self) -> str:
        """The id of the next payment."""
        return str(_FIRST_PAYMENT + self._payments)

    def next_encounter_id(self) -> str:
        """The id of the next encounter."""
        return str(_FIRST_ENCOUNTER + len(self.encounters))

    def next_line_id(self, place: int) -> str:
        """The id of the line at that place of the encounter about to be written."""
        return str(_FIRST_LINE + self._lines + place)

    def status_of(self, encounter: Encounter) -> str:
        """The encounter's status now."""
        return self.statuses.get(encounter.id, encounter.status)

    def forget(self) -> None:
        """Empty the journal and its file."""
        self._start_empty()
        self._file.truncate(0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _replay(self, lines: bytes) -> None:
        whole = lines[: lines.rfind(b"\n") + 1]
        for line in whole.splitlines():
            self._index(ENTRY.validate_json(line))
        if len(whole) < len(lines):
            # The last line was cut by a kill: its call was never answered, and it counts as not written.
            self.path.write_bytes(whole)

    def _index(self, entry: Entry) -> None:
        self.entries.append(entry)
        if isinstance(entry, Payment):
            self._payments += 1
            self.payments[entry.practice_id].append(entry)
            self.payments_by_patient[entry.patient_id].append(entry)
        elif isinstance(entry, Encounter):
            self.encounters[entry.id] = entry
            self.encounters_by_day[entry.practice_id, entry.dos].append(entry)
            self._lines += len(entry.lines)
            if entry.external_id:
                self.external_ids[entry.customer_id, entry.external_id] = entry.id
        else:
            self.statuses[entry.encounter_id] = entry.status

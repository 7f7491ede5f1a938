"""One call at the desk: who calls, what arrived, and the lists that go back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.tebra.journal import Journal
from sandbox.tebra.reading import Fault, Given
from sandbox.tebra.replies import null_reference, write_members, write_rows
from sandbox.tebra.settings import Settings
from sandbox.world import Customer, Patient, Practice, World


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call that was let in; `answered` is how it will end, for the journal."""

    operation: str
    customer: Customer
    given: Given
    world: World
    journal: Journal
    settings: Settings
    now: datetime
    answered: str

    @property
    def visible_at(self) -> datetime:
        """When what is written now shows up in reads."""
        return self.now + timedelta(seconds=self.settings.visibility_seconds)

    def filter(self) -> Given:
        """The Filter; without one the vendor trips over a null reference (contract section 4)."""
        if "Filter" not in self.given:
            raise null_reference()
        return self.given.object("Filter")

    def practice(self, practice_id: str) -> Practice | None:
        """The caller's practice of that id."""
        practice = self.world.practice(practice_id)
        return practice if practice and practice.customer_id == self.customer.id else None

    def practices(self, *, practice_id: str, name: str) -> list[Practice]:
        """The caller's practices that match: the id exactly, the name as a substring; an empty one matches all."""
        if practice_id and not practice_id.isdecimal():
            raise Fault(
                "a:InternalServiceFault", "The server was unable to process the request due to an internal error."
            )
        wanted = name.casefold()
        return [
            practice
            for practice in self.customer.practices
            if (not practice_id or practice.id == practice_id) and wanted in practice.name.casefold()
        ]

    def patient(self, patient_id: str) -> Patient | None:
        """The caller's patient of that id."""
        patient = self.world.patient(patient_id)
        return patient if patient and self.practice(patient.practice_id) else None

    def rows(self, item: str, rows: Iterable[Mapping[str, str | None]]) -> str:
        """The list member with those rows, as `Fields` lets them through (contract section 4, Fields toggles)."""
        fields = self.given.object("Fields")
        wanted = {name for name in fields if fields.text(name) in ("true", "1")}
        refused = "empty" if wanted else "toggles"
        if self.settings.fields == refused:
            return write_rows(self.operation, [f"<{item}/>"])
        written = [
            f"<{item}>{write_members({key: row[key] for key in row.keys() & wanted} if wanted else row)}</{item}>"
            for row in rows
        ]
        if self.settings.maximum_rows:
            written = written[: self.settings.maximum_rows]
        return write_rows(self.operation, written or [f"<{item}/>"])

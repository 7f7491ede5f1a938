"""What a sheet asks for against what the vendor really wrote, compared by content and not by id."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sandbox.sheets import Drawn, IntendedEncounter, IntendedPayment
from sandbox.tebra.journal import Encounter, Entry, Payment

METHODS = {"CHECK": "Check", "CREDIT CARD": "CreditCard", "EFT": "ElectronicFundsTransfer", "CASH": "Cash"}
Content = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The writes that a sheet asks for, each as often as it must be in the journal, with the rows that it stands on."""

    payments: Counter[Content]
    encounters: Counter[Content]
    payment_of_row: dict[int, Content]
    encounter_of_row: dict[int, Content]
    #: By the row that shows it, an encounter's whole charge.
    charges: dict[int, Decimal]

    @property
    def equal_cash(self) -> set[Content]:
        """Payments without a reference that the sheet asks for more than once."""
        return {content for content, times in self.payments.items() if times > 1 and not content[4]}


def wanted_of(drawn: Drawn, *, each: bool) -> Wanted:
    """What the sheet asks for, when a payment that repeats on an encounter's lines is one payment or each its own."""
    payments = drawn.payments if each else drawn.payments_once()
    return Wanted(
        payments=Counter(_wanted_payment(p) for p in payments),
        encounters=Counter(_wanted_encounter(e) for e in drawn.encounters),
        payment_of_row={p.row: _wanted_payment(p) for p in drawn.payments},
        encounter_of_row={line.row: _wanted_encounter(e) for e in drawn.encounters for line in e.lines},
        charges={e.lines[0].row: e.charge for e in drawn.encounters},
    )


def written(entries: list[Entry]) -> tuple[dict[Content, list[str]], dict[Content, list[str]]]:
    """The ids of the payments and of the encounters in the journal, by their content."""
    payments: dict[Content, list[str]] = defaultdict(list)
    encounters: dict[Content, list[str]] = defaultdict(list)
    for entry in entries:
        if isinstance(entry, Payment):
            payments[_written_payment(entry)].append(entry.id)
        elif isinstance(entry, Encounter):
            encounters[_written_encounter(entry)].append(entry.id)
    return payments, encounters


def _wanted_payment(payment: IntendedPayment) -> Content:
    method = METHODS[payment.source]
    return (payment.practice_id, payment.patient_id, payment.amount, method, payment.reference, payment.batch)


def _written_payment(payment: Payment) -> Content:
    return (
        *(payment.practice_id, payment.patient_id, payment.amount, payment.method),
        *(payment.reference, payment.batch),
    )


def _wanted_encounter(encounter: IntendedEncounter) -> Content:
    lines = tuple((line.code, line.units, line.modifiers, line.diagnoses) for line in encounter.lines)
    return (
        *(encounter.practice_id, encounter.patient_id, encounter.dos, encounter.rendering_provider_id),
        *(encounter.scheduling_provider_id, encounter.case_id, encounter.pos, encounter.batch),
        *(encounter.admitted, encounter.discharged, lines),
    )


def _written_encounter(encounter: Encounter) -> Content:
    lines = tuple((line.code, line.units, line.modifiers, line.diagnoses) for line in encounter.lines)
    return (
        *(encounter.practice_id, encounter.patient_id, encounter.dos, encounter.rendering_provider_id),
        *(encounter.scheduling_provider_id, encounter.case_id, encounter.place_of_service, encounter.batch),
        *(encounter.admitted, encounter.discharged, lines),
    )

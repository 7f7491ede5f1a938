"""An office of the invented world as the Tebra tests use it: its practice, a patient, a payment, an encounter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from lib.vendors.tebra.client import TebraClient
from lib.vendors.tebra.model import NewEncounter, NewLine, NewPayment, PaymentMethod, Practice, ReferringProvider
from sandbox.world import Patient, World

#: Makes a client of the practice vendor: throttle, password and options of the connection as wanted.
Connect = Callable[..., TebraClient]

WORLD = World(seed=7, patients=200)
CUSTOMER = WORLD.customers[0]
OFFICE = CUSTOMER.practices[0]
PRACTICE = Practice(id=OFFICE.id, name=OFFICE.name)
DOS = date.today() - timedelta(days=3)


def patient_where(fits: Callable[[Patient], bool]) -> Patient:
    """The practice's first patient that fits."""
    return next(
        patient for id in WORLD.patient_ids(OFFICE.id) if (patient := WORLD.patient(id)) is not None and fits(patient)
    )


INSURED = patient_where(lambda patient: bool(patient.primary_case and patient.primary_case.policies))
CASE = next(case for case in INSURED.cases if case == INSURED.primary_case)


@dataclass
class Gate:
    """A throttle that lets everything through and remembers what it was told."""

    told: list[tuple[str, str, int | None]] = field(default_factory=list)

    def wait(self, operation: str, first: Callable[[], None] | None = None) -> None:
        if first:
            first()
        self.told.append(("wait", operation, None))

    def accepted(self, operation: str) -> None:
        self.told.append(("accepted", operation, None))

    def refused(self, operation: str, interval_ms: int | None) -> None:
        self.told.append(("refused", operation, interval_ms))


def payment(**changes: object) -> NewPayment:
    made = NewPayment(
        practice_id=OFFICE.id,
        practice_name=OFFICE.name,
        patient_id=INSURED.id,
        amount=Decimal("25.10"),
        method=PaymentMethod.CHECK,
        reference="CK-1",
        batch="PP-1",
        post_date=DOS,
    )
    return replace(made, **changes)


def encounter(**changes: object) -> NewEncounter:
    rendering = OFFICE.providers_of_kind("rendering")
    made = NewEncounter(
        practice_id=OFFICE.id,
        practice_name=OFFICE.name,
        patient_id=INSURED.id,
        case_id=CASE.id,
        rendering_provider_id=rendering[0].id,
        scheduling_provider_id=rendering[1].id,
        referring_provider=ReferringProvider(id=OFFICE.providers_of_kind("referring")[0].id),
        location_id=OFFICE.locations[0].id,
        pos="11",
        dos=DOS,
        post_date=DOS,
        batch="CE-1",
        lines=(
            NewLine(code="99213", units=Decimal(1), diagnoses=("E11.9", "I10"), modifiers=("25",)),
            NewLine(code="36415", units=Decimal("2"), diagnoses=("I10",)),
        ),
    )
    return replace(made, **changes)


def send() -> None:
    """The intent is recorded somewhere else."""

"""The invented world: two customers with their practices, and as many patients as asked for, each from its number.

A patient is derived from (seed, number) when somebody asks, so a world of a hundred thousand costs no more than one
of two hundred. What makes patients awkward (no case, ended insurance, a namesake) goes by the number alone, so every
world of a few dozen has them all.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import Literal

from sandbox.world import names
from sandbox.world.model import (
    Case,
    Customer,
    Patient,
    Payer,
    Policy,
    Practice,
    Provider,
    ProviderKind,
    ServiceLocation,
    User,
)

FIRST_PATIENT_ID = 100_001
PAYERS = tuple(
    Payer(id=id, name=name, plan=plan, plan_id=str(8801 + place)) for place, (id, name, plan) in enumerate(names.PAYERS)
)

Offices = tuple[tuple[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]], ...]
Cover = Literal["active", "ended", "later", "undated", "end only", "none"]
#: How patients are insured, by their number: most are, and each awkward way comes about once in forty.
COVERS: tuple[Cover, ...] = ("active",) * 35 + ("ended", "ended", "later", "undated", "end only", "none")


class World:
    """Everything that the stand-in vendors know, the same for the same seed and number of patients.

    `patients` is the number over all customers; patient n belongs to practice n modulo the number of practices.
    `offices` are the customers in the shape of names.OFFICES; `first_place` keeps the ids of their practices,
    providers and locations apart from those of another world.
    """

    def __init__(
        self, *, seed: int = 7, patients: int = 200, offices: Offices = names.OFFICES, first_place: int = 0
    ) -> None:
        self.seed = seed
        self.patient_count = patients
        self.customers = _open_offices(seed, offices, first_place)
        self.practices = tuple(practice for customer in self.customers for practice in customer.practices)
        self._practices_by_id = {practice.id: practice for practice in self.practices}
        self._customers_by_id = {customer.id: customer for customer in self.customers}
        self._patient_at = lru_cache(maxsize=8192)(self._derive_patient)

    def customer(self, customer_id: str) -> Customer:
        """The customer of that id; KeyError if there is none."""
        return self._customers_by_id[customer_id]

    def practice(self, practice_id: str) -> Practice | None:
        """The practice of that id, whichever customer's it is."""
        return self._practices_by_id.get(practice_id)

    def patient(self, patient_id: str) -> Patient | None:
        """The patient of that id, whichever customer's it is."""
        if not (patient_id.isascii() and patient_id.isdecimal()):
            return None
        number = int(patient_id) - FIRST_PATIENT_ID
        return self._patient_at(number) if 0 <= number < self.patient_count else None

    def patient_ids(self, practice_id: str) -> list[str]:
        """The ids of a practice's patients, ascending."""
        place = self.practices.index(self._practices_by_id[practice_id])
        return [str(FIRST_PATIENT_ID + number) for number in range(place, self.patient_count, len(self.practices))]

    def practice_id_of(self, patient_id: str) -> str:
        """The id of the practice to which a patient of this world belongs, without deriving the patient."""
        return self.practices[(int(patient_id) - FIRST_PATIENT_ID) % len(self.practices)].id

    def _derive_patient(self, number: int) -> Patient:
        rng = Random(self.seed * 1_000_003 + number)
        first, middle, gender = self._name_patient(number)
        return Patient(
            id=str(FIRST_PATIENT_ID + number),
            practice_id=self.practices[number % len(self.practices)].id,
            first_name=first,
            middle_name=middle,
            last_name=names.PATIENT_LAST_NAME,
            born=date(1935, 1, 1) + timedelta(days=rng.randrange(86 * 365)),
            gender=gender,
            cases=_open_cases(rng, number),
        )

    def _name_patient(self, number: int) -> tuple[str, str, Literal["Female", "Male", "Unknown"]]:
        # Every 23rd patient is a namesake of the practice's patient before.
        if number % 23 == 22 and number >= len(self.practices):
            return self._name_patient(number - len(self.practices))
        rng = Random(self.seed * 7_000_003 + number)
        first = rng.choice(names.PATIENT_FIRST_NAMES)
        middle = rng.choice("ABCDEFGHJKLMNPRSTVW") if rng.random() < 0.7 else ""
        return first, middle, rng.choice(("Female", "Male", "Female", "Male", "Unknown"))


def _open_cases(rng: Random, number: int) -> tuple[Case, ...]:
    if number % 29 == 13:
        return ()
    cover = COVERS[number % len(COVERS)]
    payer = PAYERS[rng.randrange(len(PAYERS))]
    policies = _take_out_policies(rng, number, cover, payer)
    main = Case(
        id=str(2_000_001 + number * 3),
        name=payer.plan if policies else "Self pay",
        primary=number % 31 != 17,
        payer_scenario="Commercial" if policies else "Self Pay",
        policies=policies,
    )
    if number % 7 != 3:
        return (main,)
    other = Case(
        id=str(2_000_002 + number * 3), name="Accident", primary=False, payer_scenario="Auto Insurance", policies=()
    )
    return (other, main)


def _take_out_policies(rng: Random, number: int, cover: Cover, payer: Payer) -> tuple[Policy, ...]:
    if cover == "none":
        return ()
    start, end = {
        "active": (date(2019 + rng.randrange(6), 1, 1), date(2049, 12, 31) if rng.random() < 0.2 else None),
        "ended": (date(2019, 1, 1), date(2024, 12, 31)),
        "later": (date(2045, 1, 1), None),
        "undated": (None, None),
        "end only": (None, date(2049, 12, 31)),
    }[cover]
    first = Policy(
        id=str(5_000_001 + number * 3),
        payer=payer,
        number=f"TST{number:07d}{rng.choice('ABCDEFGH')}",
        group_number=f"G{rng.randrange(10_000):04d}",
        copay=Decimal(rng.choice((0, 15, 20, 25, 40))).quantize(Decimal("0.01")),
        starts=start,
        ends=end,
    )
    if number % 11 != 4:
        return (first,)
    second_payer = PAYERS[(PAYERS.index(payer) + 1) % len(PAYERS)]
    second = Policy(
        id=str(5_000_002 + number * 3),
        payer=second_payer,
        number=f"TSU{number:07d}",
        group_number="",
        copay=Decimal("0.00"),
        starts=date(2020, 1, 1),
        ends=None,
    )
    return (first, second)


def _open_offices(seed: int, offices: Offices, first_place: int) -> tuple[Customer, ...]:
    customers: list[Customer] = []
    practice_place = first_place
    for place, (customer_name, practices) in enumerate(offices, start=first_place):
        customer_id = str(41_001 + place)
        opened: list[Practice] = []
        for practice_name, locations in practices:
            opened.append(_open_practice(customer_id, practice_place, practice_name, locations))
            practice_place += 1
        customers.append(
            Customer(
                id=customer_id,
                name=customer_name,
                customer_key=_invent_secret(seed, f"customer key {place}", length=20),
                users=(
                    User(
                        name=f"administrator{place + 1}@practice.example",
                        # The characters that a hand-built envelope forgets to escape.
                        password=_invent_secret(seed, f"password {place}", length=14) + "&<'\">é",
                    ),
                    User(
                        name=f"reader{place + 1}@practice.example",
                        password=_invent_secret(seed, f"reader {place}", length=14),
                        permissions_missing=("CreatePayment", "CreateEncounter", "UpdateEncounterStatus"),
                    ),
                ),
                practices=tuple(opened),
            )
        )
    return tuple(customers)


def _open_practice(customer_id: str, place: int, name: str, locations: tuple[tuple[str, str], ...]) -> Practice:
    practice_id = str(101 + place)
    first_provider = 3_001 + place * 100
    staff: list[tuple[ProviderKind, str, str, str, str, bool]] = [
        ("rendering", *row, True) for row in names.RENDERING_PROVIDERS[place % len(names.RENDERING_PROVIDERS)]
    ]
    staff += [("rendering", *names.INACTIVE_PROVIDER, False)]
    staff += [("referring", *row, True) for row in names.REFERRING_PROVIDERS]
    return Practice(
        id=practice_id,
        customer_id=customer_id,
        name=name,
        npi=_invent_npi(9_000 + place),
        tax_id=f"00-00000{place + 10}",
        locations=tuple(
            ServiceLocation(
                id=str(601 + place * 10 + nth),
                practice_id=practice_id,
                name=location_name,
                place_of_service=pos,
                npi=_invent_npi(8_000 + place * 10 + nth),
            )
            for nth, (location_name, pos) in enumerate(locations)
        ),
        providers=tuple(
            Provider(
                id=str(first_provider + nth),
                practice_id=practice_id,
                kind=kind,
                first_name=first,
                middle_name=middle,
                last_name=last,
                degree=degree,
                npi=_invent_npi(first_provider + nth),
                active=active,
            )
            for nth, (kind, first, middle, last, degree, active) in enumerate(staff)
        ),
    )


def _invent_secret(seed: int, purpose: str, *, length: int) -> str:
    digest = hashlib.sha256(f"invented {purpose} of world {seed}".encode()).digest()
    return base64.b32encode(digest).decode()[:length].lower()


def _invent_npi(number: int) -> str:
    """Ten digits with a right check digit, beginning with a 2, which no issued NPI does so far."""
    body = f"2{number:08d}"
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in body[::-2])
    plain = sum(int(digit) for digit in body[-2::-2])
    return body + str(-(24 + doubled + plain) % 10)

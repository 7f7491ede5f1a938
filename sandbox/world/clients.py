"""The clients of the billing office as CollaborateMD knows them: accounts, logins, staff."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sandbox.world.model import Patient, Practice, User
from sandbox.world.names import FURTHER_OFFICES
from sandbox.world.population import World

STAFF_OF_A_CLIENT = 6

#: Client to its account numbers, each with the places of the practices that are kept in it.
_ACCOUNTS: dict[str, tuple[tuple[str, tuple[int, ...]], ...]] = {
    "Practice Harbor Billing": (("10001001", (0, 1)), ("10001002", (2,))),
    "Practice Meadow Billing": (("10002001", (0, 1)),),
    "Practice Willow Billing": (("10003001", (0, 1)),),
    "Practice Summit Billing": (("10004001", (0,)), ("10004002", (1,))),
    "Practice Orchard Billing": (("10005001", (0,)),),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One CollaborateMD customer number (8 digits) with its practices, which are of that world."""

    number: str
    practices: tuple[Practice, ...]
    world: World

    def derive_patients(self) -> tuple[tuple[Patient, ...], ...]:
        """The patients, practice by practice."""
        return tuple(
            tuple(found for id in self.world.patient_ids(practice.id) if (found := self.world.patient(id)))
            for practice in self.practices
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BillingClient:
    """A client of the office with its accounts, the one login for all of them, and the staff who work on it."""

    number: int
    name: str
    login: User
    accounts: tuple[Account, ...]
    staff: tuple[str, ...]


def open_billing_clients(world: World) -> tuple[BillingClient, ...]:
    """The customers of `world`, whose patients they share, and three more that are at CollaborateMD only."""
    elsewhere = World(
        seed=world.seed + 1,
        patients=world.patient_count,
        offices=FURTHER_OFFICES,
        first_place=len(world.practices),
    )
    customers = [(customer, world) for customer in world.customers]
    customers += [(customer, elsewhere) for customer in elsewhere.customers]
    return tuple(
        BillingClient(
            number=nth,
            name=customer.name,
            login=User(name=f"reports{nth}@practice.example", password=_invent_password(world.seed, customer.name)),
            accounts=tuple(
                Account(number=number, practices=tuple(customer.practices[place] for place in places), world=home)
                for number, places in _ACCOUNTS[customer.name]
            ),
            staff=tuple(
                f"{customer.name.split()[1][:4].lower()}.trainee{place}" for place in range(1, STAFF_OF_A_CLIENT + 1)
            ),
        )
        for nth, (customer, home) in enumerate(customers, start=1)
    )


def _invent_password(seed: int, name: str) -> str:
    # A colon, a quote and an accent: what Basic authentication gets wrong.
    return hashlib.sha256(f"reports of {name} in world {seed}".encode()).hexdigest()[:12] + ":'é"

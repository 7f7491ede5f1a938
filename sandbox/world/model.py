"""The records of the invented world; vendors differ in how they tell them, not in what they know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

ProviderKind = Literal["rendering", "referring"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Payer:
    """An insurance company with its one plan; `id` is the electronic payer id."""

    id: str
    name: str
    plan: str
    plan_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """A patient's policy; it covers a day from `starts` to `ends`, both inclusive and either unknown."""

    id: str
    payer: Payer
    number: str
    group_number: str
    copay: Decimal
    starts: date | None
    ends: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A patient's case; its policies stand in order of precedence."""

    id: str
    name: str
    primary: bool
    payer_scenario: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Patient:
    """An invented patient, whose last name says so."""

    id: str
    practice_id: str
    first_name: str
    middle_name: str
    last_name: str
    born: date
    gender: Literal["Female", "Male", "Unknown"]
    cases: tuple[Case, ...]

    @property
    def full_name(self) -> str:
        """First, middle and last name."""
        return " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)

    @property
    def sorted_name(self) -> str:
        """Last name first, as lists are sorted by it."""
        given = " ".join(part for part in (self.first_name, self.middle_name) if part)
        return f"{self.last_name}, {given}"

    @property
    def primary_case(self) -> Case | None:
        """The case marked primary, else the first, else none."""
        return next((case for case in self.cases if case.primary), self.cases[0] if self.cases else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """A rendering or referring provider of one practice."""

    id: str
    practice_id: str
    kind: ProviderKind
    first_name: str
    middle_name: str
    last_name: str
    degree: str
    npi: str
    active: bool = True

    @property
    def full_name(self) -> str:
        """The name as the vendor's lists show it, with the credential."""
        name = " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)
        return f"{name}, {self.degree}" if self.degree else name


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceLocation:
    """Where a practice renders its services."""

    id: str
    practice_id: str
    name: str
    place_of_service: str
    npi: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Practice:
    """A practice of one customer with all that belongs to it, except its patients."""

    id: str
    customer_id: str
    name: str
    npi: str
    tax_id: str
    locations: tuple[ServiceLocation, ...]
    providers: tuple[Provider, ...]

    def providers_of_kind(self, kind: ProviderKind) -> tuple[Provider, ...]:
        """The active providers of that kind."""
        return tuple(provider for provider in self.providers if provider.kind == kind and provider.active)


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A vendor login; `permissions_missing` names the operations that it may not call."""

    name: str
    password: str
    permissions_missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Customer:
    """A vendor account, which is one client of the billing office; the first user may do everything."""

    id: str
    name: str
    customer_key: str
    users: tuple[User, ...]
    practices: tuple[Practice, ...]

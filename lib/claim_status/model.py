"""What is asked of a payer about a claim, and what it answers, in one shape for every payer."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a claim, in our own words; never the payer's status word, which says less."""

    PAID = "paid"
    #: Something was paid, and something was refused.
    PARTLY_PAID = "partly paid"
    DENIED = "denied"
    #: Nothing was refused and nothing paid: the allowed amount is the patient's, as deductible or copay.
    PATIENT_OWES = "patient owes"
    IN_PROCESS = "in process"
    REJECTED = "rejected"
    NOT_FOUND = "not found"
    MISDIRECTED = "misdirected"

    @property
    def final(self) -> bool:
        """Whether the payer has decided: such an answer changes only when the payer reprocesses the claim."""
        return self in _FINAL


_FINAL = frozenset({Outcome.PAID, Outcome.PARTLY_PAID, Outcome.DENIED, Outcome.PATIENT_OWES})


@dataclass(frozen=True, kw_only=True, slots=True)
class Patient:
    """Whose claims are asked for, where a payer's answer must be narrowed to one person."""

    first_name: str = dataclasses.field(repr=False)
    last_name: str = dataclasses.field(repr=False)
    date_of_birth: date = dataclasses.field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimAsked:
    """One row that is asked for; `row` is the file's own row number, the header being row 1 where there is one.

    What the file does not say is None. `claim_number` may be the payer's number or the one it was billed under.
    """

    row: int
    claim_number: str
    first_name: str | None = dataclasses.field(default=None, repr=False)
    last_name: str | None = dataclasses.field(default=None, repr=False)
    date_of_birth: date | None = dataclasses.field(default=None, repr=False)
    subscriber_id: str | None = dataclasses.field(default=None, repr=False)
    first_service_date: date | None = None
    last_service_date: date | None = None
    practice_tin: str | None = dataclasses.field(default=None, repr=False)

    @property
    def patient(self) -> Patient | None:
        """The patient, where the row names all that a payer needs to find a person."""
        if self.first_name and self.last_name and self.date_of_birth:
            return Patient(first_name=self.first_name, last_name=self.last_name, date_of_birth=self.date_of_birth)
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimAnswer:
    """What a payer says of one claim; amounts are dollars, days are the payer's calendar days.

    `claim_number` is the payer's, `account_number` the one that the claim was billed under. `status` is the payer's
    own word, `reasons` are the codes it gives. None stands where the payer says nothing.
    """

    claim_number: str
    account_number: str
    outcome: Outcome
    status: str
    patient_name: str = dataclasses.field(default="", repr=False)
    subscriber_id: str = dataclasses.field(default="", repr=False)
    first_service_date: date | None = None
    last_service_date: date | None = None
    received_on: date | None = None
    processed_on: date | None = None
    charged: Decimal | None = None
    allowed: Decimal | None = None
    paid: Decimal | None = None
    patient_responsibility: Decimal | None = None
    check_numbers: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    def answers(self, claim_number: str) -> bool:
        """Whether this is the claim of that number, the payer's or our own."""
        return claim_number in (self.claim_number, self.account_number)

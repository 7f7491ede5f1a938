"""What Tebra tells and is told, as records: ids are text, money Decimal, dates plain dates (contract §3).

Fields with a person's name, date of birth, policy or reference stay out of `repr`, so that none reaches a log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class PaymentMethod(StrEnum):
    """How a patient paid, in the words of the workbook."""

    CHECK = "CHECK"
    CREDIT_CARD = "CREDIT CARD"
    EFT = "EFT"
    CASH = "CASH"


class EncounterStatus(StrEnum):
    """The states an encounter can be created in or moved to (`EncounterStatusCode`)."""

    DRAFT = "Draft"
    SUBMITTED = "Submitted"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    UNPAYABLE = "Unpayable"


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialCheck:
    """A login that works, and the customer it belongs to."""

    customer_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Practice:
    """A practice of the customer."""

    id: str
    name: str
    active: bool = True
    npi: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceLocation:
    """A place of service of one practice; `pos` is its two-digit place-of-service code, if Tebra has one."""

    id: str
    name: str
    practice_id: str
    practice_name: str = ""
    pos: str = ""
    npi: str = ""
    billing_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """A provider of one practice. `type` is Tebra's own word (Normal Provider, Referring Provider, ...)."""

    id: str
    full_name: str
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""
    prefix: str = ""
    suffix: str = ""
    degree: str = ""
    type: str = ""
    active: bool = True
    npi: str = ""
    practice_id: str = ""

    @property
    def is_referring(self) -> bool:
        """Whether Tebra lists the provider as one who refers, not one who renders."""
        return "referring" in self.type.casefold()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProcedureCode:
    """A procedure code that the customer's Tebra knows; Tebra tells no price here."""

    id: str
    code: str
    active: bool = True
    default_units: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InsurancePolicy:
    """A policy of a case. It has no active flag: the effective dates decide (contract §3, patient facts)."""

    id: str
    company_name: str = field(default="", repr=False)
    plan_name: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    group_number: str = field(default="", repr=False)
    effective_start: date | None = None
    effective_end: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PatientCase:
    """A case of a patient; `policies` in Tebra's order, taken as their precedence."""

    id: str
    name: str = field(default="", repr=False)
    is_primary: bool = False
    payer_scenario: str = ""
    policies: tuple[InsurancePolicy, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Patient:
    """A patient with cases. `primary_policy_number` and `primary_plan_name` are Tebra's flattened second witness."""

    id: str
    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    full_name: str = field(default="", repr=False)
    dob: date | None = field(default=None, repr=False)
    practice_id: str = ""
    practice_name: str = ""
    cases: tuple[PatientCase, ...] = ()
    primary_policy_number: str = field(default="", repr=False)
    primary_plan_name: str = field(default="", repr=False)
    primary_company_name: str = field(default="", repr=False)

    @property
    def primary_case(self) -> PatientCase | None:
        """The case marked primary, else the first, else None: then no encounter is possible (contract §3)."""
        return next((case for case in self.cases if case.is_primary), self.cases[0] if self.cases else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPayment:
    """A patient payment to post. `amount` in dollars; `reference` and `batch` empty where there is none."""

    practice_id: str
    practice_name: str
    patient_id: str
    amount: Decimal
    method: PaymentMethod
    post_date: date
    reference: str = field(default="", repr=False)
    batch: str = ""
    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedPayment:
    """A payment that Tebra wrote."""

    id: str
    practice_id: str
    practice_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentFilter:
    """Which patient payments to look for; a date range is both days included. What is None is not asked for."""

    practice_id: str | None = None
    practice_name: str | None = None
    batch: str | None = None
    reference: str | None = field(default=None, repr=False)
    amount: Decimal | None = None
    post_date_from: date | None = None
    post_date_to: date | None = None
    payer_name: str | None = field(default=None, repr=False)
    payment_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentFound:
    """A payment as Tebra lists it: it names the payer, but no patient id (contract §7).

    `method` is None where Tebra's own word, `method_text`, is none of ours. `practice_id` is empty where not told.
    """

    id: str
    amount: Decimal | None
    payer_name: str = field(default="", repr=False)
    payer_type: str = ""
    method: PaymentMethod | None = None
    method_text: str = ""
    reference: str = field(default="", repr=False)
    batch: str = ""
    post_date: date | None = None
    practice_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferringProvider:
    """Who referred: Tebra matches NPI and names, else its own provider id (contract §3)."""

    id: str = ""
    npi: str = ""
    first_name: str = ""
    middle_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLine:
    """A charge line to create; one to four diagnoses, at most four modifiers. Tebra's fee schedule prices it."""

    code: str
    units: Decimal
    diagnoses: tuple[str, ...]
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NewEncounter:
    """An encounter to create. `status` None takes the connection's; `external_id` goes out only with a vendor id."""

    practice_id: str
    practice_name: str
    patient_id: str
    case_id: str
    rendering_provider_id: str
    location_id: str
    pos: str
    dos: date
    post_date: date
    lines: tuple[NewLine, ...]
    scheduling_provider_id: str = ""
    referring_provider: ReferringProvider | None = None
    batch: str = ""
    admit_date: date | None = None
    discharge_date: date | None = None
    status: EncounterStatus | None = None
    external_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostedEncounter:
    """An encounter that Tebra wrote; `line_ids` in the order sent, as many as were sent."""

    id: str
    line_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeFound:
    """One charge line as Tebra lists it, approved or not. `id` is the claim's; money in dollars."""

    id: str
    encounter_id: str
    patient_id: str
    patient_name: str = field(default="", repr=False)
    practice_id: str = ""
    practice_name: str = ""
    encounter_procedure_id: str = ""
    encounter_status: str = ""
    batch: str = ""
    dos: date | None = None
    post_date: date | None = None
    code: str = ""
    modifiers: tuple[str, ...] = ()
    units: Decimal | None = None
    unit_charge: Decimal | None = None
    total_charges: Decimal | None = None
    status: str = ""
    rendering_provider_id: str = ""
    rendering_provider_name: str = ""
    location_name: str = ""


#: Numeric encounter states that two sources agree on (contract §3, enumerations); the others are shown verbatim.
STATUS_WORDS: Mapping[str, str] = {"1": "Draft", "2": "Review", "3": "Approved", "4": "Rejected"}


@dataclass(frozen=True, kw_only=True, slots=True)
class EncounterDetails:
    """One encounter as Tebra keeps it. `status` is Tebra's own code or word; `status_word` reads it."""

    id: str
    status: str
    patient_id: str = ""
    practice_id: str = ""
    practice_name: str = ""
    case_id: str = ""
    batch: str = ""
    pos: str = ""
    location_id: str = ""
    location_name: str = ""
    rendering_provider: str = ""
    scheduling_provider: str = ""
    referring_provider: str = ""
    dos: date | None = None
    post_date: date | None = None
    line_ids: tuple[str, ...] = ()

    @property
    def status_word(self) -> str:
        """The status in words; a code nobody is sure of comes back as it is."""
        return STATUS_WORDS.get(self.status, self.status)

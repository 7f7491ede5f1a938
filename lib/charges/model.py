"""The records of a Charges run, from the sheet's rows to the payments and encounters that they mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class PaymentSource(StrEnum):
    """How a patient paid, in the words of the sheet."""

    CHECK = "CHECK"
    CREDIT_CARD = "CREDIT CARD"
    EFT = "EFT"
    CASH = "CASH"


class Severity(StrEnum):
    """An error keeps its row from being sent; a warning is shown and sent all the same."""

    ERROR = "error"
    WARNING = "warning"


class Outcome(StrEnum):
    """What became of one row of the sheet."""

    #: Checked, nothing sent yet.
    READY = "ready"
    #: Held back by an error in this row or in another row of its encounter; nothing of it was sent.
    BLOCKED = "blocked"
    #: Patient and insurance looked up; the row asked for nothing more.
    VERIFIED = "verified"
    #: Everything that the row asked for is in Tebra, sent by this run.
    POSTED = "posted"
    #: Everything that the row asked for was sent by an earlier run.
    ALREADY_POSTED = "already posted"
    #: Tebra refused the payment or the encounter.
    REFUSED = "refused"
    #: Only a person can say what is so (an undecided intent, other lines under a posted key).
    NEEDS_PERSON = "needs a person"
    #: The run was cancelled or stopped before this row's turn.
    NOT_SENT = "not sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing to tell the biller about one row."""

    #: Excel row number, 1-based.
    row: int
    #: Title of the column as in the sheet, "" when the whole row is meant.
    column: str
    #: The value as it was read.
    value: str
    what: str
    fix: str
    severity: Severity = Severity.ERROR

    @property
    def sentence(self) -> str:
        """The problem in one line: column and value, what, and how to fix it."""
        where = (
            f"{self.column} “{self.value}”: "
            if self.column and self.value
            else f"{self.column}: "
            if self.column
            else ""
        )
        return f"{where}{self.what} {self.fix}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceLine:
    """One procedure line of an encounter."""

    row: int
    procedure: str
    units: Decimal
    modifiers: tuple[str, ...]
    diagnoses: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EncounterPart:
    """What one row says of its encounter, apart from the service line; rows of a visit must agree on it."""

    rendering_provider: str
    scheduling_provider: str
    referring_provider: str
    mode: str
    pos: str
    admit_date: date | None
    discharge_date: date | None
    batch: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentPart:
    """The patient payment that one row carries."""

    amount: Decimal
    source: PaymentSource
    reference: str
    batch: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargeRow:
    """One row of the sheet that reads well; encounter and line come together or not at all."""

    number: int
    patient_id: str
    practice: str
    dos: date
    encounter: EncounterPart | None = None
    line: ServiceLine | None = None
    payment: PaymentPart | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedRow:
    """A row with what the check found; `row` is None when it could not even be read as a charge row."""

    number: int
    row: ChargeRow | None
    problems: tuple[Problem, ...] = ()
    #: What could be read of the place where the row belongs, even when the row itself could not be.
    patient_id: str = ""
    practice: str = ""
    dos: date | None = None

    @property
    def blocked(self) -> bool:
        """Whether an error keeps this row from being sent."""
        return self.row is None or any(p.severity is Severity.ERROR for p in self.problems)


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentDraft:
    """One payment to post: several rows may carry the same one."""

    rows: tuple[int, ...]
    part: PaymentPart
    #: 1 for the first of equal payments in the sheet, 2 for the next: part of the natural key.
    ordinal: int = 1
    #: How many payments of the sheet are equal to this one in all but the ordinal.
    equals: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class EncounterDraft:
    """One encounter to create, lines in sheet order."""

    rows: tuple[int, ...]
    part: EncounterPart
    lines: tuple[ServiceLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """The rows of one patient, practice and DOS (and rendering provider, when split) with what they ask for.

    A visit is all or nothing: with `blocked`, neither its payments nor its encounter is sent.
    """

    patient_id: str
    #: As written in the sheet.
    practice: str
    dos: date
    rows: tuple[int, ...]
    encounter: EncounterDraft | None = None
    payments: tuple[PaymentDraft, ...] = ()
    blocked: bool = False


class RepeatedPayments(StrEnum):
    """The biller's answer for a payment that repeats on several lines of one visit."""

    ONE = "one"
    EACH = "each"


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentTotals:
    """What the sheet's payments add up to under either answer; equal when nothing repeats."""

    one_count: int
    one_total: Decimal
    each_count: int
    each_total: Decimal
    #: Rows whose payment repeats within their visit.
    repeated_rows: tuple[int, ...] = ()
    #: Those among them that have no reference: blocked until the biller has answered.
    unanswered_rows: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What the biller decided for this sheet."""

    repeated_payments: RepeatedPayments | None = None
    #: Split a visit whose rows disagree on the rendering provider only into one encounter a provider.
    split_by_provider: bool = False
    control_payments: Decimal | None = None
    control_charges: Decimal | None = None
    #: Header of the biller's → our column key.
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The whole sheet as visits, in sheet order, with the problems that only rows together show."""

    visits: tuple[Visit, ...]
    problems: tuple[Problem, ...]
    totals: PaymentTotals
    #: Visits (by their first row) that splitting by rendering provider would mend.
    splittable: tuple[int, ...] = ()
    #: True when a typed control total decided the repeated payments.
    decided_by_control: bool = False


class CaseStatus(StrEnum):
    """Whether the primary policy covers the DOS."""

    ACTIVE = "Active"
    INACTIVE = "Inactive"
    NONE = "None"


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """A patient's primary insurance on one DOS."""

    insurance: str
    policy_number: str
    status: CaseStatus

"""What a payer knows of a claim: the whole of it, and every decision on it, each paid by a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import TypeAdapter

#: How far the payer is with a claim.
ClaimStage = Literal["acknowledged", "in review", "pending", "rejected", "misdirected", "finalized"]
#: What came of it, from amounts alone: `patient owes` is a claim of which nothing is refused and nothing was paid.
ClaimOutcome = Literal["paid", "partly paid", "denied", "patient owes", "in process", "rejected", "misdirected"]
ShareKind = Literal["", "copay", "coinsurance", "deductible"]
NOTHING = Decimal("0.00")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why an amount is refused: adjustment group, reason (CARC) and remark codes."""

    group: str
    reason: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionLine:
    """What one decision said of one charge line, in dollars."""

    place: int
    line_id: str
    code: str
    revenue_code: str
    units: int
    charged: Decimal
    allowed: Decimal
    paid: Decimal
    written_off: Decimal
    share: Decimal
    share_kind: ShareKind
    refused: Decimal
    refusal: Refusal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """The money of one decision; a check holds all drafts of a tax id on a day, so `check_amount` ≥ `amount`."""

    number: str
    amount: Decimal
    check_number: str
    check_amount: Decimal
    issued_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """One adjudication of a claim, told apart by its suffix; without a draft where nothing was paid."""

    suffix: str
    decided_on: date
    lines: tuple[DecisionLine, ...]
    draft: Draft | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PayerClaim:
    """A claim as a payer has it on a day: its own number, whose it is, how far it is, and its sums in dollars.

    `account_number` is the claim's id at the billing office. Names are as the payer writes them, capitals without
    accents. `refused_to_patient` is the part of `refused` that the payer says the patient owes (group PR). Once it is
    decided, charged = paid + written_off + share + refused, but for lines that were paid twice.
    """

    number: str
    account_number: str
    payer_id: str
    client: str
    practice: str
    tin: str
    npi: str
    provider: str
    member_id: str
    group_number: str
    first_name: str
    last_name: str
    born: date
    first_day: date
    last_day: date
    institutional: bool
    received_on: date
    processed_on: date | None
    stage: ClaimStage
    outcome: ClaimOutcome
    charged: Decimal
    allowed: Decimal
    paid: Decimal
    written_off: Decimal
    refused: Decimal
    refused_to_patient: Decimal
    copay: Decimal
    coinsurance: Decimal
    deductible: Decimal
    refusals: tuple[Refusal, ...]
    checks: tuple[str, ...]

    @property
    def share(self) -> Decimal:
        """What the payer leaves to the patient."""
        return self.copay + self.coinsurance + self.deductible


CLAIMS: TypeAdapter[list[PayerClaim]] = TypeAdapter(list[PayerClaim])


def judge(stage: ClaimStage, *, paid: Decimal, refused: Decimal) -> ClaimOutcome:
    """What came of a claim at that stage with these sums."""
    if stage == "rejected" or stage == "misdirected":
        return stage
    if stage != "finalized":
        return "in process"
    if refused > 0:
        return "partly paid" if paid > 0 else "denied"
    return "paid" if paid > 0 else "patient owes"

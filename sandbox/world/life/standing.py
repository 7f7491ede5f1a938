"""Where every charge line stands on a day, as the office would have seen it that evening."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from sandbox.world.days import NEVER, Cents, Days, Flags
from sandbox.world.life.batch import LifeBatch
from sandbox.world.life.postings import BUCKETS, Bucket, Posting


class ClaimStatus(IntEnum):
    """Where a claim is; of the lines of one claim the highest speaks for it."""

    PAID = 0
    BALANCE_DUE_PATIENT = 1
    AT_COLLECTIONS = 2
    CLAIM_AT_INSURANCE = 3
    APPROVED_FOR_HIGHER_PAYMENT = 4
    NEEDS_RENEGOTIATING = 5
    READY_TO_BILL = 6
    ON_HOLD = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The lines of a batch on a day: amounts in cents, zero for lines that are not `entered` yet.

    charge = insurance_paid + patient_paid + insurance_adjusted + patient_adjusted + balance, where paid is less
    refunds, and balance = the sum of `owed`. `status` is the claim's (ClaimStatus), one entry a line.
    """

    day: int
    batch: LifeBatch
    entered: Flags
    owed: dict[Bucket, Cents]
    balance: Cents
    insurance_paid: Cents
    patient_paid: Cents
    insurance_adjusted: Cents
    patient_adjusted: Cents
    allowed: Cents
    status: np.ndarray

    def known(self, days: Days) -> Days:
        """Those days that have come, never for the others."""
        return np.where(days <= self.day, days, np.int32(NEVER)).astype(np.int32)


def stand_on(batch: LifeBatch, day: int) -> Standing:
    """The standing of a batch at the end of a day (number of sandbox.world.days)."""
    claims = batch.claims
    entered = claims.line_entered <= day
    nothing = np.zeros(claims.line_count, np.int64)
    charged = np.where(entered, claims.cents, 0)
    insured = claims.insured[claims.claim]
    owed: dict[Bucket, Cents] = {bucket: nothing.copy() for bucket in BUCKETS}
    owed["insurance"] += np.where(insured, charged, 0)
    owed["patient"] += np.where(insured, 0, charged)
    sums = {name: nothing.copy() for name in ("insurance_paid", "patient_paid")}
    sums |= {name: nothing.copy() for name in ("insurance_adjusted", "patient_adjusted")}
    allowed = nothing.copy()
    for posting in batch.postings:
        cents = np.where(posting.applied <= day, posting.cents, 0)
        owed[posting.bucket] -= cents
        if posting.to:
            owed[posting.to] += cents
        else:
            sums[_side(posting)] += cents
        allowed += np.where(posting.entered <= day, posting.allowed, 0)
    return Standing(
        day=day,
        batch=batch,
        entered=entered,
        owed=owed,
        balance=sum(owed.values(), nothing),
        allowed=allowed,
        status=_status(batch, day, owed),
        **sums,
    )


def _side(posting: Posting) -> str:
    who = "patient" if posting.from_patient else "insurance"
    return f"{who}_{'adjusted' if posting.kind == 'adjustment' else 'paid'}"


def _status(batch: LifeBatch, day: int, owed: dict[Bucket, Cents]) -> np.ndarray:
    claims, payers = batch.claims, batch.payers
    insured = claims.insured[claims.claim]
    held = ((claims.hold_start <= day) & (day < claims.hold_release))[claims.claim]
    denied = (payers.first.open_cents > 0) & (payers.first.posted <= day)
    at_insurance = owed["insurance"] > 0
    of_line = np.select(
        [
            held,
            insured & (claims.first_billed > day)[claims.claim],
            at_insurance & denied & (payers.decided <= day) & payers.overturned,
            at_insurance & denied,
            at_insurance | (owed["other"] > 0),
            owed["collections"] > 0,
            owed["patient"] > 0,
        ],
        [
            ClaimStatus.ON_HOLD,
            ClaimStatus.READY_TO_BILL,
            ClaimStatus.APPROVED_FOR_HIGHER_PAYMENT,
            ClaimStatus.NEEDS_RENEGOTIATING,
            ClaimStatus.CLAIM_AT_INSURANCE,
            ClaimStatus.AT_COLLECTIONS,
            ClaimStatus.BALANCE_DUE_PATIENT,
        ],
        default=ClaimStatus.PAID,
    ).astype(np.int8)
    firsts = np.flatnonzero(claims.line_place == 0)
    return np.maximum.reduceat(of_line, firsts)[claims.claim] if len(of_line) else of_line

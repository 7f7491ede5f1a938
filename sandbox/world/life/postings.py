"""Postings: every movement of money on charge lines, as columns with one entry a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sandbox.world.days import NEVER, Cents, Days, Flags

#: Who owes a balance. A line's charge begins with the insurance, or with the patient who has none.
Bucket = Literal["insurance", "other", "patient", "collections"]
BUCKETS: tuple[Bucket, ...] = ("insurance", "other", "patient", "collections")
PostingKind = Literal["payment", "refund", "adjustment", "transfer"]
#: Why a balance was adjusted.
Reason = Literal[
    "contractual", "denial", "takeback", "small balance", "bad debt", "charity", "secondary", "not an adjustment"
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """One kind of movement, which a line has at most once; it exists where `entered` is not never.

    `cents` leave `bucket` (negative: they return to it); a transfer brings them into `to`, a payment, refund or
    adjustment takes them off the balance. It counts from `applied` on, which is the day `entered` except for payments
    that stay unapplied for a while. `received` is the day on the remittance or check, `allowed` what the payer
    allowed on it. `number` is the same for all lines and gives the payment its id.
    """

    number: int
    kind: PostingKind
    bucket: Bucket
    to: Bucket | None = None
    reason: Reason = "not an adjustment"
    received: Days
    entered: Days
    applied: Days
    cents: Cents
    allowed: Cents

    @property
    def exists(self) -> Flags:
        """Whether a line has it at all."""
        return self.entered < NEVER

    @property
    def from_patient(self) -> bool:
        """Whether the patient, not a payer, is on the other side."""
        return self.bucket in ("patient", "collections")


class PostingBook:
    """Collects a batch's postings, numbered in the order in which they are written down."""

    def __init__(self) -> None:
        self.postings: list[Posting] = []

    def pay(
        self,
        bucket: Bucket,
        received: Days,
        entered: Days,
        cents: Cents,
        *,
        allowed: Cents | None = None,
        applied: Days | None = None,
        kind: PostingKind = "payment",
    ) -> None:
        """Write down payments; a remittance that pays nothing is one too, so zeros stay."""
        self._write(kind, bucket, received, entered, cents, allowed=allowed, applied=applied)

    def adjust(self, bucket: Bucket, reason: Reason, received: Days, entered: Days, cents: Cents) -> None:
        """Write down adjustments of more or less than nothing."""
        self._write("adjustment", bucket, received, _where_any(entered, cents), cents, reason=reason)

    def transfer(self, bucket: Bucket, to: Bucket, entered: Days, cents: Cents) -> None:
        """Write down that a balance is now somebody else's."""
        self._write("transfer", bucket, entered, _where_any(entered, cents), cents, to=to)

    def _write(
        self,
        kind: PostingKind,
        bucket: Bucket,
        received: Days,
        entered: Days,
        cents: Cents,
        *,
        allowed: Cents | None = None,
        applied: Days | None = None,
        reason: Reason = "not an adjustment",
        to: Bucket | None = None,
    ) -> None:
        exists = entered < NEVER
        day = np.where(exists, entered, np.int32(NEVER)).astype(np.int32)
        self.postings.append(
            Posting(
                number=len(self.postings) + 1,
                kind=kind,
                bucket=bucket,
                to=to,
                reason=reason,
                received=np.where(exists, received, np.int32(NEVER)).astype(np.int32),
                entered=day,
                applied=day if applied is None else np.where(exists, applied, np.int32(NEVER)).astype(np.int32),
                cents=np.where(exists, cents, np.int64(0)),
                allowed=np.zeros(len(cents), np.int64) if allowed is None else np.where(exists, allowed, np.int64(0)),
            )
        )


def _where_any(days: Days, cents: Cents) -> Days:
    return np.where(cents != 0, days, np.int32(NEVER)).astype(np.int32)

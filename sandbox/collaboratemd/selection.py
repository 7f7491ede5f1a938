"""Which charge lines, payments, adjustments, denials and claims a report shows as of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from sandbox.collaboratemd.names import Names
from sandbox.world.claim_codes import DENIAL_REASONS, NOT_DENIALS
from sandbox.world.days import NEVER, Cents, Days, Flags, Places
from sandbox.world.life import Posting, Standing
from sandbox.world.life.claims import Claims
from sandbox.world.life.postings import PostingKind

#: Group and reason of all that denial reports show: denials first, then what is none.
SHOWN_REASONS = tuple(reason[:2] for reason in DENIAL_REASONS) + NOT_DENIALS
_REMARKS_OF_REASON = np.array([len(remarks) for _, _, remarks, _ in DENIAL_REASONS], np.int32)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Rows of a report: each is about one line, whose place in its batch is in `line`."""

    standing: Standing
    names: Names
    line: Places

    @property
    def claims(self) -> Claims:
        """The claims of the batch."""
        return self.standing.batch.claims

    @property
    def claim(self) -> Places:
        """The place of each row's claim."""
        return self.claims.claim[self.line]

    @property
    def day(self) -> int:
        """The day as of which the report speaks."""
        return self.standing.day


@dataclass(frozen=True, kw_only=True)
class ArSelection(Selection):
    """Open lines; `printed` and `electronic` are the statements that each patient of the roster was sent so far."""

    printed: Places
    electronic: Places


@dataclass(frozen=True, kw_only=True)
class PaymentSelection(Selection):
    """Rows about a payment or refund each; `payer` points into the roster's payers, -1 for patients."""

    posting: Places
    received: Days
    entered: Days
    cents: Cents
    allowed: Cents
    applied: Flags
    refund: Flags
    payer: Places


@dataclass(frozen=True, kw_only=True)
class AdjustmentSelection(Selection):
    """Rows about an adjustment each; `reason` points into REASONS, `paid` is what its remittance paid."""

    received: Days
    entered: Days
    cents: Cents
    reason: Places
    from_patient: Flags
    payer: Places
    paid: Cents


@dataclass(frozen=True, kw_only=True)
class DenialSelection(Selection):
    """Rows about one remark of an unpaid line; `reason` points into SHOWN_REASONS."""

    received: Days
    posted: Days
    reason: Places
    remark: Places
    paid: Cents
    appealed: Days
    decided: Days
    overturned: Flags


@dataclass(frozen=True, kw_only=True)
class ClaimSelection(Selection):
    """Rows about what one user did on a claim."""

    user: Places
    notes: Places
    last_note: Days


REASONS = ("contractual", "denial", "takeback", "small balance", "bad debt", "charity", "secondary")


def select_lines(standing: Standing, names: Names, shown: Flags) -> Selection:
    """The lines where the flag is up."""
    return Selection(standing=standing, names=names, line=np.flatnonzero(shown).astype(np.int32))


def select_payments(standing: Standing, names: Names, since: int) -> PaymentSelection:
    """Payments and refunds entered from `since` to the day of the standing, line by line."""
    rows = _gather(standing, ("payment", "refund"), since)
    return PaymentSelection(
        standing=standing,
        names=names,
        line=rows.line,
        posting=rows.each(lambda posting, here: np.full(len(here), posting.number, np.int32)),
        received=rows.each(lambda posting, here: posting.received[here]),
        entered=rows.each(lambda posting, here: posting.entered[here]),
        cents=rows.each(lambda posting, here: posting.cents[here]),
        allowed=rows.each(lambda posting, here: posting.allowed[here]),
        applied=rows.each(lambda posting, here: posting.applied[here] <= standing.day),
        refund=rows.each(lambda posting, here: np.full(len(here), posting.kind == "refund")),
        payer=rows.each(lambda posting, here: _payer_of(standing, posting, here)),
    )


def select_adjustments(standing: Standing, names: Names, since: int) -> AdjustmentSelection:
    """Adjustments entered from `since` to the day of the standing, line by line."""
    rows = _gather(standing, ("adjustment",), since)
    return AdjustmentSelection(
        standing=standing,
        names=names,
        line=rows.line,
        received=rows.each(lambda posting, here: posting.received[here]),
        entered=rows.each(lambda posting, here: posting.entered[here]),
        cents=rows.each(lambda posting, here: posting.cents[here]),
        reason=rows.each(lambda posting, here: np.full(len(here), REASONS.index(posting.reason), np.int32)),
        from_patient=rows.each(lambda posting, here: np.full(len(here), posting.from_patient)),
        payer=rows.each(lambda posting, here: _payer_of(standing, posting, here)),
        paid=rows.each(lambda posting, here: _paid_with(standing, posting, here)),
    )


def select_denials(standing: Standing, names: Names, since: int) -> DenialSelection:
    """The unpaid lines of remittances posted from `since` on, a row for every remark."""
    payers = standing.batch.payers
    found: list[DenialSelection] = []
    for place, denials in enumerate(payers.denials):
        line = np.flatnonzero((denials.posted <= standing.day) & (denials.posted >= since)).astype(np.int32)
        is_denial = denials.is_denial[line]
        reason = denials.reason[line] + np.where(is_denial, 0, len(DENIAL_REASONS))
        told = np.where(is_denial, _REMARKS_OF_REASON[denials.reason[line] % len(DENIAL_REASONS)], 0)
        remarks = np.minimum(denials.remarks[line], told)
        times = np.maximum(remarks, 1)
        row = np.repeat(np.arange(len(line)), times)
        nth = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
        line = line[row]
        first = place == 0
        found.append(
            DenialSelection(
                standing=standing,
                names=names,
                line=line,
                received=denials.received[line],
                posted=denials.posted[line],
                reason=reason[row].astype(np.int32),
                remark=np.where(remarks[row] > 0, nth, -1).astype(np.int32),
                paid=denials.paid[line],
                appealed=standing.known(payers.appealed[line]) if first else np.full(len(line), NEVER, np.int32),
                decided=standing.known(np.where(payers.appealed < NEVER, payers.decision_posted, NEVER)[line])
                if first
                else np.full(len(line), NEVER, np.int32),
                overturned=payers.overturned[line],
            )
        )
    return _put_together(found)


def select_work(standing: Standing, names: Names, since: int) -> ClaimSelection:
    """What users noted on claims: those who enter and bill, and those who follow up."""
    claims, payers = standing.batch.claims, standing.batch.payers
    firsts = np.flatnonzero(claims.line_place == 0).astype(np.int32)
    denied = np.where(payers.first.open_cents > 0, payers.first.posted, NEVER)
    soonest = [
        np.minimum.reduceat(days, firsts) if len(days) else days
        for days in (denied, payers.appealed, payers.billed_again, payers.decision_posted)
    ]
    notes = (
        (claims.enterer, [claims.entered, claims.hold_start, claims.hold_release, claims.first_billed]),
        (claims.follower, [claims.billed_again, *soonest]),
    )
    found = []
    for user, days_of_notes in notes:
        known = np.stack([standing.known(days) for days in days_of_notes])
        written = (known < NEVER).sum(axis=0)
        last = np.where(known < NEVER, known, -1).max(axis=0).astype(np.int32)
        here = np.flatnonzero((written > 0) & (last >= since) & (claims.entered <= standing.day))
        found.append(
            ClaimSelection(
                standing=standing,
                names=names,
                line=firsts[here],
                user=user[here],
                notes=written[here].astype(np.int32),
                last_note=last[here],
            )
        )
    return _put_together(found)


class _Gathered:
    """Postings with the lines that have them, in the order of the lines."""

    def __init__(self, parts: list[tuple[Posting, Places]]) -> None:
        self._parts = parts
        line = np.concatenate([here for _, here in parts]) if parts else np.zeros(0, np.int32)
        self._order = np.argsort(line, kind="stable")
        self.line = line[self._order].astype(np.int32)

    def each(self, tell: Callable[[Posting, Places], np.ndarray]) -> np.ndarray:
        """What `tell` says of every posting's lines, in the order of the lines."""
        return np.concatenate([tell(posting, here) for posting, here in self._parts])[self._order]


def _gather(standing: Standing, kinds: tuple[PostingKind, ...], since: int) -> _Gathered:
    return _Gathered(
        [
            (posting, np.flatnonzero((posting.entered <= standing.day) & (posting.entered >= since)))
            for posting in standing.batch.postings
            if posting.kind in kinds
        ]
    )


def _payer_of(standing: Standing, posting: Posting, here: Places) -> Places:
    claims = standing.batch.claims
    if posting.from_patient:
        return np.full(len(here), -1, np.int32)
    return (claims.secondary if posting.bucket == "other" else claims.primary)[claims.claim[here]]


def _paid_with(standing: Standing, adjustment: Posting, here: Places) -> Cents:
    """What was paid on the same lines, by the same payer, in the remittance of an adjustment."""
    paid = np.zeros(len(here), np.int64)
    for posting in standing.batch.postings:
        if posting.kind == "payment" and posting.bucket == adjustment.bucket:
            paid += np.where(posting.entered[here] == adjustment.entered[here], posting.cents[here], 0)
    return paid


_Rows = TypeVar("_Rows", bound=Selection)


def _put_together(parts: Sequence[_Rows]) -> _Rows:
    order = np.argsort(np.concatenate([part.line for part in parts]), kind="stable")
    first = parts[0]
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])[order]
        for field in fields(first)
        if field.name not in ("standing", "names")
    }
    return replace(first, **columns)

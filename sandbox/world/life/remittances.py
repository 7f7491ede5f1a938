"""What payers answer: first remittance, denial, appeal or resubmission, takeback, second payment, secondary payer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.claim_codes import DENIAL_REASONS, ENDED_COVERAGE, NOT_DENIALS
from sandbox.world.days import NEVER, Cents, Days, Flags, Places
from sandbox.world.life.chance import Dice, amount, part_of, when
from sandbox.world.life.claims import Claims
from sandbox.world.life.postings import PostingBook
from sandbox.world.roster import PAYER_HABITS

_DAYS, _ALLOWED, _DENIES = (np.array(column) for column in zip(*PAYER_HABITS, strict=True))
_REASON_WEIGHTS = [float(weight) for _, _, _, weight in DENIAL_REASONS]


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstAnswer:
    """The first remittance of each line: `open_cents` is what it neither paid, adjusted nor gave to the patient.

    `share_kind` says what the patient's share would be: 0 nothing, 1 a copay, 2 coinsurance, 3 the deductible.
    """

    received: Days
    posted: Days
    paid: Cents
    contractual: Cents
    patient_share: Cents
    open_cents: Cents
    full_paid: Cents
    full_contractual: Cents
    full_patient_share: Cents
    share_kind: Places
    denied: Flags


@dataclass(frozen=True, kw_only=True, slots=True)
class Denials:
    """A remittance's unpaid lines; `reason` points into DENIAL_REASONS or, where `is_denial` is down, NOT_DENIALS."""

    received: Days
    posted: Days
    reason: Places
    remarks: Places
    paid: Cents
    is_denial: Flags


@dataclass(frozen=True, kw_only=True, slots=True)
class PayerStory:
    """What came of each line at its payers; `due` with `due_day` is what is left to the patient."""

    first: FirstAnswer
    denials: tuple[Denials, ...]
    appealed: Days
    decided: Days
    decision_posted: Days
    overturned: Flags
    billed_again: Days
    due: Cents
    due_day: Days


def hear_payers(dice: Dice, claims: Claims, book: PostingBook) -> PayerStory:
    """Let the payers answer every billed line, and write their postings down."""
    insured = claims.insured[claims.claim]
    first = _answer_first(dice, claims)
    _post_first(dice, first, book)
    second = _rework(dice, claims, first, book)
    _take_back(dice, first, book)
    _pay_twice(dice, first, book)
    share_day = np.where(first.patient_share > 0, first.posted, second.posted).astype(np.int32)
    share_day = when(insured, share_day)
    share = first.patient_share + second.patient_share
    due, due_day = _ask_secondary(dice, claims, share, share_day, book)
    return PayerStory(
        first=first,
        denials=(_first_denials(dice, claims, first), second.denials, _remarks_on_paid_lines(dice, first)),
        appealed=second.appealed,
        decided=second.received,
        decision_posted=second.posted,
        overturned=second.won,
        billed_again=second.billed_again,
        due=np.where(insured, due, claims.cents),
        due_day=np.where(insured, due_day, claims.line_entered).astype(np.int32),
    )


def _answer_first(dice: Dice, claims: Claims) -> FirstAnswer:
    count, claim = len(claims.id), claims.claim
    lines = claims.line_count
    accepted = np.where(claims.billed_again < NEVER, claims.billed_again, claims.first_billed)
    silent = np.where(dice.happens(0.02, count), dice.days(60, 150, count), 0)
    received = accepted + _DAYS[claims.primary] + dice.days(-5, 16, count) + silent
    # A few are posted under a date before the remittance's: the data errors of a real office.
    slip = dice.happens(0.006, count)
    posted = received + np.where(slip, -dice.days(1, 3, count), dice.days(0, 4, count))
    received, posted = (when(claims.insured, days.astype(np.int32))[claim] for days in (received, posted))

    chance = _DENIES[claims.primary] * np.where(_covered(claims), 1.0, 6.0)
    denied = dice.happens(chance * 0.6, count)[claim] | dice.happens((chance * 0.4)[claim], lines)
    denied &= posted < NEVER
    allowed = part_of(claims.cents, np.minimum(_ALLOWED[claims.primary][claim] * dice.share(lines, 0.9, 1.1), 1.0))
    kind = dice.one_of([0.45, 0.3, 0.17, 0.08], lines)
    copay = np.minimum(allowed, claims.roster.copay[claims.patient][claim]) * (claims.line_place == 0)
    share = np.select([kind == 1, kind == 2, kind == 3], [copay, part_of(allowed, 0.2), allowed], default=np.int64(0))
    full_paid, full_contractual = allowed - share, claims.cents - allowed
    short = ~denied & dice.happens(0.04, lines)
    paid = np.where(short, part_of(full_paid, 0.6), full_paid)
    answered = ~denied & (posted < NEVER)
    return FirstAnswer(
        received=received,
        posted=posted,
        paid=amount(answered, paid),
        contractual=amount(answered, full_contractual),
        patient_share=amount(answered, share),
        open_cents=np.where(denied, claims.cents, amount(answered, full_paid - paid)),
        full_paid=full_paid,
        full_contractual=full_contractual,
        full_patient_share=share,
        share_kind=kind,
        denied=denied,
    )


def _covered(claims: Claims) -> Flags:
    roster = claims.roster
    return (roster.covered_from[claims.patient] <= claims.dos) & (claims.dos <= roster.covered_to[claims.patient])


def _post_first(dice: Dice, first: FirstAnswer, book: PostingBook) -> None:
    lines = len(first.posted)
    waiting = np.where(dice.happens(0.01, lines), dice.days(2, 20, lines), 0)
    book.pay(
        "insurance",
        first.received,
        first.posted,
        first.paid,
        allowed=amount(~first.denied, first.full_paid + first.full_patient_share),
        applied=(first.posted + waiting).astype(np.int32),
    )
    book.adjust("insurance", "contractual", first.received, first.posted, first.contractual)


def _first_denials(dice: Dice, claims: Claims, first: FirstAnswer) -> Denials:
    lines = len(first.posted)
    # One claim's lines are mostly denied for one reason.
    reason = dice.one_of(_REASON_WEIGHTS, len(claims.id))
    reason = np.where(_covered(claims), reason, ENDED_COVERAGE).astype(np.int32)
    unpaid = first.open_cents > 0
    return Denials(
        received=when(unpaid, first.received),
        posted=when(unpaid, first.posted),
        reason=reason[claims.claim],
        remarks=dice.days(1, 2, lines),
        paid=first.paid,
        is_denial=unpaid,
    )


def _remarks_on_paid_lines(dice: Dice, first: FirstAnswer) -> Denials:
    lines = len(first.posted)
    shown = (first.open_cents == 0) & (first.posted < NEVER) & dice.happens(0.04, lines)
    return Denials(
        received=when(shown, first.received),
        posted=when(shown, first.posted),
        reason=dice.days(0, len(NOT_DENIALS) - 1, lines),
        remarks=np.ones(lines, np.int32),
        paid=first.paid,
        is_denial=np.zeros(lines, np.bool_),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _SecondAnswer:
    received: Days
    posted: Days
    appealed: Days
    billed_again: Days
    won: Flags
    patient_share: Cents
    denials: Denials


def _rework(dice: Dice, claims: Claims, first: FirstAnswer, book: PostingBook) -> _SecondAnswer:
    """Appeal, resubmit or leave what the first remittance left open, until it is paid or written off."""
    lines = claims.line_count
    stuck = first.open_cents > 0
    road = dice.one_of([0.5, 0.3, 0.2], lines)
    appealed = when(stuck & (road == 0), first.posted + dice.days(5, 45, lines))
    billed_again = when(stuck & (road == 1), first.posted + dice.days(3, 20, lines))
    answer = np.where(
        road == 0,
        appealed + dice.days(25, 80, lines),
        billed_again + _DAYS[claims.primary][claims.claim] + dice.days(-4, 15, lines),
    )
    received = when(stuck & (road < 2), answer.astype(np.int32))
    posted = when(stuck & (road < 2), received + dice.days(0, 4, lines))
    won = stuck & (road < 2) & dice.happens(np.where(road == 0, 0.58, 0.72), lines)
    lost = stuck & (road < 2) & ~won
    in_full = won & first.denied
    paid = np.where(in_full, first.full_paid, amount(won, first.open_cents))
    book.pay(
        "insurance",
        received,
        posted,
        paid,
        allowed=np.where(in_full, first.full_paid + first.full_patient_share, paid),
    )
    book.adjust("insurance", "contractual", received, posted, amount(in_full, first.full_contractual))
    to_patient = lost & first.denied & dice.happens(0.15, lines)
    given_up = lost & ~to_patient
    never_worked = stuck & (road == 2)
    final = np.where(never_worked, first.posted + dice.days(120, 400, lines), posted + dice.days(1, 30, lines))
    written_off = when(given_up | never_worked, final.astype(np.int32))
    book.adjust("insurance", "denial", written_off, written_off, amount(given_up | never_worked, first.open_cents))
    return _SecondAnswer(
        received=received,
        posted=posted,
        appealed=appealed,
        billed_again=billed_again,
        won=won,
        patient_share=np.where(to_patient, first.open_cents, amount(in_full, first.full_patient_share)),
        denials=Denials(
            received=when(lost, received),
            posted=when(lost, posted),
            reason=dice.one_of(_REASON_WEIGHTS, len(claims.id))[claims.claim],
            remarks=np.ones(lines, np.int32),
            paid=np.zeros(lines, np.int64),
            is_denial=lost,
        ),
    )


def _take_back(dice: Dice, first: FirstAnswer, book: PostingBook) -> None:
    """Some paid lines are reversed months later; most of them are paid again, a little less."""
    lines = len(first.posted)
    taken = (first.paid > 0) & (first.open_cents == 0) & dice.happens(0.02, lines)
    day = when(taken, first.posted + dice.days(60, 300, lines))
    book.pay("insurance", day, day, -amount(taken, first.paid), allowed=-amount(taken, first.full_paid))
    book.adjust("insurance", "takeback", day, day, -amount(taken, first.contractual))
    again = taken & dice.happens(0.75, lines)
    received = when(again, day + dice.days(15, 60, lines))
    repaid = amount(again, part_of(first.paid, 0.85))
    book.pay("insurance", received, received, repaid, allowed=repaid)
    book.adjust("insurance", "contractual", received, received, amount(again, first.paid + first.contractual - repaid))
    lost = taken & ~again
    given_up = when(lost, day + dice.days(90, 200, lines))
    book.adjust("insurance", "denial", given_up, given_up, amount(lost, first.paid + first.contractual))


def _pay_twice(dice: Dice, first: FirstAnswer, book: PostingBook) -> None:
    """A payer's second payment of the same line is a credit balance until it is refunded."""
    lines = len(first.posted)
    twice = (first.paid > 0) & dice.happens(0.004, lines)
    received = when(twice, first.posted + dice.days(10, 40, lines))
    book.pay("insurance", received, received, amount(twice, first.paid), allowed=amount(twice, first.paid))
    back = twice & dice.happens(0.7, lines)
    refunded = when(back, received + dice.days(60, 200, lines))
    book.pay("insurance", refunded, refunded, -amount(back, first.paid), kind="refund")


def _ask_secondary(dice: Dice, claims: Claims, share: Cents, share_day: Days, book: PostingBook) -> tuple[Cents, Days]:
    """What the secondary payer leaves of the patient's share, and since when it is the patient's."""
    lines = claims.line_count
    asked = (claims.secondary[claims.claim] >= 0) & (share > 0) & dice.happens(0.8, lines)
    book.transfer("insurance", "other", when(asked, share_day), amount(asked, share))
    book.transfer("insurance", "patient", when(~asked, share_day), amount(~asked, share))
    answers = asked & ~dice.happens(0.05, lines)
    received = when(answers, share_day + dice.days(15, 50, lines))
    posted = when(answers, received + dice.days(0, 4, lines))
    paid = amount(answers, part_of(share, np.where(dice.happens(0.6, lines), 1.0, 0.8)))
    book.pay("other", received, posted, paid, allowed=paid)
    adjusted = amount(answers, part_of(share - paid, 0.25))
    book.adjust("other", "secondary", received, posted, adjusted)
    left = share - paid - adjusted
    book.transfer("other", "patient", when(answers, posted), amount(answers, left))
    return np.where(asked, amount(answers, left), share), np.where(asked, posted, share_day).astype(np.int32)

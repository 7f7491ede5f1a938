"""What patients do about their balances: copays, statements, payments, refunds, write-offs, collections."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.world.days import NEVER, Cents, Days, Flags
from sandbox.world.life.chance import Dice, amount, part_of, when
from sandbox.world.life.claims import Claims
from sandbox.world.life.postings import PostingBook
from sandbox.world.life.remittances import PayerStory

SMALL_BALANCE_CENTS = 1_000
MOST_STATEMENTS = 8
DAYS_BETWEEN_STATEMENTS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Statements:
    """When a line's balance begins to appear on statements and from which day on no more."""

    first: Days
    stopped: Days

    def sent_by(self, day: int) -> np.ndarray:
        """How many statements a line has appeared on by that day."""
        until = np.minimum(self.stopped - 1, day)
        sent = (until - self.first) // DAYS_BETWEEN_STATEMENTS + 1
        return np.where(self.first <= until, np.minimum(sent, MOST_STATEMENTS), 0).astype(np.int32)


def bill_patients(dice: Dice, claims: Claims, story: PayerStory, book: PostingBook) -> Statements:
    """Ask the patients for what the payers left them, and write down what comes of it."""
    lines = claims.line_count
    copay = _take_copay(dice, claims, book)
    due, due_day = story.due - copay, story.due_day
    _refund(dice, due, due_day, book)
    owing = (due > 0) & (due_day < NEVER)
    fate = dice.one_of([0.6, 0.17, 0.23], lines)
    in_full, in_part = owing & (fate == 0), owing & (fate == 1)
    paid = np.where(in_full, due, amount(in_part, part_of(due, dice.share(lines, 0.3, 0.7))))
    pay_day = when(paid > 0, due_day + dice.days(10, 110, lines))
    _pay(dice, pay_day, paid, book)
    rest_paid = in_part & dice.happens(0.5, lines)
    second_day = when(rest_paid, pay_day + dice.days(25, 60, lines))
    _pay(dice, second_day, amount(rest_paid, due - paid), book)
    given_up = _give_up(dice, amount(owing & ~in_full & ~rest_paid, due - paid), due_day, book)
    first = when(owing, due_day + dice.days(5, 12, lines))
    settled = np.where(in_full, pay_day, np.where(rest_paid, second_day, given_up))
    return Statements(first=first, stopped=settled.astype(np.int32))


def _take_copay(dice: Dice, claims: Claims, book: PostingBook) -> Cents:
    usual = claims.roster.copay[claims.patient][claims.claim]
    taken = dice.happens(0.3, len(claims.id))[claims.claim] & (claims.line_place == 0) & (usual > 0)
    cents = amount(taken, np.minimum(usual, claims.cents))
    entered = when(cents > 0, claims.line_entered)
    received = when(cents > 0, claims.dos[claims.claim])
    book.pay("patient", received, entered, cents, applied=_apply(dice, entered))
    return cents


def _pay(dice: Dice, received: Days, cents: Cents, book: PostingBook) -> None:
    entered = when(cents > 0, received + dice.days(0, 3, len(cents)))
    book.pay("patient", received, entered, cents, applied=_apply(dice, entered))


def _apply(dice: Dice, entered: Days) -> Days:
    """The day on which a payment is applied to its charge: at once but for a few that lie about, some for ever."""
    count = len(entered)
    waiting = np.where(dice.happens(0.05, count), dice.days(5, 60, count), 0)
    return np.where(dice.happens(0.01, count), np.int32(NEVER), entered + waiting).astype(np.int32)


def _refund(dice: Dice, due: Cents, due_day: Days, book: PostingBook) -> None:
    back: Flags = (due < 0) & (due_day < NEVER) & dice.happens(0.65, len(due))
    day = when(back, due_day + dice.days(30, 150, len(due)))
    book.pay("patient", day, day, amount(back, due), kind="refund")


def _give_up(dice: Dice, rest: Cents, due_day: Days, book: PostingBook) -> Days:
    """Write the rest off, send it to collections or leave it; the day from which no statement is sent."""
    lines = len(rest)
    owed = rest > 0
    day = when(owed, due_day + dice.days(130, 210, lines))
    small = owed & (rest <= SMALL_BALANCE_CENTS)
    charity = owed & ~small & dice.happens(0.08, lines)
    sent = owed & ~small & ~charity & dice.happens(0.65, lines)
    book.adjust("patient", "small balance", day, when(small, day), amount(small, rest))
    book.adjust("patient", "charity", day, when(charity, day), amount(charity, rest))
    book.transfer("patient", "collections", when(sent, day), amount(sent, rest))
    collected = amount(sent & dice.happens(0.2, lines), part_of(rest, dice.share(lines, 0.2, 0.6)))
    received = when(collected > 0, day + dice.days(30, 150, lines))
    book.pay("collections", received, received, collected)
    lost = sent & dice.happens(0.75, lines)
    bad = when(lost, day + dice.days(200, 380, lines))
    book.adjust("collections", "bad debt", bad, bad, amount(lost, rest - collected))
    return when(small | charity | sent, day)

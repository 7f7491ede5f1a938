"""What a payer has said of a batch's lines by a day, as columns: its answers, and where they leave each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sandbox.world.days import NEVER, Cents, Days, Flags, Places
from sandbox.world.life import LifeBatch, Posting
from sandbox.world.life.remittances import Denials

#: The payer's answers stand in the book in this order: the first remittance, then that to an appeal or a new bill.
_FIRST, _REWORK = 0, 1
_WRITTEN_OFF = ("contractual", "takeback")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One payment, takeback or refund of the selected lines, in cents; it has come where `day` is not never.

    `denials` tells the reasons of what it refuses.
    """

    number: int
    day: Days
    paid: Cents
    allowed: Cents
    written_off: Cents
    share: Cents
    refused: Cents
    denials: Denials | None


@dataclass(frozen=True, kw_only=True, slots=True)
class LineSums:
    """Where a payer's answers up to the day leave the selected lines, in cents.

    `reworked` is up where the reasons of what is refused are those of the second answer.
    """

    paid: Cents
    allowed: Cents
    written_off: Cents
    share: Cents
    refused: Cents
    reworked: Flags


def read_answers(batch: LifeBatch, lines: Places, day: int) -> list[Answer]:
    """The answers on these lines that were given up to `day`, in the order in which they are written down."""
    answers: list[Answer] = []
    for place, posting in enumerate(batch.postings):
        if posting.bucket != "insurance" or posting.kind not in ("payment", "refund"):
            continue
        received = posting.received[lines]
        come = received <= day
        nth = len(answers)
        answers.append(
            Answer(
                number=posting.number,
                day=np.where(come, received, NEVER),
                paid=np.where(come, posting.cents[lines], 0),
                allowed=np.where(come, posting.allowed[lines], 0),
                written_off=_written_off_with(batch.postings, place, lines, come),
                share=np.where(come, _share_of(batch, nth, lines), 0),
                refused=np.where(come, _refused_by(batch, nth, lines), 0),
                denials=batch.payers.denials[nth] if nth in (_FIRST, _REWORK) else None,
            )
        )
    return answers


def add_up(batch: LifeBatch, lines: Places, answers: Sequence[Answer], day: int) -> LineSums:
    """The sums of the answers; what is refused is what they leave of the charge."""
    paid, allowed, written_off, share = (
        np.sum([getattr(answer, name) for answer in answers], axis=0)
        for name in ("paid", "allowed", "written_off", "share")
    )
    answered = answers[_FIRST].day <= day
    left = batch.claims.cents[lines] - paid - written_off - share
    return LineSums(
        paid=paid,
        allowed=allowed,
        written_off=written_off,
        share=share,
        refused=np.where(answered, np.maximum(left, 0), 0),
        reworked=answers[_REWORK].day <= day,
    )


def _written_off_with(postings: Sequence[Posting], place: int, lines: Places, come: Flags) -> Cents:
    """What was written off on the same remittance: its adjustment is written down right after it."""
    following = postings[place + 1]
    if following.kind != "adjustment" or following.bucket != "insurance" or following.reason not in _WRITTEN_OFF:
        return np.zeros(len(lines), np.int64)
    return np.where(come, following.cents[lines], 0)


def _share_of(batch: LifeBatch, nth: int, lines: Places) -> Cents:
    first = batch.payers.first
    if nth == _FIRST:
        return first.patient_share[lines]
    if nth == _REWORK:
        in_full = (batch.payers.overturned & first.denied)[lines]
        return np.where(in_full, first.full_patient_share[lines], 0)
    return np.zeros(len(lines), np.int64)


def _refused_by(batch: LifeBatch, nth: int, lines: Places) -> Cents:
    still_open = batch.payers.first.open_cents[lines]
    if nth == _FIRST:
        return still_open
    if nth == _REWORK:
        return np.where(batch.payers.overturned[lines], 0, still_open)
    return np.zeros(len(lines), np.int64)

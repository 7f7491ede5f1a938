"""A batch of claims with the whole of their lives, past and future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from sandbox.world.days import Month
from sandbox.world.life.chance import Dice
from sandbox.world.life.claims import Claims, draw_claims
from sandbox.world.life.patient_balance import Statements, bill_patients
from sandbox.world.life.postings import Posting, PostingBook
from sandbox.world.life.remittances import PayerStory, hear_payers
from sandbox.world.roster import Roster


@dataclass(frozen=True, kw_only=True, slots=True)
class LifeBatch:
    """Claims, what their payers and patients did, and every posting; nothing in it depends on today."""

    claims: Claims
    payers: PayerStory
    statements: Statements
    postings: tuple[Posting, ...]


def live(seed: int, roster: Roster, month: Month, first: int, count: int) -> LifeBatch:
    """The life of `count` claims of a month, of which `first` is the number of the first."""
    dice = Dice(seed, int(roster.account.number), month.ordinal, first)
    claims = draw_claims(dice, roster, month, first, count)
    book = PostingBook()
    payers = hear_payers(dice, claims, book)
    statements = bill_patients(dice, claims, payers, book)
    return LifeBatch(claims=claims, payers=payers, statements=statements, postings=tuple(book.postings))


def bind(batches: Sequence[LifeBatch]) -> LifeBatch:
    """The same claims, one after the other, as a single batch; all batches are of one account."""
    counts = np.array([len(batch.claims.id) for batch in batches])
    before = np.cumsum(counts) - counts
    shifted = [
        replace(batch, claims=replace(batch.claims, claim=(batch.claims.claim + offset).astype(np.int32)))
        for batch, offset in zip(batches, before, strict=True)
    ]
    return _append(shifted)


def _append(parts: Sequence[Any]) -> Any:
    first = parts[0]
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    if isinstance(first, tuple):
        return tuple(_append(group) for group in zip(*parts, strict=True))
    if is_dataclass(first) and not isinstance(first, (Roster, type)):
        whole = {field.name: _append([getattr(part, field.name) for part in parts]) for field in fields(first)}
        return replace(first, **whole)
    return first

"""What became of a claim, judged from amounts and codes: "finalized" says that it was decided, not that it was paid."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lib.claim_status.model import Outcome

_WORDS: dict[str, Outcome] = {
    "acknowledged": Outcome.IN_PROCESS,
    "in review": Outcome.IN_PROCESS,
    "pending": Outcome.IN_PROCESS,
    "denied": Outcome.DENIED,
    "misdirected": Outcome.MISDIRECTED,
    "rejected": Outcome.REJECTED,
}
_NOTHING = Decimal(0)


def judge_amounts(
    status: str,
    *,
    paid: Decimal | None,
    not_covered: Decimal | None,
    patient_responsibility: Decimal | None,
    categories: Iterable[str] = (),
) -> Outcome:
    """The outcome of a claim that comes with amounts (UHC contract §2: judge by what was paid and by the codes).

    `status` is the payer's word in any case; `categories` are category codes of the 277 that stand beside it. A claim
    of an unknown word is judged by its categories, then by its amounts, and is in process where neither says more.
    """
    word = " ".join(status.replace("_", " ").split()).casefold()
    known = _WORDS.get(word)
    # A payment of before stands in the amounts also while the payer looks at the claim anew.
    if known in (Outcome.IN_PROCESS, Outcome.MISDIRECTED):
        return known
    if (paid or _NOTHING) > 0:
        return Outcome.PARTLY_PAID if (not_covered or _NOTHING) > 0 else Outcome.PAID
    if known is not None:
        return known
    heads = [category.strip().upper() for category in categories]
    if "A0" in heads:
        return Outcome.MISDIRECTED
    if word != "finalized" and not any(head.startswith("F") for head in heads):
        return Outcome.IN_PROCESS
    owes = (patient_responsibility or _NOTHING) > 0 and (not_covered or _NOTHING) == 0
    return Outcome.PATIENT_OWES if owes else Outcome.DENIED


def judge_category(category: str, *, paid: Decimal | None) -> Outcome:
    """The outcome of a 277's category code (contract §8, X12 code source 507): A, D, E, F, P and R codes.

    Among decided claims a payment counts more than the code that stands beside it; F1 with nothing paid is a denial.
    Whether a payment is whole cannot be told: a 277 has no refused amount.
    """
    code = category.strip().upper()
    amount = paid or _NOTHING
    if code.startswith("F"):
        if amount > 0:
            return Outcome.PAID
        return Outcome.PATIENT_OWES if code == "F4" else Outcome.DENIED
    if code == "A4" or code.startswith("D"):
        return Outcome.NOT_FOUND
    if code in ("A3", "A6", "A7", "A8"):
        return Outcome.REJECTED
    if code == "A0":
        return Outcome.MISDIRECTED
    return Outcome.IN_PROCESS

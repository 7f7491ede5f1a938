"""The claims of the invented offices as their payers know them on a day: received, decided, paid, refused."""

from sandbox.world.payer_side.books import PayerBook, PayerBooks
from sandbox.world.payer_side.model import (
    CLAIMS,
    ClaimOutcome,
    ClaimStage,
    Decision,
    DecisionLine,
    Draft,
    PayerClaim,
    Refusal,
)
from sandbox.world.payer_side.practices import BilledPractice, billed_practices

__all__ = [
    "CLAIMS",
    "BilledPractice",
    "ClaimOutcome",
    "ClaimStage",
    "Decision",
    "DecisionLine",
    "Draft",
    "PayerBook",
    "PayerBooks",
    "PayerClaim",
    "Refusal",
    "billed_practices",
]

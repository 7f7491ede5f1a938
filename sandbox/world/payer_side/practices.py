"""The practices of a client as payers know them: by tax id."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.world.clients import BillingClient


@dataclass(frozen=True, kw_only=True, slots=True)
class BilledPractice:
    """A practice as a payer knows it."""

    name: str
    tin: str
    npi: str


def billed_practices(client: BillingClient) -> tuple[BilledPractice, ...]:
    """A client's practices with their tax ids in nine digits."""
    return tuple(
        BilledPractice(name=practice.name, tin=practice.tax_id.replace("-", ""), npi=practice.npi)
        for account in client.accounts
        for practice in account.practices
    )

"""Who may ask: a client of the office with its credentials and the practices whose claims it sees."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sandbox.world.clients import BillingClient
from sandbox.world.payer_side import BilledPractice, billed_practices

#: The payer ids that may be asked for (contract section 2); the world has claims of the first.
PAYER_IDS = ("87726", "03432", "96385", "95467", "86050", "86047", "95378", "37602")


@dataclass(frozen=True, kw_only=True, slots=True)
class UhcClient:
    """A client of the office at this payer."""

    name: str
    client_id: str
    secret: str
    accounts: tuple[str, ...]
    practices: tuple[BilledPractice, ...]

    def owns(self, tin: str) -> bool:
        """Whether that is the tax id of one of its practices."""
        return any(practice.tin == tin for practice in self.practices)


def uhc_clients_of(clients: tuple[BillingClient, ...], seed: int) -> tuple[UhcClient, ...]:
    """The clients of the office, each with credentials of its own."""
    return tuple(
        UhcClient(
            name=client.name,
            client_id=f"practice-uhc-{client.number}",
            # Characters that a hand-built form forgets to encode.
            secret=hashlib.sha256(f"uhc {client.name} in world {seed}".encode()).hexdigest()[:16] + "&=+%é",
            accounts=tuple(account.number for account in client.accounts),
            practices=billed_practices(client),
        )
        for client in clients
    )

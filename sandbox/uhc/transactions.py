"""Transaction ids: what a query found and how far it was read, or whose detail was read."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.uhc.query import SummaryQuery
from sandbox.uhc.refusals import NO_TRANSACTION, Refused
from sandbox.world.payer_side import PayerClaim


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """A query's claims from which the next page begins at `offset`; without a query it is that of a detail."""

    client: str
    tin: str
    payer_id: str
    claims: tuple[PayerClaim, ...]
    made_at: datetime
    query: SummaryQuery | None = None
    offset: int = 0


class Transactions:
    """The transactions that were opened, by their ids."""

    def __init__(self) -> None:
        self._open: dict[str, Transaction] = {}

    def open(self, transaction: Transaction) -> str:
        """Remember a transaction under a new id."""
        nth = len(self._open) + 1
        mark = zlib.crc32(f"{transaction.client} {nth}".encode())
        name = f"{mark:08x}-{nth:06d}-{int(transaction.made_at.timestamp() * 1000)}"
        self._open[name] = transaction
        return name

    def find(self, name: str, *, client: str, tin: str, payer_id: str, now: datetime, hours: float) -> Transaction:
        """The transaction of that id; Refused when it is unknown, too old or about somebody else."""
        found = self._open.get(name)
        if not found or (found.client, found.tin, found.payer_id) != (client, tin, payer_id):
            raise Refused(NO_TRANSACTION)
        if now - found.made_at > timedelta(hours=hours):
            raise Refused(NO_TRANSACTION)
        return found

    def forget(self) -> None:
        """Forget them all."""
        self._open.clear()

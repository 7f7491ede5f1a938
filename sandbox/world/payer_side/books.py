"""The books of payers: an account's claims that a payer has received by a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sandbox.world.days import day_number
from sandbox.world.life import OfficeLife
from sandbox.world.payer_side.model import Decision, PayerClaim
from sandbox.world.payer_side.reading import BatchReading
from sandbox.world.population import PAYERS, World


@dataclass(frozen=True, kw_only=True, slots=True)
class PayerBook:
    """Claims of one account at one payer, in order of their ids, and the decisions on each by its number."""

    claims: tuple[PayerClaim, ...]
    decisions: Mapping[str, tuple[Decision, ...]]


class PayerBooks:
    """The books of all payers as of `today`; a client has `claims` claims in three years.

    They say what the life of the same world says, so they agree with the reports of the same size and day.
    """

    def __init__(self, world: World, *, claims: int, today: date) -> None:
        self.today = today
        self._life = OfficeLife(world=world, today=today, claims=claims)
        self._books: dict[tuple[str, str], PayerBook] = {}

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The numbers of all accounts."""
        return tuple(account.number for client in self._life.clients for account in client.accounts)

    def of_account(self, account: str, payer_id: str) -> PayerBook:
        """The account's claims whose primary payer that is; empty for a payer that nobody is insured with."""
        key = (account, payer_id)
        if key not in self._books:
            self._books[key] = self._draw_up(account, payer_id)
        return self._books[key]

    def _draw_up(self, account: str, payer_id: str) -> PayerBook:
        place = next((nth for nth, payer in enumerate(PAYERS) if payer.id == payer_id), None)
        claims: list[PayerClaim] = []
        decisions: dict[str, tuple[Decision, ...]] = {}
        if place is not None:
            prefix = self.accounts.index(account)
            for batch in self._life.batches(account, up_to=self.today):
                reading = BatchReading(batch, payer=place, day=day_number(self.today), prefix=prefix)
                claims += reading.claims
                decisions |= reading.decisions
        return PayerBook(claims=tuple(claims), decisions=decisions)

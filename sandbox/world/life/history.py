"""The history of every billing client up to today, drawn month by month when somebody asks."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sandbox.world.clients import Account, BillingClient, open_billing_clients
from sandbox.world.days import Month, day_number
from sandbox.world.life.batch import LifeBatch, bind, live
from sandbox.world.life.standing import Standing, stand_on
from sandbox.world.population import World
from sandbox.world.roster import Roster, draw_up_roster

#: The month of service with which the books were opened. It stays the same when today moves on: history is never lost.
FIRST_MONTH = Month(2023, 11)
#: How long the office takes for as many claims as it is said to have.
MONTHS = 36
#: A batch holds at most so many claims, so that memory does not grow with the size of a client.
_CLAIMS_OF_A_BATCH = 30_000
#: A client of up to so many claims is drawn once, kept, and handed out as one batch.
_CLAIMS_TO_KEEP = 20_000
#: How busy the months of a year are, January first.
_SEASONS = (1.08, 0.97, 1.05, 1.02, 1.0, 0.96, 0.9, 0.94, 1.0, 1.07, 1.02, 0.99)


@dataclass(frozen=True, kw_only=True)
class OfficeLife:
    """The life of the office's charges; the same for the same seed, patients and sizes, whatever today is.

    `claims` is the number a client has in three years, over all its accounts. `today` is the last day that has come;
    claims of the running month are drawn whole and show themselves as they are entered. Before FIRST_MONTH there is
    nothing.
    """

    world: World
    today: date
    claims: int = 2_000

    @cached_property
    def clients(self) -> tuple[BillingClient, ...]:
        """The five clients."""
        return open_billing_clients(self.world)

    def roster(self, account: str) -> Roster:
        """The roster of an account number; KeyError when there is no such account."""
        if account not in self._rosters:
            client, own = self._accounts[account]
            self._rosters[account] = draw_up_roster(client, own)
        return self._rosters[account]

    @property
    def months(self) -> list[Month]:
        """The months of service, the oldest first, the running one last."""
        count = Month.of(self.today).ordinal - FIRST_MONTH.ordinal + 1
        return [FIRST_MONTH.later(nth) for nth in range(count)]

    def batches(self, account: str, *, up_to: date | None = None) -> Iterator[LifeBatch]:
        """An account's claims in order of their months of DOS; KeyError for an account that there is not.

        Months of service after `up_to` may be left out. Of a large client one batch at a time is in memory.
        """
        roster = self.roster(account)
        if not roster.patients:
            return
        if self.claims > _CLAIMS_TO_KEEP:
            yield from self._draw(roster, up_to)
            return
        if account not in self._kept:
            self._kept[account] = bind(list(self._draw(roster, None)))
        yield self._kept[account]

    @cached_property
    def _accounts(self) -> dict[str, tuple[BillingClient, Account]]:
        return {account.number: (client, account) for client in self.clients for account in client.accounts}

    @cached_property
    def _rosters(self) -> dict[str, Roster]:
        return {}

    @cached_property
    def _kept(self) -> dict[str, LifeBatch]:
        return {}

    def _draw(self, roster: Roster, up_to: date | None) -> Iterator[LifeBatch]:
        for month in self.months:
            if up_to and Month.of(up_to) < month:
                return
            count = self._claims_of(roster, month)
            for first in range(0, count, _CLAIMS_OF_A_BATCH):
                yield live(self.world.seed, roster, month, first, min(_CLAIMS_OF_A_BATCH, count - first))

    def standings(self, account: str, as_of: date) -> Iterator[Standing]:
        """Where an account's charge lines stood at the end of a day; ValueError for a day after today."""
        if as_of > self.today:
            raise ValueError(f"{as_of} has not come yet; today is {self.today}.")
        day = day_number(as_of)
        for batch in self.batches(account, up_to=as_of):
            yield stand_on(batch, day)

    def _claims_of(self, roster: Roster, month: Month) -> int:
        growth = 1 + 0.1 * math.sin(month.ordinal / 9)
        share = self.claims / MONTHS / len(roster.client.accounts)
        return max(1, round(share * growth * _SEASONS[month.month - 1]))

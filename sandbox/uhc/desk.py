"""The payer's desk: whose claims it knows, the calls it was asked, and the switches of it all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sandbox.call_rate import CallRate
from sandbox.payer_faults import PayerFaultPlan
from sandbox.uhc.clients import PAYER_IDS, UhcClient, uhc_clients_of
from sandbox.uhc.journal import Journal
from sandbox.uhc.least import LeastCalls, least_calls
from sandbox.uhc.settings import Crowd, Settings
from sandbox.uhc.shelf import Shelf, invent_crowd
from sandbox.uhc.tokens import Tokens
from sandbox.uhc.transactions import Transactions
from sandbox.world import World
from sandbox.world.clients import open_billing_clients
from sandbox.world.payer_side import Decision, PayerBooks, PayerClaim


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelves:
    """A client's claims by tax id, the decisions on each by its number, and what they were made of."""

    made_of: tuple[date, int, tuple[Crowd, ...]]
    by_tin: dict[str, Shelf]
    decisions: dict[str, tuple[Decision, ...]]


class UhcDesk:
    """What the stand-in knows and remembers; a client has `claims` claims in three years."""

    def __init__(self, world: World, claims: int) -> None:
        self.clients = uhc_clients_of(open_billing_clients(world), world.seed)
        self.settings = Settings()
        self.journal = Journal()
        self.faults = PayerFaultPlan(with_tokens=True)
        self.tokens = Tokens()
        self.transactions = Transactions()
        self.rate = CallRate()
        self._world, self._claims = world, claims
        self._shelves: dict[str, Shelves] = {}

    def reset(self) -> None:
        """Forget calls, tokens, transactions, faults and settings."""
        self.settings = Settings()
        self.journal.forget()
        self.faults.clear()
        self.tokens.forget()
        self.transactions.forget()
        self.rate.forget()

    def client_named(self, name: str) -> UhcClient:
        """The client of that name; ValueError when there is none."""
        for client in self.clients:
            if client.name == name:
                return client
        raise ValueError(f"There is no client {name}.")

    def claims(self, client: UhcClient) -> list[PayerClaim]:
        """Everything the payer knows of a client, also what is too old to be asked for."""
        return [claim for shelf in self._shelves_of(client).by_tin.values() for claim in shelf.claims]

    def shelf(self, client: UhcClient, tin: str, payer_id: str) -> Shelf:
        """The claims of a tax id at a payer id; empty where it is not the client's, or nobody is insured there."""
        shelves = self._shelves_of(client).by_tin
        return shelves[tin] if payer_id == PAYER_IDS[0] and tin in shelves else Shelf(())

    def decisions(self, client: UhcClient, claim: PayerClaim) -> tuple[Decision, ...]:
        """The decisions on a claim."""
        return self._shelves_of(client).decisions[claim.number]

    def least_calls(self, client: UhcClient, numbers: Sequence[str]) -> LeastCalls:
        """The least number of summary calls for these claims of a client."""
        return least_calls(self._shelves_of(client).by_tin, numbers, self.settings)

    def _shelves_of(self, client: UhcClient) -> Shelves:
        made_of = (self.settings.day, self.settings.claims or self._claims, self.settings.crowds)
        made = self._shelves.get(client.name)
        if made is None or made.made_of != made_of:
            made = self._fill(client, made_of)
            self._shelves[client.name] = made
        return made

    def _fill(self, client: UhcClient, made_of: tuple[date, int, tuple[Crowd, ...]]) -> Shelves:
        today, claims, crowds = made_of
        books = PayerBooks(self._world, claims=claims, today=today)
        by_tin: dict[str, list[PayerClaim]] = defaultdict(list)
        decisions: dict[str, tuple[Decision, ...]] = {}
        for account in client.accounts:
            book = books.of_account(account, PAYER_IDS[0])
            decisions |= book.decisions
            for claim in book.claims:
                by_tin[claim.tin].append(claim)
        for crowd in crowds:
            if client.owns(crowd.tin):
                for claim, decided in invent_crowd(client, crowd, PAYER_IDS[0], today):
                    by_tin[claim.tin].append(claim)
                    decisions[claim.number] = decided
        shelves = {tin: Shelf(found) for tin, found in by_tin.items()}
        return Shelves(made_of=made_of, by_tin=shelves, decisions=decisions)

"""The stand-in at its address: lets a call in or refuses it, and answers for the payer."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import ValidationError

from sandbox.call_rate import CallRate
from sandbox.clearinghouse.answers import tell_found, tell_not_found
from sandbox.clearinghouse.inquiry import Inquiry
from sandbox.clearinghouse.journal import Entry
from sandbox.clearinghouse.settings import Settings
from sandbox.json_replies import JsonReply
from sandbox.payer_faults import PayerFaultPlan, send_faultily
from sandbox.tebra.wire import Receive, Scope, Send, read_body
from sandbox.world import World
from sandbox.world.clients import BillingClient, open_billing_clients
from sandbox.world.payer_side import BilledPractice, Decision, PayerBooks, PayerClaim, billed_practices
from sandbox.world.population import PAYERS

STATUS_PATH = "/2025-03-07/change/medicalnetwork/claimstatus/v2"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClearinghouseClient:
    """A client of the office with its key, the practices that it may ask for, and the payers it can reach."""

    name: str
    key: str
    accounts: tuple[str, ...]
    practices: tuple[BilledPractice, ...]
    payer_ids: tuple[str, ...]


class ClearinghouseStandIn:
    """The service behind the clearinghouse's address; a client of the office has `claims` claims in three years."""

    def __init__(self, world: World, claims: int) -> None:
        self.clients = sign_up_clients(open_billing_clients(world), world.seed)
        self.settings = Settings()
        self.faults = PayerFaultPlan(with_tokens=False)
        self.journal = _Journal()
        self._world, self._claims = world, claims
        self._books: PayerBooks | None = None
        self._rate = CallRate()

    def reset(self) -> None:
        """Forget calls, faults and settings."""
        self.settings = Settings()
        self.faults.clear()
        self.journal.entries.clear()
        self._rate.forget()

    def books(self) -> PayerBooks:
        """The books of all payers as of the day."""
        if self._books is None or self._books.today != self.settings.day:
            self._books = PayerBooks(self._world, claims=self._claims, today=self.settings.day)
        return self._books

    def claims(self, client: ClearinghouseClient, payer_id: str) -> list[PayerClaim]:
        """Everything a payer knows of a client."""
        return [claim for account in client.accounts for claim in self.books().of_account(account, payer_id).claims]

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        try:
            body = await read_body(receive)
        except ConnectionError:
            return
        if self.settings.latency_ms:
            await asyncio.sleep(self.settings.latency_ms / 1000)
        fault = self.faults.draw("status")
        key = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), "")
        client = next((client for client in self.clients if client.key == key), None)
        entry = Entry(client=client.name if client else "", answered="", at=datetime.now(UTC))
        if scope["method"] != "POST":
            reply = _refuse(405, "METHOD_NOT_ALLOWED", "A status is asked for with POST.")
        elif client is None:
            reply = _refuse(401, "UNAUTHORIZED", "The key is missing or not known.")
        elif fault and fault.kind == "throttled":
            reply = _throttle(round(fault.seconds))
        elif wait := self._rate.wait_of(client.name, self.settings.calls_per_minute):
            reply = _throttle(wait)
        else:
            reply, entry = self._answer(client, body, entry)
        self.journal.entries.append(replace(entry, answered=fault.kind if fault else str(reply.status)))
        refusal = _refuse(500, "INTERNAL_SERVER_ERROR", "Practice mode: an error on demand.")
        await send_faultily(fault, scope, receive, send, reply, refusal=refusal)

    def _answer(self, client: ClearinghouseClient, body: bytes, entry: Entry) -> tuple[JsonReply, Entry]:
        try:
            inquiry = Inquiry.model_validate_json(body)
        except ValidationError as error:
            where = ", ".join(".".join(str(part) for part in found["loc"]) for found in error.errors()) or "the body"
            return _refuse(400, "INVALID_REQUEST", f"Not as expected: {where}."), entry
        payer_id, when = inquiry.trading_partner_service_id, inquiry.encounter
        if payer_id not in client.payer_ids:
            return _refuse(400, "INVALID_TRADING_PARTNER", "The payer is not known."), entry
        found = self._find(client, payer_id, inquiry)
        told = [tell_found(claim, decisions) for claim, decisions in found]
        entry = replace(
            entry,
            payer_id=payer_id,
            npi=inquiry.providers[0].npi,
            first=when.beginning_date_of_service,
            last=when.end_date_of_service,
            claim_number=when.trading_partner_claim_number,
            claims=len(found),
        )
        number = f"{len(self.journal.entries) + 1:08d}"
        return JsonReply(told={"controlNumber": number, "claims": told or [tell_not_found(f"T{number}")]}), entry

    def _find(
        self, client: ClearinghouseClient, payer_id: str, inquiry: Inquiry
    ) -> list[tuple[PayerClaim, tuple[Decision, ...]]]:
        books = [self.books().of_account(account, payer_id) for account in client.accounts]
        return [
            (claim, book.decisions[claim.number]) for book in books for claim in book.claims if inquiry.is_about(claim)
        ]


class _Journal:
    """All calls in order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []


def sign_up_clients(clients: tuple[BillingClient, ...], seed: int) -> tuple[ClearinghouseClient, ...]:
    """The clients of the office, each with a key of its own."""
    return tuple(
        ClearinghouseClient(
            name=client.name,
            key=hashlib.sha256(f"clearinghouse {client.name} in world {seed}".encode()).hexdigest()[:24],
            accounts=tuple(account.number for account in client.accounts),
            practices=billed_practices(client),
            payer_ids=tuple(payer.id for payer in PAYERS),
        )
        for client in clients
    )


def _throttle(seconds: int) -> JsonReply:
    reply = _refuse(429, "TOO_MANY_REQUESTS", "Too many requests.")
    return replace(reply, headers={"Retry-After": str(max(1, seconds))})


def _refuse(status: int, code: str, message: str) -> JsonReply:
    return JsonReply(status=status, told={"message": message, "code": code})

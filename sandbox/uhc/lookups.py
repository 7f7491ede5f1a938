"""Answers the three calls about claims: summary, detail, payment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sandbox.json_replies import JsonReply
from sandbox.uhc.answers import tell_claim, tell_detail, tell_payments
from sandbox.uhc.clients import UhcClient
from sandbox.uhc.desk import UhcDesk
from sandbox.uhc.query import SummaryQuery, read_query, read_whose
from sandbox.uhc.refusals import NO_DATA, NO_TRANSACTION, TOO_MANY, Refused
from sandbox.uhc.transactions import Transaction
from sandbox.world.payer_side import PayerClaim


@dataclass(kw_only=True, slots=True)
class Asked:
    """What the journal shall say of a call, known bit by bit."""

    tin: str = ""
    payer_id: str = ""
    first: date | None = None
    last: date | None = None
    by_patient: bool = False
    page: int = 0
    claims: int = 0
    claim_number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """One call that was let in; `repeats` is up when the page before shall come again."""

    desk: UhcDesk
    client: UhcClient
    headers: Mapping[str, str]
    repeats: bool = False
    asked: Asked = field(default_factory=Asked)

    def summarize(self) -> JsonReply:
        """A page of a window's claims; Refused as the contract has it."""
        transaction = self._find_transaction() or self._open_window()
        offset, size = transaction.offset, self.desk.settings.page_size
        query = transaction.query
        if query is None or (offset and offset >= len(transaction.claims)):
            raise Refused(NO_TRANSACTION)
        if self.repeats and offset:
            offset -= size
        page = transaction.claims[offset : offset + size]
        self._note(query, page=offset // size + 1, claims=len(page))
        told: dict[str, Any] = {}
        if offset + size < len(transaction.claims) or self.desk.settings.last_page_has_transaction:
            told["transactionId"] = self._open(transaction.claims, offset + size, query)
        told[self.desk.settings.list_name] = [self._tell(claim) for claim in page]
        return JsonReply(told=told)

    def detail(self) -> JsonReply:
        """A claim with its lines, and the transaction id that its payment needs."""
        claim = self._find_claim()
        decisions = self.desk.decisions(self.client, claim)
        if not decisions:
            raise Refused(NO_DATA)
        return JsonReply(
            told={
                "transactionId": self._open((claim,), 0, None),
                "invokeActions": "Y",
                "claimsDetailInfo": [tell_detail(claim, decisions)],
                "claimSummaryInfo": [self._tell(claim)],
            }
        )

    def payment(self) -> JsonReply:
        """What was paid on the claim of a detail."""
        transaction = self._find_transaction()
        if transaction is None:
            self._read_whose()
            raise Refused("LCLM_PS_102")
        if transaction.query is not None:
            raise Refused(NO_TRANSACTION)
        (claim,) = transaction.claims
        self.asked.claim_number, self.asked.claims = claim.number, 1
        return JsonReply(told={"payments": tell_payments(self.desk.decisions(self.client, claim))})

    def _open_window(self) -> Transaction:
        self._read_whose()
        query = read_query(self.headers, self.desk.settings)
        shelf = self.desk.shelf(self.client, query.tin, query.payer_id)
        found = shelf.find(query.first, query.last, query.patient)
        self._note(query, page=1, claims=0)
        if not found:
            raise Refused(NO_DATA)
        if len(found) > self.desk.settings.most_claims:
            raise Refused(TOO_MANY)
        return self._transaction(tuple(found), 0, query)

    def _find_transaction(self) -> Transaction | None:
        """The transaction that the call names, if it names one; Refused when it goes on with another window."""
        name = self.headers.get("transactionid", "")
        if not name:
            return None
        tin, payer_id = self._read_whose()
        found = self.desk.transactions.find(
            name,
            client=self.client.name,
            tin=tin,
            payer_id=payer_id,
            now=datetime.now(UTC),
            hours=self.desk.settings.transaction_hours,
        )
        if (
            found.query
            and "firstservicedt" in self.headers
            and read_query(self.headers, self.desk.settings) != found.query
        ):
            raise Refused("LCLM_PS_106")
        return found

    def _find_claim(self) -> PayerClaim:
        transaction, number = self._find_transaction(), self.headers.get("claimnumber", "")
        tin, payer_id = self._read_whose()
        if transaction is None and (self.desk.settings.detail_needs_transaction or not number):
            raise Refused("LCLM_PS_102")
        among = transaction.claims if transaction else self.desk.shelf(self.client, tin, payer_id).claims
        if not number and len(among) != 1:
            raise Refused("LCLM_PS_102")
        claim = next((claim for claim in among if not number or claim.number == number), None)
        self.asked.claim_number = number or (claim.number if claim else "")
        if claim is None:
            raise Refused(NO_DATA)
        self.asked.claims = 1
        return claim

    def _read_whose(self) -> tuple[str, str]:
        self.asked.tin, self.asked.payer_id = read_whose(self.headers)
        return self.asked.tin, self.asked.payer_id

    def _note(self, query: SummaryQuery, *, page: int, claims: int) -> None:
        self.asked.first, self.asked.last, self.asked.by_patient = query.first, query.last, bool(query.patient)
        self.asked.page, self.asked.claims = page, claims

    def _tell(self, claim: PayerClaim) -> dict[str, Any]:
        return tell_claim(claim, self.desk.decisions(self.client, claim), self.desk.settings.statuses)

    def _open(self, claims: tuple[PayerClaim, ...], offset: int, query: SummaryQuery | None) -> str:
        return self.desk.transactions.open(self._transaction(claims, offset, query))

    def _transaction(self, claims: tuple[PayerClaim, ...], offset: int, query: SummaryQuery | None) -> Transaction:
        return Transaction(
            client=self.client.name,
            tin=self.asked.tin,
            payer_id=self.asked.payer_id,
            claims=claims,
            made_at=datetime.now(UTC),
            query=query,
            offset=offset,
        )

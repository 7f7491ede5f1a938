"""A caller of the payers' stand-ins, who sends what the contracts have and reads what comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import requests

from sandbox.clearinghouse.running import ClearinghouseControl
from sandbox.clearinghouse.service import ClearinghouseClient
from sandbox.uhc.clients import UhcClient
from sandbox.uhc.running import UhcControl
from sandbox.world.payer_side import PayerClaim

TODAY = date(2026, 11, 20)
PAYER_ID = "87726"
SUMMARY, DETAIL, PAYMENT = "summary/byprovider/v2.0", "detail/v2.0", "payment/v2.0"


@dataclass
class UhcCaller:
    """One client's login at UHC."""

    control: UhcControl
    client: UhcClient
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    @property
    def tin(self) -> str:
        return self.client.practices[0].tin

    def ask_token(self, *, form: dict[str, str] | None = None, **sent: Any) -> requests.Response:
        right = {
            "grant_type": "client_credentials",
            "client_id": self.client.client_id,
            "client_secret": self.client.secret,
        }
        return self.session.post(self.control.token_url, data=right | (form or {}), timeout=10, **sent)

    def get(self, path: str, *, query: dict[str, str] | None = None, **headers: str) -> requests.Response:
        self.token = self.token or self.ask_token().json()["access_token"]
        sent = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "tin": self.tin}
        sent |= {"payerId": PAYER_ID} | headers
        encoded = {name: value.encode() for name, value in sent.items()}
        return self.session.get(f"{self.control.url}/{path}", headers=encoded, params=query, timeout=10)

    def page(self, first: date, last: date, **headers: str) -> requests.Response:
        return self.get(SUMMARY, firstServiceDt=f"{first:%m/%d/%Y}", lastServiceDt=f"{last:%m/%d/%Y}", **headers)

    def window(self, first: date, last: date, **headers: str) -> list[dict[str, Any]]:
        """All claims of a window, page by page."""
        found: list[dict[str, Any]] = []
        transaction: dict[str, str] = {}
        while True:
            reply = self.page(first, last, **headers, **transaction)
            told = reply.json()
            if reply.status_code == 404 and told["errors"][0]["code"] == "LCLM_PS_201":
                return found
            assert reply.status_code == 200, reply.text
            found += told["claims"]
            if "transactionId" not in told:
                return found
            transaction = {"transactionId": told["transactionId"]}


@dataclass
class ClearinghouseCaller:
    """One client's key at the clearinghouse."""

    control: ClearinghouseControl
    client: ClearinghouseClient

    def ask(self, body: dict[str, Any], *, key: str = "") -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Authorization": key or self.client.key}
            return session.post(self.control.url, json=body, headers=headers, timeout=10)

    def inquiry(self, claim: PayerClaim, **encounter: str) -> dict[str, Any]:
        days = {
            "beginningDateOfService": f"{claim.first_day:%Y%m%d}",
            "endDateOfService": f"{claim.last_day:%Y%m%d}",
            "tradingPartnerClaimNumber": claim.number,
        }
        return {
            "tradingPartnerServiceId": claim.payer_id,
            "providers": [
                {"organizationName": claim.practice, "npi": claim.npi, "providerType": "BillingProvider"},
            ],
            "subscriber": {
                "memberId": claim.member_id,
                "firstName": claim.first_name.title(),
                "lastName": claim.last_name,
                "dateOfBirth": f"{claim.born:%Y%m%d}",
            },
            "encounter": days | encounter,
        }


def quarters(of: Sequence[PayerClaim]) -> list[tuple[date, date]]:
    """Windows of 90 days over all that may be asked for."""
    begins = min(claim.first_day for claim in of)
    windows = []
    while begins <= TODAY:
        windows.append((begins, min(begins + timedelta(days=89), TODAY)))
        begins += timedelta(days=90)
    return windows

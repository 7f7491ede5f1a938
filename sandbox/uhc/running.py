"""Drives the control routes of a running UHC stand-in with types."""

from __future__ import annotations

from collections.abc import Iterable

import requests
from pydantic_core import to_json

from sandbox.payer_faults import PayerCall, PayerFault, PayerFaultKind
from sandbox.uhc.clients import UhcClient
from sandbox.uhc.control import PREFIX, UHC_CLIENTS, WantedClaims
from sandbox.uhc.journal import ENTRIES, Entry
from sandbox.uhc.least import LEAST_CALLS, LeastCalls
from sandbox.uhc.service import CLAIM_PATH, TOKEN_PATH
from sandbox.uhc.settings import Settings
from sandbox.world.payer_side import CLAIMS, PayerClaim


class UhcControl:
    """The control routes of the UHC stand-in; what it does not take raises requests.HTTPError."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def url(self) -> str:
        """Where claims are asked for; the payer's own is https://apimarketplace.uhc.com/Claims/api/claim."""
        return self._base_url + CLAIM_PATH

    @property
    def token_url(self) -> str:
        """Where tokens are asked for."""
        return self._base_url + TOKEN_PATH

    def clients(self) -> tuple[UhcClient, ...]:
        """The clients with credentials and practices."""
        return UHC_CLIENTS.validate_json(self._call("GET", "clients").content)

    def client(self, word: str) -> UhcClient:
        """The client whose name has that word; StopIteration when there is none."""
        return next(client for client in self.clients() if word in client.name)

    def claims(self, client: UhcClient) -> list[PayerClaim]:
        """Everything the payer knows of a client, also what is too old to be asked for."""
        answer = self._session.get(f"{self._base_url}{PREFIX}/claims", params={"client": client.name}, timeout=60)
        answer.raise_for_status()
        return CLAIMS.validate_json(answer.content)

    def least_calls(self, client: UhcClient, numbers: Iterable[str]) -> LeastCalls:
        """The least number of summary calls for these claims (sandbox.uhc.least)."""
        wanted = WantedClaims(client=client.name, numbers=tuple(numbers))
        return LEAST_CALLS.validate_json(self._call("POST", "least-calls", wanted.model_dump_json()).content)

    def journal(self, *, after: int = 0) -> list[Entry]:
        """All calls in order, without the first `after`."""
        return ENTRIES.validate_json(self._call("GET", f"journal?after={after}").content)

    def calls(self, call: PayerCall) -> list[Entry]:
        """The calls of one kind, in order."""
        return [entry for entry in self.journal() if entry.call == call]

    def fault(
        self,
        kind: PayerFaultKind,
        call: PayerCall | None = None,
        *,
        times: int | None = None,
        skip: int = 0,
        seconds: float = 0,
        code: str = "",
    ) -> None:
        """Put a fault in force; see sandbox.payer_faults.PayerFault for what the words mean."""
        fault = PayerFault(kind=kind, call=call or "*", times=times, skip=skip, seconds=seconds, code=code)
        self._call("POST", "faults", fault.model_dump_json())

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._call("DELETE", "faults")

    def configure(self, **changed: object) -> Settings:
        """Change settings by name (sandbox.uhc.settings.Settings) and leave the others; returns all."""
        answer = self._call("POST", "settings", to_json(changed).decode())
        return Settings.model_validate_json(answer.content)

    def reset(self) -> None:
        """Forget calls, tokens, transactions, faults and settings."""
        self._call("POST", "reset")

    def _call(self, method: str, path: str, body: str | None = None) -> requests.Response:
        answer = self._session.request(method, f"{self._base_url}{PREFIX}/{path}", data=body, timeout=60)
        answer.raise_for_status()
        return answer

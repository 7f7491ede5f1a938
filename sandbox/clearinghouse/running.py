"""Drives the control routes of a running clearinghouse stand-in with types."""

from __future__ import annotations

import requests
from pydantic_core import to_json

from sandbox.clearinghouse.control import CLIENTS, PREFIX
from sandbox.clearinghouse.journal import ENTRIES, Entry
from sandbox.clearinghouse.service import STATUS_PATH, ClearinghouseClient
from sandbox.clearinghouse.settings import Settings
from sandbox.payer_faults import PayerFault, PayerFaultKind
from sandbox.world.payer_side import CLAIMS, PayerClaim


class ClearinghouseControl:
    """The control routes of the clearinghouse's stand-in; what it does not take raises requests.HTTPError."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False

    @property
    def url(self) -> str:
        """Where statuses are asked for."""
        return self._base_url + STATUS_PATH

    def clients(self) -> tuple[ClearinghouseClient, ...]:
        """The clients with keys, practices and payers."""
        return CLIENTS.validate_json(self._call("GET", "clients").content)

    def client(self, word: str) -> ClearinghouseClient:
        """The client whose name has that word; StopIteration when there is none."""
        return next(client for client in self.clients() if word in client.name)

    def claims(self, client: ClearinghouseClient, payer_id: str) -> list[PayerClaim]:
        """Everything a payer knows of a client."""
        query = {"client": client.name, "payer_id": payer_id}
        answer = self._session.get(f"{self._base_url}{PREFIX}/claims", params=query, timeout=60)
        answer.raise_for_status()
        return CLAIMS.validate_json(answer.content)

    def journal(self, *, after: int = 0) -> list[Entry]:
        """All calls in order, without the first `after`."""
        return ENTRIES.validate_json(self._call("GET", f"journal?after={after}").content)

    def fault(self, kind: PayerFaultKind, *, times: int | None = None, skip: int = 0, seconds: float = 0) -> None:
        """Put a fault in force; see sandbox.payer_faults.PayerFault for what the words mean."""
        fault = PayerFault(kind=kind, times=times, skip=skip, seconds=seconds)
        self._call("POST", "faults", fault.model_dump_json())

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._call("DELETE", "faults")

    def configure(self, **changed: object) -> Settings:
        """Change settings by name (sandbox.clearinghouse.settings.Settings) and leave the others; returns all."""
        answer = self._call("POST", "settings", to_json(changed).decode())
        return Settings.model_validate_json(answer.content)

    def reset(self) -> None:
        """Forget calls, faults and settings."""
        self._call("POST", "reset")

    def _call(self, method: str, path: str, body: str | None = None) -> requests.Response:
        answer = self._session.request(method, f"{self._base_url}{PREFIX}/{path}", data=body, timeout=60)
        answer.raise_for_status()
        return answer

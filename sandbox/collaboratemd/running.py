"""Drives the control routes of a running CollaborateMD stand-in with types."""

from __future__ import annotations

from datetime import date

import requests
from pydantic_core import to_json

from sandbox.collaboratemd.control import PREFIX, REPORT_CLIENTS, ReportClient
from sandbox.collaboratemd.faults import Fault, FaultKind
from sandbox.collaboratemd.journal import ENTRIES, Entry, ResultRequest, RunRequest
from sandbox.collaboratemd.settings import Settings


class CollaborateMdControl:
    """The control routes of the CollaborateMD stand-in; what it does not take raises requests.HTTPError."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False

    def clients(self) -> tuple[ReportClient, ...]:
        """The clients with their logins, accounts and sequence ids."""
        return REPORT_CLIENTS.validate_json(self._call("GET", "clients").content)

    def client(self, name: str) -> ReportClient:
        """The client whose name has that word; StopIteration when there is none."""
        return next(client for client in self.clients() if name in client.name)

    def month_ends(self) -> tuple[date, ...]:
        """The past evenings that month-end filters show (sandbox.collaboratemd.filters), the oldest first."""
        return self.clients()[0].month_ends

    def journal(self, *, after: int = 0) -> list[Entry]:
        """All requests in order, without the first `after`."""
        return ENTRIES.validate_json(self._call("GET", f"journal?after={after}").content)

    def runs(self) -> list[RunRequest]:
        """The requests to run a report, in order."""
        return [entry for entry in self.journal() if isinstance(entry, RunRequest)]

    def results(self) -> list[ResultRequest]:
        """The requests for a result, in order."""
        return [entry for entry in self.journal() if isinstance(entry, ResultRequest)]

    def fault(
        self,
        kind: FaultKind,
        account: str = "*",
        report: str = "*",
        *,
        times: int | None = None,
        skip: int = 0,
        column: str = "",
        seconds: float = 0,
        megabytes: int = 300,
    ) -> None:
        """Put a fault in force; see sandbox.collaboratemd.faults.Fault for what the words mean."""
        fault = Fault(
            kind=kind,
            account=account,
            report=report,
            times=times,
            skip=skip,
            column=column,
            seconds=seconds,
            megabytes=megabytes,
        )
        self._call("POST", "faults", fault.model_dump_json())

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._call("DELETE", "faults")

    def configure(self, **changed: object) -> Settings:
        """Change settings by name (sandbox.collaboratemd.settings.Settings) and leave the others; returns all."""
        answer = self._call("POST", "settings", to_json(changed).decode())
        return Settings.model_validate_json(answer.content)

    def reset(self) -> None:
        """Forget journal, reports under way, faults and settings."""
        self._call("POST", "reset")

    def _call(self, method: str, path: str, body: str | None = None) -> requests.Response:
        answer = self._session.request(method, f"{self.base_url}{PREFIX}/{path}", data=body, timeout=30)
        answer.raise_for_status()
        return answer

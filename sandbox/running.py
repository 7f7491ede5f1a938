"""Starts the practice vendors for a test or a bench, and drives their control routes with types."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from sandbox.clearinghouse.running import ClearinghouseControl
from sandbox.collaboratemd.running import CollaborateMdControl
from sandbox.server import CUSTOMERS
from sandbox.tebra.control import PREFIX
from sandbox.tebra.faults import Fault, FaultKind
from sandbox.tebra.journal import ENTRIES, Encounter, Entry, Payment, StatusChange
from sandbox.tebra.service import Count
from sandbox.tebra.settings import Settings
from sandbox.tebra.wsdl import SERVICE_PATH
from sandbox.uhc.running import UhcControl
from sandbox.world import Customer

_ROOT = Path(__file__).resolve().parent.parent
_READY = "practice vendors ready on "


class TebraControl:
    """The control routes of the Tebra stand-in; a request that it does not take raises requests.HTTPError."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False

    def journal(self, *, after: int = 0) -> list[Entry]:
        """Everything really written, in order, without the first `after` entries."""
        answer = self._call("GET", f"{PREFIX}/journal?after={after}")
        return ENTRIES.validate_json(answer.content)

    def payments(self) -> list[Payment]:
        """The payments really written, in order."""
        return [entry for entry in self.journal() if isinstance(entry, Payment)]

    def encounters(self) -> list[Encounter]:
        """The encounters really written, in order, with the status they were created with."""
        return [entry for entry in self.journal() if isinstance(entry, Encounter)]

    def status_changes(self) -> list[StatusChange]:
        """The status changes really written, in order."""
        return [entry for entry in self.journal() if isinstance(entry, StatusChange)]

    def calls(self) -> dict[str, Count]:
        """Counts by operation; calls that a redirect sent elsewhere count under /elsewhere."""
        counts = self._call("GET", f"{PREFIX}/calls").json()
        return {operation: Count(**count) for operation, count in counts.items()}

    def fault(
        self,
        kind: FaultKind,
        operation: str = "*",
        *,
        times: int | None = None,
        skip: int = 0,
        probability: float = 1.0,
        seconds: float = 0,
        empty_id: str = "0",
        seed: int = 0,
    ) -> None:
        """Put a fault in force; see sandbox.tebra.faults.Fault for what the words mean."""
        fault = Fault.model_validate(
            {"kind": kind, "operation": operation, "times": times, "skip": skip, "probability": probability}
            | {"seconds": seconds, "empty_id": empty_id, "seed": seed}
        )
        self._call("POST", f"{PREFIX}/faults", fault.model_dump_json())

    def clear_faults(self) -> None:
        """Let everything go well again."""
        self._call("DELETE", f"{PREFIX}/faults")

    def configure(self, **changed: object) -> Settings:
        """Change settings by name (sandbox.tebra.settings.Settings) and leave the others; returns all."""
        known = Settings.model_validate(changed)
        answer = self._call("POST", f"{PREFIX}/settings", known.model_dump_json(include=set(changed)))
        return Settings.model_validate_json(answer.content)

    def reset(self) -> None:
        """Forget journal, calls, faults and settings."""
        self._call("POST", f"{PREFIX}/reset")

    def world(self) -> tuple[Customer, ...]:
        """The customers with keys, users, practices, providers and locations."""
        return CUSTOMERS.validate_json(self._call("GET", "/control/world").content)

    def _call(self, method: str, path: str, body: str | None = None) -> requests.Response:
        answer = self._session.request(method, self._base_url + path, data=body, timeout=30)
        answer.raise_for_status()
        return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class RunningVendors:
    """Practice vendors at work in a process of their own."""

    base_url: str
    home: Path
    tebra: TebraControl
    collaboratemd: CollaborateMdControl
    uhc: UhcControl
    clearinghouse: ClearinghouseControl
    process: subprocess.Popen[str]

    @property
    def wsdl_url(self) -> str:
        """The address of Tebra's WSDL."""
        return f"{self.base_url}{SERVICE_PATH}?wsdl"


@contextmanager
def practice_vendors(
    *, patients: int = 200, claims: int = 2_000, seed: int = 7, home: Path | None = None, unthrottled: bool = True
) -> Generator[RunningVendors]:
    """Start the vendors on a free port and stop them at the end; without a `home` in a temporary one.

    `unthrottled` switches the vendor's minimum gaps off; `reset()` switches them on again.
    """
    with tempfile.TemporaryDirectory(prefix="daysheet-practice-") as temporary:
        chosen = home or Path(temporary)
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "sandbox", "serve", "--port", "0", "--home", str(chosen)),
                *("--patients", str(patients), "--claims", str(claims), "--seed", str(seed)),
            ],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline().strip()
            if not line.startswith(_READY):
                raise RuntimeError(f"The practice vendors did not start; they said {line!r}.")
            base_url = line.removeprefix(_READY)
            control = TebraControl(base_url)
            if unthrottled:
                control.configure(throttle_scale=0)
            yield RunningVendors(
                base_url=base_url,
                home=chosen,
                tebra=control,
                collaboratemd=CollaborateMdControl(base_url),
                uhc=UhcControl(base_url),
                clearinghouse=ClearinghouseControl(base_url),
                process=process,
            )
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            finally:
                process.kill()
                if process.stdout:
                    process.stdout.close()

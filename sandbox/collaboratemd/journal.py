"""The journal of requests: what was asked, when, and how it was answered; identifiers survive a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRequest:
    """A request to run a saved report.

    `identifier` is that of the report it started, empty when it started none. `answered` is the Status of the reply,
    or the kind of the fault that hit it.
    """

    kind: Literal["run"] = "run"
    login: str
    account: str
    report: str
    filter: str
    identifier: str
    answered: str
    as_of: date
    today: date
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultRequest:
    """A request for a report's result; `bytes` is the size of the ZIP that was sent."""

    kind: Literal["result"] = "result"
    login: str
    account: str
    identifier: str
    answered: str
    bytes: int
    at: datetime


Entry = RunRequest | ResultRequest
ENTRY: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])
ENTRIES: TypeAdapter[list[Entry]] = TypeAdapter(list[Annotated[Entry, Field(discriminator="kind")]])
_FIRST_IDENTIFIER = 41_234_567


class Journal:
    """All requests in order, kept in a file of JSON lines and read from it again at the next start."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.entries: list[Entry] = []
        self.started: dict[str, RunRequest] = {}
        self._handed_out = 0
        if path.exists():
            whole = path.read_bytes()
            whole = whole[: whole.rfind(b"\n") + 1]
            for line in whole.splitlines():
                self._index(ENTRY.validate_json(line))
            # A last line that a kill has cut was never answered: it counts as not written.
            path.write_bytes(whole)
        self._file = path.open("ab")

    def write(self, entry: Entry) -> None:
        """Remember an entry and append it to the file before the call is answered."""
        self._index(entry)
        self._file.write(ENTRY.dump_json(entry) + b"\n")
        self._file.flush()

    def next_identifier(self) -> str:
        """The identifier of the next report."""
        return str(_FIRST_IDENTIFIER + self._handed_out)

    def forget(self) -> None:
        """Empty the journal and its file; identifiers go on from where they were."""
        self.entries.clear()
        self.started.clear()
        self._file.truncate(0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _index(self, entry: Entry) -> None:
        self.entries.append(entry)
        if isinstance(entry, RunRequest) and entry.identifier:
            self.started[entry.identifier] = entry
            self._handed_out = max(self._handed_out, int(entry.identifier) - _FIRST_IDENTIFIER + 1)

"""Rows that could not be loaded: all of them on disk, the first few and their number in memory."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

#: How many rejected rows, and how many different reasons, are kept in memory to be shown at once.
SHOWN = 50
_REASONS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Reject:
    """A row that was not loaded: of which file of the payload, which row of it (the header is 1), and why.

    `text` is the row as CSV and may hold patient data; `reason` holds none.
    """

    file: int
    row: int
    reason: str
    text: str = dataclasses.field(repr=False)


class RejectList:
    """Writes rejected rows to `path`, one JSON object a line; the file exists once the first row is rejected."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.first: list[Reject] = []
        #: Rows by reason; beyond the first couple of hundred reasons, the others are counted together.
        self.reasons: Counter[str] = Counter()
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, reject: Reject) -> None:
        """Keep one row."""
        if self._file is None:
            self.path.unlink(missing_ok=True)
            self.path.touch(mode=0o600)
            self._file = self.path.open("w", encoding="utf-8")
        self._file.write(json.dumps(dataclasses.asdict(reject), ensure_ascii=False) + "\n")
        self.count += 1
        known = reject.reason in self.reasons or len(self.reasons) < _REASONS
        self.reasons[reject.reason if known else "other"] += 1
        if len(self.first) < SHOWN:
            self.first.append(reject)


def read_rejects(path: Path) -> Iterator[Reject]:
    """The rows of a reject list, in the order they were found; none where the file was never made."""
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                yield Reject(**json.loads(line))

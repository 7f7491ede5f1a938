"""How far a batch is, in the shape that pages and commands draw."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

CLAIMS, REASONS = "Claims", "Reasons"


class Progress:
    """Counts rows that are settled, and refused claims whose reasons were asked for."""

    def __init__(self) -> None:
        self._counts = {CLAIMS: [0, 0], REASONS: [0, 0]}
        self._since: dict[str, str] = {}

    def rows(self, total: int, *, settled: int = 0) -> None:
        """So many rows are to be answered, of which so many are."""
        self._counts[CLAIMS] = [settled, total]

    def settled(self, count: int) -> None:
        """So many rows more are answered or have failed."""
        self._add(CLAIMS, count)

    def details_wanted(self, count: int) -> None:
        """Reasons of so many claims more are to be asked for."""
        self._counts[REASONS][1] += count

    def detailed(self) -> None:
        """The reasons of one claim are here."""
        self._add(REASONS, 1)

    def report(self) -> dict[str, Any]:
        """The phases with counts, as a run keeps its progress."""
        return {
            "phases": [
                {"name": name, "done": done, "total": total, "since": self._since.get(name)}
                for name, (done, total) in self._counts.items()
                if total
            ]
        }

    def _add(self, name: str, count: int) -> None:
        self._since.setdefault(name, datetime.now(UTC).isoformat())
        self._counts[name][0] += count

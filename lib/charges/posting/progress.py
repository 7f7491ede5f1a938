"""How far a Charges run is, by phase, for whoever looks while it goes on."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Phase(StrEnum):
    """The phases of a run, in the words of the page."""

    READ = "Read the sheet"
    VERIFY = "Verify patients"
    PAYMENTS = "Post payments"
    ENCOUNTERS = "Create encounters"
    READ_BACK = "Read charges back"
    LOOK = "Look for unknown outcomes"
    RESULT = "Write the result"


class Progress:
    """Counts by phase; safe in many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: Counter[Phase] = Counter()
        self._total: Counter[Phase] = Counter()
        self._since: dict[Phase, datetime] = {}
        self._note = ""

    def expect(self, phase: Phase, count: int) -> None:
        """That many more steps belong to the phase."""
        with self._lock:
            self._total[phase] += count

    def done(self, phase: Phase, count: int = 1) -> None:
        """That many steps of the phase are done."""
        with self._lock:
            self._since.setdefault(phase, datetime.now(UTC))
            self._done[phase] += count

    def begin(self, phase: Phase) -> None:
        """The phase begins now; its rate counts from here."""
        with self._lock:
            self._since.setdefault(phase, datetime.now(UTC))

    def say(self, note: str) -> None:
        """What the run is waiting for, if for anything."""
        with self._lock:
            self._note = note

    def report(self) -> dict[str, Any]:
        """The phases that have anything to do, as JSON: name, done, total, since."""
        with self._lock:
            return {
                "note": self._note,
                "at": datetime.now(UTC).isoformat(),
                "phases": [
                    {
                        "name": phase.value,
                        "done": self._done[phase],
                        "total": max(self._total[phase], self._done[phase]),
                        "since": self._since[phase].isoformat() if phase in self._since else None,
                    }
                    for phase in Phase
                    if self._total[phase] or self._done[phase]
                ],
            }

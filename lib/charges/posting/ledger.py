"""What a Charges run knows of its intents while it works: who holds each natural key, and which days are done."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

from lib.charges.planning.intend import ENCOUNTER
from lib.core.intents import Intent, IntentState

#: A practice's id and a DOS: what one call for charges answers.
Day = tuple[str, date]


class RunLedger:
    """The run's view of the ledger in the database, kept in step as intents settle; safe in many threads."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._guard = threading.Lock()
        self._held: dict[str, Intent] = {}
        self._encounters: dict[Day, set[str]] = defaultdict(set)
        self._open_encounters: Counter[Day] = Counter()

    def expect_encounter(self, day: Day) -> None:
        """One more encounter of the day has to settle before its charges are worth reading."""
        self._open_encounters[day] += 1

    def encounter_done(self, day: Day) -> bool:
        """One encounter of the day needs no more sending; whether it was the last one."""
        with self._guard:
            self._open_encounters[day] -= 1
            return self._open_encounters[day] == 0

    def hold(self, intents: Iterable[Intent]) -> None:
        """Take over the latest state of these intents."""
        with self._guard:
            for intent in intents:
                self._held[intent.natural_key] = intent
                if intent.kind == ENCOUNTER and self.ours(intent):
                    self._encounters[day_of(intent)].add(intent.natural_key)

    def holder(self, natural_key: str) -> Intent | None:
        """The intent that holds the key, as far as is known."""
        return self._held.get(natural_key)

    def state_of(self, intent: Intent) -> IntentState:
        """The latest known state of an intent that holds its key."""
        return self._held.get(intent.natural_key, intent).state

    def ours(self, intent: Intent) -> bool:
        """Whether this run planned the intent."""
        return intent.run_id == self._run_id

    def held(self) -> Mapping[str, Intent]:
        """Every known holder by natural key."""
        with self._guard:
            return dict(self._held)

    def in_state(self, *states: IntentState) -> list[Intent]:
        """This run's own intents in one of the states, oldest first."""
        with self._guard:
            found = [i for i in self._held.values() if self.ours(i) and i.state in states]
        return sorted(found, key=lambda intent: int(intent.id))

    def encounters_of(self, day: Day, state: IntentState) -> list[Intent]:
        """This run's encounters of a day that are in the state."""
        with self._guard:
            return [self._held[key] for key in self._encounters.get(day, ()) if self._held[key].state is state]


def day_of(encounter: Intent) -> Day:
    """The practice and DOS of an encounter's intent."""
    return encounter.body["practice_id"], date.fromisoformat(encounter.body["dos"])

"""The vendor's rate limit, kept in the database, one row an account and operation, shared by every process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from lib.core.actor import Actor
from lib.core.database import Database, named_queries
from lib.core.errors import Stopped

_SQL = named_queries("throttles")
#: The gap starts this much above the account's own minimum (specification, “Speed”).
MARGIN = 1.05
#: A refusal widens the gap by this, and every slot eases it back by that: in balance, one call in two hundred is
#: refused, and the gap stands as little above the margin as the road to the vendor allows.
GROWTH = 1.05
EASE = 0.99975


class SharedThrottle:
    """Lets a call go only when the account's next slot is due, by the database's clock.

    A slot is taken when it is due, not booked ahead: a thread that wakes late then shifts the slots after it
    instead of crowding them, and the vendor never sees two calls closer than the gap.
    """

    def __init__(
        self, database: Database, actor: Actor, account: str, *, stop: Callable[[], bool], pause: threading.Event
    ) -> None:
        self._database = database
        self._actor = actor
        self._account = account
        self._stop = stop
        #: Set when the run has to stop, so that a wait ends at once.
        self._pause = pause
        self._minimums: dict[str, float] = {}
        self._turns: dict[str, threading.Lock] = {}

    def learn(self, minimums_ms: Mapping[str, float], *, only_new: bool = False) -> None:
        """Take over minimum gaps, in milliseconds by operation; with `only_new`, what is known already stays."""
        with self._database.session(self._actor) as session:
            known = {r.operation: r.minimum_ms for r in _SQL.minimums(session.raw, account=self._account)}
            if only_new:
                minimums_ms = {**minimums_ms, **known}
            for operation, minimum in minimums_ms.items():
                _SQL.ensure(
                    session.raw, account=self._account, operation=operation, minimum_ms=float(minimum), margin=MARGIN
                )
                self._minimums[operation] = float(minimum)
                self._turns.setdefault(operation, threading.Lock())

    def minimum_ms(self, operation: str) -> float:
        """The account's own minimum gap of an operation."""
        return self._minimums.get(operation, 0.0)

    def wait(self, operation: str, first: Callable[[], None] | None = None) -> None:
        """Return when this call may go, `first` having been done when its turn came; raises Stopped to stop."""
        if not self._minimums.get(operation):
            self._check_stop()
            if first:
                first()
            return
        with self._turns[operation]:
            self._check_stop()
            if first:
                first()
            while True:
                self._check_stop()
                with self._database.session(self._actor, lazy_commit=True) as session:
                    seconds = _SQL.claim(
                        session.raw, account=self._account, operation=operation, margin=MARGIN, ease=EASE
                    )
                if not seconds:
                    return
                self._pause.wait(seconds)

    def accepted(self, operation: str) -> None:
        """The vendor took the call; the gap eases back as slots are taken."""

    def refused(self, operation: str, interval_ms: int | None) -> None:
        """The vendor refused the call as too early."""
        interval = float(interval_ms or self._minimums.get(operation) or 1000)
        if not self._minimums.get(operation):
            self.learn({operation: interval})
        with self._database.session(self._actor, lazy_commit=True) as session:
            _SQL.refused(
                session.raw,
                account=self._account,
                operation=operation,
                interval_ms=interval,
                margin=MARGIN,
                growth=GROWTH,
            )

    def _check_stop(self) -> None:
        if self._stop():
            raise Stopped("The run was asked to stop.")

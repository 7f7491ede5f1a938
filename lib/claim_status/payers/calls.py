"""The calls of a run at a payer: its place in the account's throttle, and how many there were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lib.core import calls
from lib.core.executor import Execution
from lib.core.throttle import SharedThrottle


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """The throttle of an account for one run, and the calls by operation and outcome since they were kept last."""

    execution: Execution
    throttle: SharedThrottle
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, operation: str, outcome: str) -> None:
        """One call more."""
        self.counted[operation, outcome] += 1

    def keep(self) -> None:
        """Add the calls to the run's sums, and begin again at nothing."""
        if self.counted:
            with self.execution.database.session(self.execution.actor) as session:
                calls.add(session, self.execution.run.id, self.execution.run.client_id, self.counted)
            self.counted.clear()


def count_calls(execution: Execution, account: str) -> Counted:
    """The throttle of an account, whose waits end when the run has to stop."""
    throttle = SharedThrottle(
        execution.database, execution.actor, account, stop=execution.should_stop, pause=execution.stopping
    )
    # No payer publishes a gap; one that it has asked for by refusals is known to all processes.
    throttle.learn({}, only_new=True)
    return Counted(execution=execution, throttle=throttle)

"""Vendor calls of a run by operation, summed over its attempts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lib.core.database import Session, named_queries
from lib.core.metrics import VENDOR_CALLS

_SQL = named_queries("runs")


@dataclass(frozen=True, kw_only=True, slots=True)
class Calls:
    """Calls of one operation: answered (refusals of a record included), refused as too early, and without an answer."""

    operation: str
    answered: int
    throttled: int
    failed: int

    @property
    def sent(self) -> int:
        """Every call that went out."""
        return self.answered + self.throttled + self.failed


def add(session: Session, run_id: str, client_id: str, counted: Mapping[tuple[str, str], int]) -> None:
    """Add calls to the sums of a run and this process; keys: (operation, answered | refused | throttled | failed)."""
    for (operation, outcome), count in counted.items():
        VENDOR_CALLS.labels(operation, outcome).inc(count)
    for operation in {operation for operation, _ in counted}:
        _SQL.add_calls(
            session.raw,
            run_id=run_id,
            client_id=client_id,
            operation=operation,
            answered=counted.get((operation, "answered"), 0) + counted.get((operation, "refused"), 0),
            throttled=counted.get((operation, "throttled"), 0),
            failed=counted.get((operation, "failed"), 0),
        )


def of_run(session: Session, run_id: str) -> list[Calls]:
    """Vendor calls of a run by operation."""
    return [
        Calls(operation=r.operation, answered=r.answered, throttled=r.throttled, failed=r.failed)
        for r in _SQL.calls(session.raw, run_id=run_id)
    ]

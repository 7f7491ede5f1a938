"""A report as large as one likes, for benches: the same rows that the stand-in sends, straight into a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.collaboratemd.pages import ReportOrder
from sandbox.collaboratemd.payload import write_payload
from sandbox.collaboratemd.totals import ControlTotals, totals
from sandbox.world import World
from sandbox.world.life import OfficeLife

#: A client with a single account, and how many charge lines its claims have come to, one with another.
_ACCOUNT = "10005001"
_LINES_OF_A_CLAIM = 1.88


@dataclass(frozen=True, kw_only=True, slots=True)
class LargeReport:
    """A report that was written to a file."""

    path: Path
    rows: int
    order: ReportOrder
    life: OfficeLife

    def add_up(self) -> ControlTotals:
        """The sums of its money columns, in a second pass over the events."""
        return totals(self.life, self.order)


def write_large_report(
    path: Path, *, lines: int, today: date, report: str = "gross_billing", extended: bool = True, seed: int = 7
) -> LargeReport:
    """Write a report of a client with about so many charge lines as the vendor's ZIP; memory does not grow with them.

    Reports about charges (gross_billing, rev_rec_charges) have about `lines` rows, others more or less.
    """
    life = OfficeLife(world=World(seed=seed), today=today, claims=max(1, round(lines / _LINES_OF_A_CLAIM)))
    order = ReportOrder(account=_ACCOUNT, report=report, as_of=today, extended=extended)
    return LargeReport(path=path, rows=write_payload(life, order, path), order=order, life=life)

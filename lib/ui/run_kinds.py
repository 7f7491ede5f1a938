"""What the Runs page has to know of each kind of run: its words, its progress, its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lib.charges.params import KIND as CHARGES
from lib.claim_status.params import KIND as CLAIM_STATUS
from lib.core.runs import Run
from lib.core.schedules.kinds import KINDS
from lib.reports.params import KIND as REPORTS
from lib.ui.charges import run_kind as charges
from lib.ui.claim_status import run_kind as claim_status
from lib.ui.frame import OpenPage
from lib.ui.reports import run_kind as reports
from lib.ui.schedule import run_kind as recurring


@dataclass(frozen=True, kw_only=True, slots=True)
class RunKind:
    """How runs of one kind are told and drawn."""

    #: What was done to begin it: “uploaded”, “asked for”.
    begun: str
    #: What stays when it is cancelled, and what happens after a worker was lost.
    when_cancelled: str
    when_lost: str
    title: Callable[[Run], str]
    #: How much of it is done, for the list: “60 of 80”; empty where nothing is known.
    amount: Callable[[Run], str]
    #: Steps that are foreseen for a phase before the run itself has counted them.
    planned: Callable[[Run, str], int]
    #: What there is to see of a run at work beside its phases.
    draw_work: Callable[[Run], None]
    #: What became of a run that is not at work.
    draw_result: Callable[[OpenPage, Run], None]


_KINDS = {
    kind: RunKind(
        begun=told.BEGUN,
        when_cancelled=told.WHEN_CANCELLED,
        when_lost=told.WHEN_LOST,
        title=told.title,
        amount=told.amount,
        planned=told.planned,
        draw_work=told.draw_work,
        draw_result=told.draw_result,
    )
    for kind, told in (
        (CHARGES, charges),
        (REPORTS, reports),
        (CLAIM_STATUS, claim_status),
        *((kind.name, recurring) for kind in KINDS.values() if kind.timed),
    )
}


def kind_of(run: Run) -> RunKind:
    """How this run is told and drawn."""
    return _KINDS[run.kind]

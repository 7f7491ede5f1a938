"""Which cells of what was wished for a run takes, takes up, or refuses: pure decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lib.reports.asking.requests import OpenRequest
from lib.reports.model import Cell, ReportRequest, RequestState
from lib.reports.params import Action, RefusalReason, RefusedCell

_QUEUED = (RequestState.WAITING, RequestState.ASKING)


@dataclass(frozen=True, slots=True)
class Seqs:
    """How a saved report and its filter are called at the vendor."""

    report: str
    filter: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a run is to do; `seqs` has no entry for a report that is not set up. `as_of` is the day it will show."""

    action: Action
    cells: Sequence[Cell]
    seqs: Mapping[str, Seqs]
    as_of: date
    force: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a run does: cells to ask for, requests of ended runs to take up or to close, cells that it leaves out."""

    ask: tuple[Cell, ...]
    take_up: tuple[ReportRequest, ...]
    close: tuple[ReportRequest, ...]
    refused: tuple[RefusedCell, ...]


def choose(wish: Wish, open_requests: Sequence[OpenRequest], loaded_today: Collection[Cell]) -> Choice:
    """Choose by cell. `open_requests` are the client's, `loaded_today` the cells loaded today for the wished day.

    What a run that is alive has is refused; what a dead or ended one left is taken up where the action can go on with
    it. Forced, nothing is refused but what is not set up, and what was left is closed.
    """
    ask: list[Cell] = []
    taken: list[ReportRequest] = []
    closed: list[ReportRequest] = []
    refused: list[RefusedCell] = []
    for cell in wish.cells:
        own = [each for each in open_requests if each.request.cell == cell]
        alive = [each.request for each in own if each.alive]
        left = [each.request for each in own if not each.alive]
        if wish.action is Action.LOAD:
            fetchable = [request for request in left if request.state not in _QUEUED]
            taken += fetchable
            if not fetchable:
                refused.append(_nothing_to_load(cell, alive))
            continue
        same_day = [request for request in left if request.as_of == wish.as_of]
        # What was never asked for on its day would show another day now.
        closed += [request for request in left if request.as_of != wish.as_of and request.state in _QUEUED]
        if wish.action is Action.SYNC and not wish.force:
            taken += [request for request in left if request.state not in _QUEUED]
        if wish.force:
            closed += same_day
        elif busy := next((request for request in alive if request.as_of == wish.as_of), None):
            refused.append(_in_hand(cell, busy))
            continue
        elif cell in loaded_today:
            refused.append(_refused(cell, RefusalReason.LOADED, "Loaded today already; --force asks again."))
            continue
        elif same_day:
            again = [request for request in same_day if request.state in _QUEUED]
            taken += again
            if wish.action is Action.TRIGGER and not again:
                refused.append(_here(cell, same_day[0]))
            continue
        if cell.report in wish.seqs:
            ask.append(cell)
        else:
            refused.append(_not_set_up(cell))
    return Choice(ask=tuple(ask), take_up=tuple(taken), close=tuple(closed), refused=tuple(refused))


def _refused(cell: Cell, reason: RefusalReason, said: str) -> RefusedCell:
    return RefusedCell(report=cell.report, account=cell.account, reason=reason, said=said)


def _in_hand(cell: Cell, request: ReportRequest) -> RefusedCell:
    said = f"Run {request.run_id} has it already; it is {request.state}. Wait for that run, or resume it."
    return _refused(cell, RefusalReason.BUILDING, said)


def _here(cell: Cell, request: ReportRequest) -> RefusedCell:
    said = f"It was asked for already and is {request.state}. Load it, or force it to be asked for anew."
    return _refused(cell, RefusalReason.BUILDING, said)


def _nothing_to_load(cell: Cell, alive: Sequence[ReportRequest]) -> RefusedCell:
    if alive:
        return _in_hand(cell, alive[0])
    return _refused(cell, RefusalReason.NOTHING, "Nothing of it waits to be loaded. Trigger it first, or sync it.")


def _not_set_up(cell: Cell) -> RefusedCell:
    said = (
        f"No report and filter id is set for {cell.report}. Set them with: "
        f"python -m jobs reports set --client NAME --seq {cell.report}=REPORT_SEQ/FILTER_SEQ."
    )
    return _refused(cell, RefusalReason.NO_SETTINGS, said)

"""Where one cell of the matrix stands, as a small word with a mark, and the sentence about all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum

from lib.reports.model import RequestState
from lib.reports.service import CellStatus
from lib.ui.frame import OpenPage
from lib.ui.reports.words import age, title_of
from lib.ui.wording import day


class Standing(StrEnum):
    """Where a report of an account stands, in a word."""

    NOT_SET_UP = "not set up"
    OFF = "off"
    WAITING = "waiting"
    BUILDING = "building"
    #: Brought here, not loaded yet.
    READY = "ready"
    #: The run that had it has ended; the next sync goes on with it.
    STOPPED = "stopped"
    HELD = "held"
    FAILED = "failed"
    NEVER = "never"
    STALE = "old"
    FRESH = "up to date"

    @property
    def mark(self) -> str:
        """The same in one character."""
        return _MARKS[self]


_MARKS = {
    Standing.NOT_SET_UP: "–",
    Standing.OFF: "–",
    Standing.WAITING: "…",
    Standing.BUILDING: "▸",
    Standing.READY: "◐",
    Standing.STOPPED: "✕",
    Standing.HELD: "‖",
    Standing.FAILED: "✕",
    Standing.NEVER: "○",
    Standing.STALE: "!",
    Standing.FRESH: "✓",
}
_OPEN = {
    RequestState.WAITING: Standing.WAITING,
    RequestState.ASKING: Standing.WAITING,
    RequestState.BUILDING: Standing.BUILDING,
    RequestState.READY: Standing.READY,
}
_WITHOUT_RUN = {RequestState.BUILDING, RequestState.READY}


def standing_of(status: CellStatus) -> Standing:
    """What is to be said first about a cell: what is under way, then what wants a person, then its age."""
    if status.request_state in _OPEN:
        standing = _OPEN[status.request_state]
        return standing if status.run_open or standing is Standing.READY else Standing.STOPPED
    if status.held_package_id:
        return Standing.HELD
    if status.setting is None:
        return Standing.NOT_SET_UP
    if not status.setting.enabled:
        return Standing.OFF
    if status.last_state is RequestState.FAILED:
        return Standing.FAILED
    if status.package_id is None:
        return Standing.NEVER
    return Standing.STALE if status.stale else Standing.FRESH


def can_be_loaded(status: CellStatus) -> bool:
    """Whether it is here, or was being built, and no run has it."""
    return status.request_state in _WITHOUT_RUN and not status.run_open


def cell_text(status: CellStatus) -> str:
    """The cell's mark and word; of what is loaded, the word is its age."""
    standing = standing_of(status)
    if standing in (Standing.FRESH, Standing.STALE) and status.loaded_at is not None:
        return f"{standing.mark} {age(status.loaded_at)}"
    return f"{standing.mark} {standing}"


def freshness(page: OpenPage, statuses: Sequence[CellStatus]) -> str:
    """One sentence on all cells that are asked for: “62 of 65 reports are of today; 1 is held, 2 failed.”"""
    asked = [status for status in statuses if status.setting is not None and status.setting.enabled]
    if not asked:
        return "No report is set up yet."
    good = [status for status in asked if not status.stale]
    today = [status for status in good if status.as_of == _today(page, status)]
    said = f"{len(good):,} of {_reports(len(asked))} {'of today' if len(today) == len(good) else 'up to date'}"
    if len(today) < len(good):
        said += f", {len(today):,} of them of today"
    counts = Counter(standing_of(status) for status in statuses)
    parts = (
        (counts[Standing.HELD], "is held", "are held"),
        (counts[Standing.FAILED], "failed", "failed"),
        (counts[Standing.STALE], "is old", "are old"),
        (counts[Standing.NOT_SET_UP], "is not set up", "are not set up"),
        (counts[Standing.NEVER], "was never loaded", "were never loaded"),
        (counts[Standing.STOPPED], "was stopped", "were stopped"),
        (sum(_waits_here(status) for status in statuses), "waits to be loaded", "wait to be loaded"),
        (sum(_under_way(status) for status in statuses), "is under way", "are under way"),
    )
    rest = ", ".join(f"{count:,} {one if count == 1 else many}" for count, one, many in parts if count)
    return f"{said}; {rest}." if rest else f"{said}."


def oldest(page: OpenPage, statuses: Collection[CellStatus]) -> str:
    """Which of the old reports is the oldest, and since when; nothing where none is old."""
    old = [status for status in statuses if status.as_of is not None and standing_of(status) is Standing.STALE]
    if not old:
        return ""
    worst = min(old, key=lambda status: (status.as_of, status.client_name))
    assert worst.as_of is not None
    return (
        f"The oldest is {title_of(worst.cell.report)} of {worst.client_name}, {worst.cell.account}: "
        f"its data is of {day(worst.as_of)}."
    )


def _reports(count: int) -> str:
    return f"{count:,} reports are" if count != 1 else "1 report is"


def _waits_here(status: CellStatus) -> bool:
    return status.request_state is RequestState.READY and not status.run_open


def _under_way(status: CellStatus) -> bool:
    return status.request_state is not None and status.run_open


def _today(page: OpenPage, status: CellStatus) -> date:
    return datetime.now(UTC).astimezone(page.client_of(status.cell.client_id).zone).date()

"""Batches of claim status, as the list and the page of runs tell and draw them."""

from __future__ import annotations

from lib.core.runs import Run
from lib.ui.claim_status.result import draw_result as draw_answered
from lib.ui.frame import OpenPage

BEGUN = "asked for"
WHEN_CANCELLED = "The call in flight is finished, nothing more is asked. What was answered is kept."
WHEN_LOST = "Another worker takes it up within a minute; what was answered is not asked for again."


def title(run: Run) -> str:
    """The name of the file, or what else the claims came from."""
    return f"Claim status: {run.title}"


def amount(run: Run) -> str:
    """Rows answered of all rows."""
    result = run.result or {}
    return f"{result['success']:,} of {result['rows_total']:,} claims" if "rows_total" in result else ""


def planned(run: Run, phase_name: str) -> int:
    """The run knows its rows from the start."""
    return 0


def draw_work(run: Run) -> None:
    """Nothing beside its phases."""


def draw_result(page: OpenPage, run: Run) -> None:
    """Draw what came of it."""
    draw_answered(page.desk, run)

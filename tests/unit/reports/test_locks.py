"""Advisory locks of reports are never taken for those of anything else."""

from __future__ import annotations

from lib.core.database import LockSpace
from lib.reports.loading.publish import CELL_LOCK, REQUEST_LOCK


def test_no_two_kinds_of_locks_share_a_space() -> None:
    spaces = [*LockSpace, CELL_LOCK, REQUEST_LOCK]
    assert len(set(spaces)) == len(spaces)

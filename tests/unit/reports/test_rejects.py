"""The reject list: everything on disk for its owner alone, the first few in memory."""

from __future__ import annotations

import stat
from pathlib import Path

from lib.reports.reading.rejects import SHOWN, Reject, RejectList, read_rejects


def test_all_rows_are_on_disk_and_only_the_first_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "rejects.jsonl"
    with RejectList(path) as rejects:
        for number in range(1_000):
            text = f'{number},"TEST\né"'
            rejects.add(Reject(file=1, row=number, reason=f"reason {number // 2}", text=text))
    assert (rejects.count, len(rejects.first), rejects.first[-1].row) == (1_000, SHOWN, SHOWN - 1)
    assert (rejects.reasons["reason 0"], rejects.reasons["other"]) == (2, 600)
    found = list(read_rejects(path))
    assert (len(found), found[999].text, found[999].row) == (1_000, '999,"TEST\né"', 999)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_a_rejected_row_there_is_no_file(tmp_path: Path) -> None:
    with RejectList(tmp_path / "rejects.jsonl"):
        pass
    assert list(read_rejects(tmp_path / "rejects.jsonl")) == list(tmp_path.iterdir()) == []

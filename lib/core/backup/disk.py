"""The disk: when it is full, and when what was renamed is sure to be there after a power cut."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from lib.core.errors import DaysheetError

#: What a full disk, or a full quota, answers.
FULL = (errno.ENOSPC, errno.EDQUOT)


class NoRoom(DaysheetError):
    """The disk is full; nothing is left of what was begun."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no room left in {folder}.", fix="Make room there, or choose another place.")


def keep_names(folder: Path) -> None:
    """Have the names in a folder reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

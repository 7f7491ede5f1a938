"""The home's folders that a backup holds. Copies for reading and exports are left out: they are made anew."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from lib.core.backup.manifest import HOME
from lib.core.backup.sealed_stream import BackupBroken

#: Heads of the audit; read before the database, for a head that is newer than it would look like a loss.
AUDIT = "audit"
#: Files of runs, and reports as they came.
KEPT = ("files", "raw")
#: What stands in the way of a restore besides: it is of the database that was there before.
STALE = ("snapshot", "exports")
_PIECE = 1 << 20
#: Files in clear that somebody reads at this moment, and locks.
_PASSING = ("open", "open.lock")


def files_of(home: Path, folder: str) -> Iterator[str]:
    """The files of a folder of the home, as paths within the home; files that come or go meanwhile do no harm."""
    for place, folders, names in os.walk(home / folder):
        inside = Path(place).relative_to(home)
        folders[:] = sorted(name for name in folders if (inside / name).as_posix() != f"raw/{_PASSING[0]}")
        yield from ((inside / name).as_posix() for name in sorted(names) if name not in _PASSING)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """An open file, a piece at a time."""
    while piece := file.read(_PIECE):
        yield piece


def put(staging: Path, entry: str, contents: Iterable[bytes]) -> None:
    """Write an entry below the staging folder, private; raises BackupBroken for a name that leads elsewhere."""
    inside = PurePosixPath(entry.removeprefix(HOME))
    if inside.is_absolute() or ".." in inside.parts or inside.parts[0] not in (AUDIT, *KEPT):
        raise BackupBroken("The backup holds a file that belongs nowhere in a home.")
    path = staging / inside
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in contents:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def occupied(home: Path) -> list[str]:
    """The folders of the home that hold something a restore would take the place of."""
    return [name for name in (AUDIT, *KEPT) if any((home / name).glob("*"))]


def swap(home: Path, staging: Path, aside: Path) -> bool:
    """Put the staged folders in the home's place, what was there aside, and return whether anything was."""
    moved = False
    for name in (AUDIT, *KEPT, *STALE):
        if (home / name).exists():
            aside.mkdir(parents=True, exist_ok=True, mode=0o700)
            (home / name).rename(aside / name)
            moved = True
        if (staging / name).exists():
            (staging / name).rename(home / name)
    shutil.rmtree(staging)
    return moved

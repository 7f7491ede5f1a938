"""This machine, as Linux tells it: processors, memory, the disk of the home, and the volume that it stands on."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from lib.operations.model import Machine

_PROC = Path("/proc")
_BLOCKS = Path("/sys/dev/block")
#: File systems that encrypt by themselves.
_ENCRYPTING = frozenset({"ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"})


def machine(home: Path) -> Machine:
    """Look at this machine now; what a system other than Linux does not tell is 0."""
    # Nothing may have been written yet, and then there is no home.
    disk = shutil.disk_usage(next(folder for folder in (home, *home.parents) if folder.exists()))
    memory = _memory()
    return Machine(
        processors=os.cpu_count() or 1,
        load=os.getloadavg()[0],
        memory_bytes=memory.get("MemTotal", 0),
        memory_free_bytes=memory.get("MemAvailable", 0),
        disk_bytes=disk.total,
        disk_free_bytes=disk.free,
        own_bytes=_own_bytes(),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Volume:
    """A mounted volume: where, its file system, and whether this system encrypts it."""

    mounted_at: Path
    file_system: str
    encrypted: bool


def volume_of(path: Path, *, mounts: Path = _PROC / "self" / "mountinfo", blocks: Path = _BLOCKS) -> Volume | None:
    """The volume that a path stands on; None where the system does not tell.

    Encrypted is one on dm-crypt (LUKS), also below LVM or RAID, or of a file system that encrypts by itself.
    """
    if not mounts.exists():
        return None
    found: tuple[Path, list[str], list[str]] | None = None
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        before, _, after = line.partition(" - ")
        place = Path(_unescaped(before.split()[4]))
        # Of two mounts at one place the later one is seen.
        if path.is_relative_to(place) and (found is None or len(place.parts) >= len(found[0].parts)):
            found = (place, before.split(), after.split())
    if found is None:
        return None
    place, (_, _, numbers, *_), (file_system, source, *_) = found
    encrypted = file_system in _ENCRYPTING or _on_crypt(blocks / _block_numbers(numbers, source))
    return Volume(mounted_at=place, file_system=file_system, encrypted=encrypted)


def _block_numbers(numbers: str, source: str) -> str:
    """A block device as “major:minor”; btrfs and its like are mounted under numbers of their own."""
    if numbers.startswith("0:") and source.startswith("/dev/") and Path(source).exists():
        device = Path(source).stat().st_rdev
        return f"{os.major(device)}:{os.minor(device)}"
    return numbers


def _on_crypt(block: Path) -> bool:
    mark = block / "dm" / "uuid"
    if mark.exists() and mark.read_text(encoding="ascii", errors="replace").startswith("CRYPT-"):
        return True
    below = block / "slaves"
    # Of several disks below, one in clear is enough to read from.
    slaves = list(below.iterdir()) if below.exists() else []
    return bool(slaves) and all(_on_crypt(slave) for slave in slaves)


def _unescaped(place: str) -> str:
    for code, letter in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        place = place.replace(code, letter)
    return place


def _memory() -> dict[str, int]:
    path = _PROC / "meminfo"
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if len(words) > 1}


def _own_bytes() -> int:
    path = _PROC / "self" / "statm"
    return int(path.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") if path.exists() else 0

"""Which files of a client's copy belong together; swapped by rename, so that a reader has all of one state."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path

from lib.core.settings import Settings

_MANIFEST = "manifest.json"
_SORTING = "sorting"
#: No export takes so long.
_SORTING_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class CopiedView:
    """A view as it was copied: `file` within the client's folder, made from the packages that `fingerprint` names."""

    file: str
    fingerprint: str
    rows: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The copied views of a client by day of knowledge; the latest stands under None. `made_at`: ISO, UTC."""

    made_at: str
    days: dict[date | None, dict[str, CopiedView]]

    @cached_property
    def version(self) -> str:
        """Changes exactly when a file does."""
        named = sorted(
            (str(day), view, copied.file) for day, views in self.days.items() for view, copied in views.items()
        )
        return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]

    @property
    def files(self) -> frozenset[str]:
        """Every file that it names."""
        return frozenset(copied.file for views in self.days.values() for copied in views.values())


class SnapshotFolder:
    """Where the copies of an instance lie: a folder for each client, and one of empty files for those without rows."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.home / "snapshot"

    def of_client(self, client_id: str) -> Path:
        """The client's own folder, made when missing; nobody but this instance's OS user may read it."""
        return self._made(self.root / str(int(client_id)))

    @property
    def empty(self) -> Path:
        """The folder of views without rows, which say the columns where no client has any."""
        return self._made(self.root / "empty")

    @contextlib.contextmanager
    def sorting(self) -> Generator[Path]:
        """A folder of one export, for what is put aside while it is sorted; it is gone afterwards."""
        self.sweep()
        with tempfile.TemporaryDirectory(dir=self._made(self.root / _SORTING), ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def sweep(self) -> None:
        """Delete what an export that was killed has put aside."""
        for folder in (self.root / _SORTING).glob("*"):
            # Another process may have deleted it meanwhile.
            with contextlib.suppress(FileNotFoundError):
                if folder.stat().st_mtime < time.time() - _SORTING_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)

    def clients(self) -> frozenset[str]:
        """The clients that have a copy."""
        return frozenset(path.parent.name for path in self.root.glob(f"[0-9]*/{_MANIFEST}"))

    def read(self, client_id: str) -> Manifest | None:
        """The client's manifest; None where nothing was copied yet."""
        path = self.root / str(int(client_id)) / _MANIFEST
        try:
            stat = path.stat()
        except FileNotFoundError:
            return None
        return _read_manifest(path, stat.st_mtime_ns, stat.st_ino)

    def swap(self, client_id: str, manifest: Manifest) -> None:
        """Make a manifest the one that readers find, whole and at once."""
        folder = self.of_client(client_id)
        days = {
            day.isoformat() if day else "": {name: asdict(copied) for name, copied in views.items()}
            for day, views in manifest.days.items()
        }
        half = folder / f"{_MANIFEST}.{os.getpid()}"
        half.write_text(json.dumps({"made_at": manifest.made_at, "days": days}), encoding="utf-8")
        half.replace(folder / _MANIFEST)

    def delete_others(self, client_id: str, keep: Iterable[Manifest], *, older_than: float) -> None:
        """Delete the files that none of the manifests names and that were made before `older_than` (a POSIX time)."""
        named = frozenset(file for manifest in keep for file in manifest.files)
        for path in self.of_client(client_id).glob("*.parquet*"):
            if path.name not in named and path.stat().st_mtime < older_than:
                path.unlink(missing_ok=True)

    def _made(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder


@lru_cache(maxsize=256)
def _read_manifest(path: Path, mtime_ns: int, inode: int) -> Manifest:
    """Read a manifest once for each time that it was swapped."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return Manifest(
        made_at=document["made_at"],
        days={
            date.fromisoformat(day) if day else None: {name: CopiedView(**copied) for name, copied in views.items()}
            for day, views in document["days"].items()
        },
    )

"""Reports as they came: sealed with the key for files, opened only for as long as somebody reads them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from lib.core.errors import NotFound
from lib.core.sealed import SealKeys, seal, unseal
from lib.core.settings import Settings

_LOCK = "in-use"


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedFile:
    """A sealed report and where it is within the folder of raw files; size and SHA-256 are those of the ZIP."""

    path_relative: str
    sha256: str
    bytes: int


class RawFiles:
    """The folder of raw files, `raw` in the home; nobody but this instance's OS user may read it."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.home / "raw"
        self._open = self._root / "open"

    def seal(self, keys: SealKeys, path: Path, *, client_id: str, request_id: str) -> SealedFile:
        """Seal the file of a request and delete the plain one; sealing it again replaces what was sealed before."""
        name = self.name_of(client_id=client_id, request_id=request_id)
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        size = path.stat().st_size
        digest = seal(keys, path, target, context=name)
        # The database will say that it is here: its entry in the folder must not be lost before.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        path.unlink()
        return SealedFile(path_relative=name, sha256=digest, bytes=size)

    @staticmethod
    def name_of(*, client_id: str, request_id: str) -> str:
        """Where the sealed file of a request is, or would be."""
        return f"{int(client_id)}/{int(request_id)}.sealed"

    def exists(self, sealed_path: str) -> bool:
        """Whether that sealed file is here."""
        return (self._root / sealed_path).exists()

    def delete(self, sealed_path: str) -> None:
        """Delete a sealed file; one that is gone already does no harm."""
        (self._root / sealed_path).unlink(missing_ok=True)

    @contextlib.contextmanager
    def opened(self, keys: SealKeys, sealed_path: str) -> Generator[Path]:
        """A plain copy, alone in a private folder that is deleted at the end.

        Raises NotFound where the file is gone, SealBroken where it is not what was sealed.
        """
        if not self.exists(sealed_path):
            raise NotFound("The raw file of this report is gone.", fix="Ask for the report again.")
        with self.workplace() as folder:
            plain = folder / "report.zip"
            unseal(keys, self._root / sealed_path, plain, context=sealed_path)
            yield plain

    @contextlib.contextmanager
    def workplace(self) -> Generator[Path]:
        """A private folder for files in clear, deleted at the end; what killed processes left is swept first."""
        with self._arranging():
            self._sweep()
            folder = Path(tempfile.mkdtemp(dir=self._open))
            # Held by this process until it ends, however it ends: so a sweep knows what is left over.
            lock = (folder / _LOCK).open("w")
            fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield folder
        finally:
            # A folder whose lock is deleted already looks left over: no sweep may see it half gone.
            with self._arranging():
                shutil.rmtree(folder)
            lock.close()

    @contextlib.contextmanager
    def _arranging(self) -> Generator[None]:
        self._open.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._root / "open.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        for folder in self._open.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if not _in_use(folder / _LOCK):
                    shutil.rmtree(folder)


def _in_use(lock: Path) -> bool:
    if not lock.exists():
        return False
    with lock.open("r") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False

"""Files of runs, under the home of this instance; the database knows where each is and what it holds."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lib.core.database import Session, named_queries
from lib.core.errors import NotFound
from lib.core.settings import Settings

_SQL = named_queries("runs")


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFile:
    """A file of a run: `role` says which one (upload, result, failed_rows, errors), `name` how people know it."""

    role: str
    name: str
    path: Path
    bytes: int
    sha256: str
    made_at: datetime


class RunFiles:
    """The folder that holds the files of runs, one folder a run; nobody but this instance's OS user may read it."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.home / "files"

    def folder(self, run_id: str) -> Path:
        """The run's own folder, made when missing."""
        folder = self._root / str(int(run_id))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def keep(self, session: Session, *, run_id: str, client_id: str, role: str, name: str, made: Path) -> None:
        """Record a file that was made in the run's folder; `name` is what a download is called."""
        digest = hashlib.sha256()
        with made.open("rb") as source:
            while chunk := source.read(1 << 20):
                digest.update(chunk)
        os.chmod(made, 0o600)
        _SQL.put_file(
            session.raw,
            run_id=run_id,
            client_id=client_id,
            role=role,
            name=Path(name).name,
            path=str(made.relative_to(self._root)),
            bytes=made.stat().st_size,
            sha256=digest.hexdigest(),
        )

    def list(self, session: Session, run_id: str) -> dict[str, RunFile]:
        """The files of a run by role."""
        return {
            row.role: RunFile(
                role=row.role,
                name=row.name,
                path=self._root / row.path,
                bytes=row.bytes,
                sha256=row.sha256,
                made_at=row.made_at,
            )
            for row in _SQL.files(session.raw, run_id=run_id)
        }

    def find(self, session: Session, run_id: str, role: str) -> RunFile:
        """One file of a run; raises NotFound when it was never made or has been cleaned up."""
        found = self.list(session, run_id).get(role)
        if found is None or not found.path.exists():
            raise NotFound(f"Run {run_id} has no {role.replace('_', ' ')} file.")
        return found

    def forget(self, session: Session, run_id: str, roles: Collection[str]) -> None:
        """Forget files of a run that this attempt did not make anew."""
        _SQL.forget_roles(session.raw, run_id=run_id, roles=list(roles))

    def discard(self, session: Session, run_id: str) -> None:
        """Delete every file of a run, and forget them."""
        _SQL.forget_files(session.raw, run_id=run_id)
        folder = self._root / str(int(run_id))
        if folder.exists():
            shutil.rmtree(folder)

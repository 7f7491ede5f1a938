"""The workbench's own command line, through which practice mode tells it things, and what it was told already."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a command ended, with what it printed and what it complained of."""

    code: int
    printed: str
    complained: str

    @property
    def said(self) -> str:
        """Complaints and answer together, for a person."""
        return f"{self.complained} {self.printed}".strip()


async def run_jobs(home: Path, *arguments: str, secret: str = "") -> Ended:
    """Run one `python -m jobs` command to its end.

    A command is told to end, and waited for, when the caller is cancelled.
    """
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jobs", *arguments),
        cwd=_ROOT,
        env=os.environ | {"DAYSHEET_HOME": str(home.resolve())},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        printed, complained = await command.communicate(secret.encode())
    except asyncio.CancelledError:
        command.terminate()
        await command.wait()
        raise
    return Ended(
        code=command.returncode or 0,
        printed=printed.decode(errors="replace").strip(),
        complained=complained.decode(errors="replace").strip(),
    )


class Stamps:
    """What was done, by name, with a mark of what it was done with; kept in a file that is never half written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def has(self, name: str, mark: str) -> bool:
        """Whether that was done with the same mark."""
        return self._marks.get(name) == mark

    def add(self, name: str, mark: str) -> None:
        """Remember it."""
        self._marks[name] = mark
        self._path.parent.mkdir(parents=True, exist_ok=True)
        half_written = self._path.with_suffix(".tmp")
        half_written.write_text(json.dumps(self._marks, indent=1))
        half_written.replace(self._path)

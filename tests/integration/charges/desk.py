"""A biller's desk for tests: draws sheets, posts them here or by the command line, and reads the results."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from jobs.office import Office
from lib.charges import service
from lib.charges.params import Mode
from lib.charges.service import TypedLogin
from lib.core import intents, runs
from lib.core.clients import Client
from lib.core.files import RunFiles
from lib.core.intents import Intent
from lib.core.runs import Run
from lib.core.settings import ROOT
from sandbox.running import TebraControl
from sandbox.sheets import Drawn, SheetOrder, draw_sheet, write_sheet
from sandbox.world import World

#: Not later than any client's today, whatever its zone.
TODAY = datetime.now(UTC).date() - timedelta(days=1)
WORLD = World(seed=7, patients=200)


def draw(rows: int, **order: Any) -> Drawn:
    """A sheet about the practice vendors' first customer; `order` are fields of SheetOrder."""
    return draw_sheet(WORLD, SheetOrder(rows=rows, today=TODAY, **order))


def only(drawn: Drawn, count: int) -> Drawn:
    """The sheet's first rows, to be changed by hand; what it asks for is no longer known."""
    return replace(drawn, rows=drawn.rows[:count], payments=(), encounters=(), mistakes=(), refused=())


@dataclass(kw_only=True)
class Desk:
    """One client's desk."""

    office: Office
    client: Client
    control: TebraControl
    environment: Mapping[str, str]
    folder: Path

    def write(self, drawn: Drawn, name: str = "sheet.xlsx") -> Path:
        """The sheet as a workbook."""
        path = self.folder / name
        write_sheet(drawn, path)
        return path

    def upload(self, sheet: Path, *, login: TypedLogin | None = None, **choices: Any) -> str:
        """Take the workbook in as a draft and return the run's id."""
        with sheet.open("rb") as content:
            return service.receive_upload(
                self.office.database,
                self.office.settings,
                self.office.actor,
                client_id=self.client.id,
                name="sheet.xlsx",
                content=content,
                login=login,
                **choices,
            )

    def queue(self, drawn: Drawn, *, mode: Mode = Mode.RUN, **choices: Any) -> str:
        """Hand the sheet to whoever works, and return the run's id."""
        return self._queue(self.write(drawn), mode, **choices)

    def _queue(self, sheet: Path, mode: Mode, **choices: Any) -> str:
        run_id = self.upload(sheet, **choices)
        hand_over = service.queue_check if mode is Mode.CHECK else service.queue_posting
        hand_over(self.office.database, self.office.actor, run_id)
        return run_id

    def check(self, drawn: Drawn, **choices: Any) -> Run:
        """Check the sheet, in this process."""
        return self.execute(self.queue(drawn, mode=Mode.CHECK, **choices))

    def post(self, drawn: Drawn, **choices: Any) -> Run:
        """Post the sheet, in this process."""
        return self.execute(self.queue(drawn, **choices))

    def post_file(self, sheet: Path, **choices: Any) -> Run:
        """Post a workbook as it is, in this process."""
        return self.execute(self._queue(sheet, Mode.RUN, **choices))

    def execute(self, run_id: str) -> Run:
        """Work on a run in this process until it is over or has to stop."""
        self.office.executor.execute(run_id)
        return self.run(run_id)

    def resume(self, run_id: str) -> Run:
        """Go on with a run that is over."""
        service.resume(self.office.database, self.office.actor, run_id)
        return self.execute(run_id)

    def run(self, run_id: str) -> Run:
        """The run as it is now."""
        return runs.get(self.office.database, self.office.actor, run_id)

    def intents(self, run_id: str) -> list[Intent]:
        """The run's intents, oldest first."""
        with self.office.database.session(self.office.actor) as session:
            return intents.of_run(session, run_id)

    def file(self, run_id: str, role: str) -> Path:
        """A file of the run: upload, result, failed_rows, errors."""
        with self.office.database.session(self.office.actor) as session:
            return RunFiles(self.office.settings).find(session, run_id, role).path

    def result(self, run_id: str) -> dict[int, dict[str, str]]:
        """The result workbook: texts by title, by row number; an empty cell is ''."""
        return read_result(self.file(run_id, "result"))

    def start_command(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `python -m jobs ARGUMENTS`."""
        return subprocess.Popen(
            [sys.executable, "-m", "jobs", *arguments],
            cwd=ROOT,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def command(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run `python -m jobs ARGUMENTS --json` to its end: exit code and what it said."""
        return ended(self.start_command(*arguments, "--json"))

    def texts(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of a query, seeing every client."""
        with self.office.database.session(self.office.actor) as session, session.raw.cursor() as cursor:
            cursor.execute(statement)
            return [tuple(row) for row in cursor.fetchall()]


def ended(command: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of a command that was started with --json."""
    printed, complained = command.communicate(timeout=90)
    assert printed.strip(), complained
    return command.returncode, json.loads(printed)


def read_result(path: Path) -> dict[int, dict[str, str]]:
    """A result workbook: texts by title, by row number; an empty cell is ''."""
    workbook = load_workbook(path, read_only=True, data_only=True)
    table = workbook["Charges"].iter_rows(values_only=True)
    titles = [str(title).rstrip("*") for title in next(table)]
    rows = {
        number: {title: "" if value is None else str(value) for title, value in zip_longest(titles, row)}
        for number, row in enumerate(table, start=2)
    }
    workbook.close()
    return rows

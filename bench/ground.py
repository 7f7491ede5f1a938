"""The ground that charges benches stand on: an own home with its embedded PostgreSQL, vendors, one client."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import ROOT, read_settings
from sandbox.running import RunningVendors, practice_vendors
from sandbox.sheets import Drawn, SheetOrder, draw_sheet, write_sheet
from sandbox.world import World

SEED = 7
CLIENT = "Bench client"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a bench runs commands, with the durable settings that a real office has."""

    home: Path
    world: World
    vendors: RunningVendors

    def jobs(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command of the product."""
        return subprocess.run(
            [sys.executable, "-m", "jobs", *arguments],
            cwd=ROOT,
            env=self.environment(),
            input=stdin,
            text=True,
            capture_output=True,
            check=True,
        )

    def charges(self, sheet: Path) -> Measured:
        """Run a Charges workbook through the command line, and measure the whole process."""
        out = self.home / "result.xlsx"
        command = [*(sys.executable, "-m", "jobs", "charges", str(sheet)), "--client", CLIENT, "-o", str(out), "--json"]
        with tempfile.TemporaryFile("w+") as told:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=told)
            # wait4 tells this very process's peak, not the greatest of all children so far.
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            told.seek(0)
            answer = told.read()
        if process.returncode != 0:
            raise RuntimeError(f"The run ended with exit code {process.returncode}: {answer[:2000]}")
        return Measured(
            result=json.loads(answer), peak_mib=usage.ru_maxrss / 1024, cpu_seconds=usage.ru_utime + usage.ru_stime
        )

    def sheet(self, rows: int, *, days: int = 20) -> tuple[Path, Drawn]:
        """Draw a sheet of that many rows about the ground's population."""
        drawn = draw_sheet(self.world, SheetOrder(rows=rows, seed=SEED, today=date.today(), days=days))
        path = self.home / f"sheet-{rows}.xlsx"
        write_sheet(drawn, path)
        return path, drawn

    def environment(self) -> dict[str, str]:
        """What a process of this office is started with."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DAYSHEET_", "PYTHONDONTWRITE"))}
        return kept | {"DAYSHEET_HOME": str(self.home)}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A finished run: its JSON, its peak memory in MiB, its processor time."""

    result: dict[str, Any]
    peak_mib: float
    cpu_seconds: float


@contextlib.contextmanager
def ground(*, patients: int, throttle_scale: float) -> Generator[Ground]:
    """Prepare an office with one client, connected to practice vendors whose gaps are scaled."""
    with tempfile.TemporaryDirectory(prefix="daysheet-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        with practice_vendors(patients=patients, seed=SEED) as vendors:
            vendors.tebra.configure(throttle_scale=throttle_scale)
            found = Ground(home=home, world=World(seed=SEED, patients=patients), vendors=vendors)
            user = vendors.tebra.world()[0].users[0]
            found.jobs("client", "add", CLIENT)
            options = {
                "url": vendors.wsdl_url,
                "customer_key": vendors.tebra.world()[0].customer_key,
                "user": user.name,
                "visibility_delay_seconds": "5",
            }
            said = [word for name, value in options.items() for word in ("--set", f"{name}={value}")]
            found.jobs(
                "connect", "tebra", "--client", CLIENT, "--practice", "--secret-stdin", *said, stdin=user.password
            )
            try:
                yield found
            finally:
                EmbeddedPostgres(read_settings(home=home, database_url=None)).delete()


def minimum_calls(drawn: Drawn) -> int:
    """The calls of a clean run (specification of charges, “Speed”)."""
    practices = {row.practice for row in drawn.rows}
    patients = {row.patient_id for row in drawn.rows}
    days = {(encounter.practice_id, encounter.dos) for encounter in drawn.encounters}
    return 3 + 2 * len(practices) + len(patients) + len(drawn.payments) + len(drawn.encounters) + len(days)

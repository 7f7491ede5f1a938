"""A whole workbench of the tests' own: database, side process, stand-in vendors and web, on free ports."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import read_settings
from lib.reports.catalog import catalog
from sandbox.collaboratemd.running import CollaborateMdControl
from sandbox.running import TebraControl
from tests.browser.signed_in import sign_in_at
from tests.conftest import FAST_SERVER

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 120
#: The vendor's minimum gaps are scaled down, so that a run of a minute takes seconds and can still be watched.
THROTTLE_SCALE = 0.1


@dataclass(frozen=True)
class Workbench:
    """A running workbench: its address, and the controls of the vendors behind it."""

    url: str
    tebra: TebraControl
    collaboratemd: CollaborateMdControl
    environment: dict[str, str]
    log: Path

    def calm(self) -> None:
        """Faults and latency away, gaps small; what was posted stays, as it does at a real vendor."""
        self.tebra.clear_faults()
        self.tebra.configure(throttle_scale=THROTTLE_SCALE, latency_ms=0)
        self.collaboratemd.clear_faults()
        self.collaboratemd.configure(build_seconds=0)

    def jobs(self, *arguments: str) -> str:
        """Run `python -m jobs ARGUMENTS` beside the workbench, and give what it says; a report that is held is fine."""
        done = subprocess.run(
            [sys.executable, "-m", "jobs", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode in (0, 3), done.stderr
        return done.stdout

    def set_up_reports(self, client: str) -> None:
        """Tell the workbench of a client's saved reports."""
        saved = self.collaboratemd.client(client)
        seqs = [f"{report}={'/'.join(saved.seqs(report))}" for report in catalog()]
        self.jobs("reports", "set", "--client", client, *(word for seq in seqs for word in ("--seq", seq)))


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_workbench(home: Path) -> Iterator[Workbench]:
    """Start everything as an operator would, practice vendors beside it, with no report loaded; stop it at the end."""
    web_port, practice_port = free_port(), free_port()
    environment = os.environ | {
        "DAYSHEET_HOME": str(home),
        "DAYSHEET_WEB_PORT": str(web_port),
        "DAYSHEET_PRACTICE_PORT": str(practice_port),
        "DAYSHEET_POSTGRES_OPTIONS": FAST_SERVER,
        "DAYSHEET_HEARTBEAT_SECONDS": "0.3",
        "DAYSHEET_OPERATIONS_PORT": "0",
    }
    environment.pop("DAYSHEET_DATABASE_URL", None)
    where = ("--port", str(practice_port), "--home", str(home))
    vendors = (sys.executable, "-m", "sandbox", "serve", *where)
    log = home.parent / "workbench.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs", "up", "--beside", shlex.join(vendors)],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            for said in ("Daysheet is at", "practice vendors ready on"):
                _await_line(process, log, said)
            subprocess.run(
                [sys.executable, "-m", "sandbox", "register", *where], cwd=ROOT, env=environment, check=True, stdout=out
            )
            bench = Workbench(
                url=f"http://127.0.0.1:{web_port}",
                tebra=TebraControl(f"http://127.0.0.1:{practice_port}"),
                collaboratemd=CollaborateMdControl(f"http://127.0.0.1:{practice_port}"),
                environment=environment,
                log=log,
            )
            bench.calm()
            sign_in_at(bench.url, environment)
            yield bench
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
            EmbeddedPostgres(read_settings(home=home, database_url=None)).delete()


@contextmanager
def running_web(environment: Mapping[str, str], *options: str, log: Path | None = None) -> Iterator[str]:
    """Start a further web process with this environment, never visited before, and give its address.

    `options` are Streamlit's own; what it says is written into `log`.
    """
    port = free_port()
    with (log or Path(os.devnull)).open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(ROOT / "Home.py"), f"--server.port={port}", *options],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _await_answer(process, f"{url}/healthz")
        sign_in_at(url, environment)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _await_line(process: subprocess.Popen[bytes], log: Path, said: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while said not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"The workbench did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.2)


def _await_answer(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("The web process did not start.")

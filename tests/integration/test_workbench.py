"""The launcher: everything starts with one command, is kept alive, and stops in order with Ctrl-C."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from jobs.up import sole_use
from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import ROOT, read_settings

_PATIENCE = 90.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Launched:
    """A workbench that was launched with an own home, and what it said so far."""

    def __init__(self, home: Path) -> None:
        self.web_port, self.practice_port, self.side_port = _free_port(), _free_port(), _free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYSHEET_")}
        self._environment = kept | {
            "DAYSHEET_HOME": str(home),
            "DAYSHEET_WEB_PORT": str(self.web_port),
            "DAYSHEET_PRACTICE_PORT": str(self.practice_port),
            "DAYSHEET_OPERATIONS_PORT": str(self.side_port),
        }
        self.said = ""
        beside = shlex.join([sys.executable, "-m", "sandbox", "serve"])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jobs", "up", "--beside", beside],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line

    def wait_for(self, words: str) -> None:
        """Wait until the launcher has said so."""
        _wait(lambda: words in self.said, lambda: f"it never said “{words}”, but:\n{self.said}")

    def jobs(self, *arguments: str) -> str:
        """Run a command beside the workbench."""
        command = [sys.executable, "-m", "jobs", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=True
        ).stdout

    def children(self) -> dict[str, int]:
        """The launcher's own processes: command line → pid."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    line = (entry / "cmdline").read_text().replace("\0", " ").strip()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if parent == self.process.pid:
                    found[line] = int(entry.name)
        return found

    def stop(self) -> int:
        """Ctrl-C, and the exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=_PATIENCE)
        self._reader.join(timeout=5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def _wait(until: Callable[[], bool], complaint: Callable[[], str]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if until():
            return
        time.sleep(0.1)
    raise AssertionError(complaint())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    yield home
    EmbeddedPostgres(read_settings(home=home, database_url=None)).delete()


def _has_its_migrations(port: int) -> bool:
    try:
        checks = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=10).json()["checks"]
    except requests.ConnectionError:
        return False
    return {check["name"]: check["standing"] for check in checks}["migrations"] == "ok"


def _gone(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


def test_one_command_starts_everything_keeps_it_alive_and_ctrl_c_stops_it(home: Path) -> None:
    bench = Launched(home)
    bench.wait_for("Daysheet is at")
    bench.wait_for("practice vendors ready")
    assert requests.get(f"http://127.0.0.1:{bench.web_port}/healthz", timeout=10).text == "ok"
    for port in (bench.web_port, bench.side_port):
        _wait(lambda port=port: _has_its_migrations(port), lambda: "it never said what it stands on")
    bench.jobs("client", "add", "Kept client")

    side = next(pid for line, pid in bench.children().items() if line.endswith("-m jobs"))
    time.sleep(max(0.0, 6.0 - _age(side)))
    os.kill(side, signal.SIGKILL)
    bench.wait_for("The side process has ended by itself and is started again.")
    _wait(lambda: any(line.endswith("-m jobs") for line in bench.children()), lambda: "no side process came back")

    database = EmbeddedPostgres(read_settings(home=home, database_url=None))
    os.kill(int((database.place / "postgres" / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    bench.wait_for("The embedded database has ended by itself and is started again.")
    _wait(lambda: "Kept client" in bench.jobs("client", "list"), lambda: "the client is lost")

    pids = list(bench.children().values())
    assert bench.stop() == 0
    assert all(_gone(pid) for pid in pids)
    assert not database.is_running()

    again = Launched(home)
    again.wait_for("Daysheet is at")
    assert "Kept client" in again.jobs("client", "list")
    assert again.stop() == 0


def test_a_taken_port_is_named_with_the_setting_that_changes_it(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = os.environ | {"DAYSHEET_HOME": str(home), "DAYSHEET_WEB_PORT": str(taken.getsockname()[1])}
        refused = subprocess.run(
            [sys.executable, "-m", "jobs", "up"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    assert refused.returncode == 2
    assert "is taken" in refused.stderr and "DAYSHEET_WEB_PORT" in refused.stderr


def _age(pid: int) -> float:
    return time.time() - Path(f"/proc/{pid}").stat().st_mtime


def test_cleaning_up_leaves_what_is_not_ours_and_keeps_off_a_running_workbench(home: Path) -> None:
    home.mkdir()
    (home / "letters.txt").write_text("mine")
    environment = os.environ | {"DAYSHEET_HOME": str(home)}
    environment.pop("DAYSHEET_DATABASE_URL", None)

    def jobs(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "jobs", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert jobs("client", "add", "Gone client").returncode == 0
    with sole_use(read_settings(home=home)):
        refused = jobs("clean-data", "--yes")
        assert refused.returncode == 2 and "A workbench is running" in refused.stderr
    assert jobs("clean-data", "--yes").returncode == 0
    assert (home / "letters.txt").read_text() == "mine"
    assert not (home / "secret.key").exists()
    assert jobs("client", "list").stdout.strip() == "No client yet."

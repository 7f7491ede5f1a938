"""The launcher: starts the processes of the workbench in order, keeps them alive, and stops them in reverse."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Sequence

from jobs.welcome import refuse_practice, welcome
from lib.core.errors import Misconfigured
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import ROOT, Settings

_READY_SECONDS = 120.0
_STOP_SECONDS = 60.0
_LOOK_SECONDS = 0.3
#: A process that lived shorter than this is not started again: it would end again.
_SHORT_LIFE_SECONDS = 5.0


def run_workbench(settings: Settings, *, beside: Sequence[str], practice: bool = False) -> None:
    """Start database, side process, further processes and web, print the address, and keep them until Ctrl-C.

    It says how to sign in; with `practice` there is a login for every role.

    A process that ends by itself is started again, and so is the embedded database; one that ends right after its
    start stops the workbench. Raises Misconfigured then, when a port is taken, and when another workbench has the home.
    """
    if practice:
        refuse_practice(settings)
    with sole_use(settings):
        _run_workbench(settings, beside, practice)


@contextlib.contextmanager
def sole_use(settings: Settings) -> Generator[None]:
    """Keep a second workbench, or a clean-up, off this home; raises Misconfigured when one is at it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "workbench.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(
                f"A workbench is running with its data in {settings.home}.",
                fix="Stop it with Ctrl-C first, or set DAYSHEET_HOME to another folder.",
            ) from None
        yield


def _run_workbench(settings: Settings, beside: Sequence[str], practice: bool) -> None:
    _refuse_taken_port(settings.web_address, settings.web_port, "DAYSHEET_WEB_PORT")
    asked = _StopSignal()
    database = EmbeddedPostgres(settings) if settings.database_url is None else None
    migrate(settings)
    said = welcome(settings, practice=practice)
    started: list[_Process] = []
    try:
        commands = [("side process", [sys.executable, "-m", "jobs"])]
        commands += [(f"process “{command}”", shlex.split(command)) for command in beside]
        commands.append(("web process", _web_command(settings)))
        for name, command in commands:
            started.append(_Process(name, command))
        _await_web(settings, started, asked)
        if not asked():
            print(*("\n  " + line for line in said), sep="", flush=True)
            print(f"\n  Daysheet is at http://{settings.web_address}:{settings.web_port}", flush=True)
            print(f"  Ctrl-C stops it; data is kept in {settings.home}\n", flush=True)
        _keep_alive(started, database, asked)
    finally:
        print("Stopping.", flush=True)
        for process in reversed(started):
            process.end()
        if database:
            database.stop()


class _StopSignal:
    """Whether Ctrl-C or SIGTERM has come."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def __call__(self) -> bool:
        return self._asked

    def _ask(self, *_: object) -> None:
        self._asked = True


class _Process:
    """One process of the workbench, in a session of its own: Ctrl-C reaches the launcher alone."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._command = command
        self._start()

    def _start(self) -> None:
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(self._command, cwd=ROOT, start_new_session=True, env=environment)
        self._began = time.monotonic()

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process.poll() is not None

    def start_again(self) -> None:
        """Start it again; raises Misconfigured when it ended right after its start."""
        if time.monotonic() - self._began < _SHORT_LIFE_SECONDS:
            raise Misconfigured(f"The {self.name} ends right after its start.", fix="Its last lines above say why.")
        print(f"The {self.name} has ended by itself and is started again.", flush=True)
        self._start()

    def end(self) -> None:
        """Ask it to end and wait; one that does not is ended with its whole session."""
        if self.ended():
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _keep_alive(started: Sequence[_Process], database: EmbeddedPostgres | None, asked: Callable[[], bool]) -> None:
    while not asked():
        if database and not database.is_running():
            print("The embedded database has ended by itself and is started again.", flush=True)
            database.ensure_running()
        for process in started:
            if process.ended():
                process.start_again()
        time.sleep(_LOOK_SECONDS)


def _web_command(settings: Settings) -> list[str]:
    options = {
        "server.port": settings.web_port,
        "server.address": settings.web_address,
        "server.headless": "true",
        "server.maxUploadSize": settings.max_upload_mib,
    }
    return [
        *(sys.executable, "-m", "streamlit", "run", str(ROOT / "Home.py")),
        *(f"--{name}={value}" for name, value in options.items()),
    ]


def _await_web(settings: Settings, started: Sequence[_Process], asked: Callable[[], bool]) -> None:
    health = f"http://{settings.web_address}:{settings.web_port}/healthz"
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and not asked():
        for process in started:
            if process.ended():
                raise Misconfigured(f"The {process.name} did not start.", fix="Its last lines above say why.")
        try:
            with urllib.request.urlopen(health, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(_LOOK_SECONDS)
    if not asked():
        raise Misconfigured("The web process does not answer.", fix="Its last lines above say why.")


def _refuse_taken_port(address: str, port: int, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise Misconfigured(f"Port {port} is taken.", fix=f"Stop what uses it, or set {setting}.") from None

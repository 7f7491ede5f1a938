"""The launcher: starts the processes of the workbench in order, watches them, and stops them in reverse."""

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
from collections.abc import Sequence
from dataclasses import dataclass

from lib.core.errors import Misconfigured
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import ROOT, Settings

_READY_SECONDS = 120.0
_STOP_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Started:
    name: str
    process: subprocess.Popen[bytes]


def run_workbench(settings: Settings, *, beside: Sequence[str]) -> None:
    """Start database, further processes, side process and web, print the address, and wait for Ctrl-C.

    Raises Misconfigured when a port is taken, or a process ends or does not become ready.
    """
    _refuse_taken_port(settings.web_address, settings.web_port, "DAYSHEET_WEB_PORT")
    stop = _StopSignal()
    migrate(settings)
    started: list[_Started] = []
    failed: str | None = None
    try:
        side = _start("side process", [sys.executable, "-m", "jobs"])
        started.append(side)
        for command in beside:
            started.append(_start(command, shlex.split(command)))
        started.append(_start("web", _web_command(settings)))
        _await_web(settings, started, stop)
        if not stop.asked:
            address = f"http://{settings.web_address}:{settings.web_port}"
            print(f"\n  Daysheet is at {address}   (Ctrl-C stops it; data is kept in {settings.home})\n", flush=True)
        failed = stop.wait_with(started)
    finally:
        print("Stopping.", flush=True)
        for each in reversed(started):
            _end(each)
        if settings.database_url is None:
            EmbeddedPostgres(settings).stop()
    if failed:
        raise Misconfigured(f"The {failed} has ended by itself.", fix="Its last lines above say why.")


class _StopSignal:
    """Remembers that Ctrl-C or SIGTERM has come."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True

    def wait_with(self, started: Sequence[_Started]) -> str | None:
        """Wait until a signal comes (None), or a process ends by itself (its name)."""
        while not self.asked:
            for each in started:
                if each.process.poll() is not None:
                    return each.name
            time.sleep(0.2)
        return None


def _start(name: str, command: Sequence[str]) -> _Started:
    # A session of its own, so that Ctrl-C reaches the launcher alone and the order of stopping is ours.
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    return _Started(name=name, process=process)


def _web_command(settings: Settings) -> list[str]:
    options = {
        "server.port": settings.web_port,
        "server.address": settings.web_address,
        "server.headless": "true",
        "server.maxUploadSize": settings.max_upload_mib,
    }
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(ROOT / "Home.py"),
        *(f"--{name}={value}" for name, value in options.items()),
    ]


def _await_web(settings: Settings, started: Sequence[_Started], stop: _StopSignal) -> None:
    health = f"http://{settings.web_address}:{settings.web_port}/_stcore/health"
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and not stop.asked:
        for each in started:
            if each.process.poll() is not None:
                raise Misconfigured(f"The {each.name} did not start.", fix="Its last lines above say why.")
        try:
            with urllib.request.urlopen(health, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    if not stop.asked:
        raise Misconfigured("The web process does not answer.", fix="Its last lines above say why.")


def _end(each: _Started) -> None:
    """Ask a process to end and wait; one that does not is ended with its whole session."""
    if each.process.poll() is None:
        each.process.send_signal(signal.SIGTERM)
        try:
            each.process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(each.process.pid, signal.SIGKILL)
            each.process.wait()


def _refuse_taken_port(address: str, port: int, setting: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise Misconfigured(
                f"Port {port} is taken.", fix=f"Stop what uses it, or set {setting} to another."
            ) from None

"""A Streamlit server of a bench's own, started as an operator starts it."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping
from pathlib import Path

from lib.core.settings import ROOT

_READY_SECONDS = 120.0
_HEALTH = "/_stcore/health"


@contextlib.contextmanager
def streamlit_server(
    environment: Mapping[str, str],
    *,
    script: Path = ROOT / "Home.py",
    folder: Path = ROOT,
    options: tuple[str, ...] = (),
    arguments: tuple[str, ...] = (),
) -> Generator[str]:
    """Run a script in `folder`, whose settings of Streamlit it then has, and give its address when it answers.

    `environment` is all that the process has.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}", *options, "--", *arguments],
        cwd=folder,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _READY_SECONDS
        while not _answers(f"{address}{_HEALTH}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{script.name} does not answer.")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except OSError:
        return False
    return True

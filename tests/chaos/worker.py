"""A command of the product in a process of its own, forked from this warm one, that can be killed at any moment."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.commands import main


@dataclass(kw_only=True)
class Worker:
    """A running command; `printed` holds all that it said."""

    pid: int
    printed: Path
    code: int | None = None

    def running(self) -> bool:
        """Whether it has not ended yet."""
        if self.code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is None

    def wait(self, seconds: float) -> int:
        """Its exit code; TimeoutError, and its end, when it takes longer."""
        deadline = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > deadline:
                self.kill()
                raise TimeoutError(f"A command did not end within {seconds:g} s: {self.last_words()}")
            time.sleep(0.005)
        assert self.code is not None
        return self.code

    def kill(self) -> None:
        """SIGKILL to it and all that it started."""
        if self.running():
            os.killpg(self.pid, signal.SIGKILL)
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)

    def last_words(self) -> str:
        """The end of what it printed."""
        return self.printed.read_text(encoding="utf-8", errors="replace")[-1500:]


def start_command(arguments: Sequence[str], environment: Mapping[str, str], printed: Path) -> Worker:
    """Fork, and run `python -m jobs ARGUMENTS` in the child."""
    pid = os.fork()
    if pid == 0:
        code = 70
        with contextlib.suppress(BaseException):
            code = _become_command(arguments, environment, printed)
        os._exit(code)
    with contextlib.suppress(OSError):
        # Both sides do it, so that it is done whoever comes first.
        os.setpgid(pid, pid)
    return Worker(pid=pid, printed=printed)


def _become_command(arguments: Sequence[str], environment: Mapping[str, str], printed: Path) -> int:
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    sink = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))  # noqa: SIM115
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.environ.update(environment)
    sys.argv = ["jobs", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
        return 71
    return 0

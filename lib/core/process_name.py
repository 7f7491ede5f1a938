"""What this process is called: in the database's list of connections, and in its log lines."""

from __future__ import annotations

import os
import socket

#: PostgreSQL cuts an application's name at 63 bytes.
_HOST_LETTERS = 30
_parts: dict[str, str] = {}


def name_process(part: str) -> None:
    """Say what this process is, once, when it starts: `web` or `side`."""
    _parts["part"] = part


def process_part() -> str:
    """What this process is: `web`, `side`, or `command` for whatever was not named."""
    return _parts.get("part", "command")


def process_name() -> str:
    """Application, part, machine and number: “daysheet web host:4711”, at most 63 ASCII bytes."""
    host = socket.gethostname().encode("ascii", "replace").decode()[:_HOST_LETTERS]
    return f"daysheet {process_part()} {host}:{os.getpid()}"

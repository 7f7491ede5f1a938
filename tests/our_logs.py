"""Our own way of logging, for a test that reads the lines; pytest has its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from lib.core.logging import start_logging
from lib.core.settings import read_settings


@contextmanager
def our_logs() -> Iterator[None]:
    """JSON lines on standard error, where `capsys` finds them."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    start_logging(read_settings(database_url=None))
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)

"""How long the server takes to draw a page, and the id that its log lines carry."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Generator

from lib.core.logging import about
from lib.core.metrics import SCRIPT_SECONDS


@contextlib.contextmanager
def timed_page(page: str) -> Generator[None]:
    """Count the drawing of a page, however it ends; `page` is its place in the address, of our own short list."""
    began = time.perf_counter()
    try:
        with about(request=secrets.token_hex(8), page=page):
            yield
    finally:
        SCRIPT_SECONDS.labels(page).observe(time.perf_counter() - began)

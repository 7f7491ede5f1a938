"""The API in this very process, over HTTP: beside pages and readers, with the caches they share."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from lib.api.app import make_api
from lib.core.database import Database
from lib.core.settings import Settings
from tests.api_token import TOKEN, keep_token
from tests.browser.workbench import free_port

__all__ = ["TOKEN", "api_of"]


@contextmanager
def api_of(settings: Settings, database: Database) -> Iterator[str]:
    """Serve the API over a database until the end of the block; gives its address."""
    keep_token(database)
    port = free_port()
    app = make_api(lambda: (settings, database))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "The API did not start."
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)

"""The side process's own small HTTP server: /healthz, /readyz and /metrics, as in the web process."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from jobs.office import Office
from lib.core.database import open_database
from lib.operations.requests import RequestLog
from lib.operations.routes import OperationsRoutes
from lib.operations.watch import Watch

_LOG = logging.getLogger(__name__)


@contextlib.contextmanager
def health_server(office: Office) -> Generator[None]:
    """Answer on the settings' address and port, in a thread, until the block ends.

    A port that is taken is logged and no more: the work does not depend on being watched.
    """
    address, port = office.settings.operations_address, office.settings.operations_port
    if not port:
        yield
        return
    try:
        listening = socket.create_server((address, port))
    except OSError as error:
        _LOG.error(
            "the side process cannot be watched: its port cannot be had; set DAYSHEET_OPERATIONS_PORT",
            extra={"port": port, "error": error.strerror},
        )
        yield
        return
    watch = Watch(office.settings, open_database, opened=lambda: office.database)
    app = Starlette(routes=OperationsRoutes(lambda: watch).routes(), middleware=[Middleware(RequestLog)])
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            lifespan="off",
            loop="asyncio",
        )
    )
    thread = threading.Thread(target=server.run, args=([listening],), name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
        listening.close()
        watch.close()

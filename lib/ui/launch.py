"""What the web process prepares before its first visitor: routes, accepted hosts, quiet logs, a frozen heap."""

from __future__ import annotations

import gc
import importlib

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route
from streamlit.runtime.pages_manager import PagesManager

from lib.api.app import make_api
from lib.core.logging import start_logging
from lib.core.settings import current
from lib.ui.redaction import redact_streamlit_logs
from lib.ui.session import office
from lib.ui.trouble import show_trouble

#: Imported before the freeze, so that the first visitor does not wait for them and no collection walks them.
_HEAVY = (
    "pandas",
    "pyarrow.parquet",
    "duckdb",
    "plotly.graph_objects",
    "rustpy_xlsxwriter",
    "sqlalchemy",
    "psycopg2",
    "procrastinate",
    "lib.charges.service",
    "lib.reports.service",
    "lib.ui.drill",
    "lib.ui.explore.result",
    "lib.ui.overview.today",
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def routes() -> list[BaseRoute]:
    """Routes beside Streamlit's own."""
    api = make_api(current().api_token, office)
    return [Route("/healthz", _healthz, methods=["GET"]), Mount("/api", api)]


def middleware() -> list[Middleware]:
    """Accept only hosts that are ours, on every route and socket, against DNS rebinding.

    The names are Streamlit's `server.allowedHosts`; without it a server on the loopback answers to the loopback only.
    """
    hosts = list(st.get_option("server.allowedHosts"))
    if not hosts:
        hosts = ["127.0.0.1", "localhost"] if st.get_option("server.address") in _LOOPBACK else ["*"]
    return [Middleware(TrustedHostMiddleware, allowed_hosts=hosts)]


def on_script_error(error: Exception) -> bool:
    """Show an error as a page of ours; True keeps Streamlit from showing its own."""
    show_trouble(error)
    return True


def prepare_process() -> None:
    """Make this process ready for visitors; called once, by the launcher."""
    # With a folder pages/ Streamlit runs /charges by itself until somebody has opened /: past the navigation.
    PagesManager.uses_pages_directory = False
    start_logging(current())
    redact_streamlit_logs()
    for name in _HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


async def _healthz(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")

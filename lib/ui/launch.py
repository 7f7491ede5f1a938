"""What the web process prepares before its first visitor: routes, accepted hosts, quiet logs, a frozen heap."""

from __future__ import annotations

import gc
import importlib

import streamlit as st
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Mount
from streamlit.runtime.pages_manager import PagesManager

from lib.api.app import make_api
from lib.core.logging import start_logging
from lib.core.process_name import name_process
from lib.core.settings import current
from lib.operations.requests import RequestLog
from lib.operations.routes import OperationsRoutes
from lib.ui.operations.watch import office_watch
from lib.ui.redaction import redact_streamlit_logs
from lib.ui.session import office
from lib.ui.sign_in.provider import comes_from_provider, providers
from lib.ui.trouble import show_trouble
from lib.web.guard import Guard
from lib.web.headers import SecurityHeaders
from lib.web.sign_in import sign_in_routes

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
    api = make_api(office)
    return [*OperationsRoutes(office_watch).routes(), *sign_in_routes(office, providers()), Mount("/api", api)]


def middleware() -> list[Middleware]:
    """Accept only hosts that are ours, on every route and socket, against DNS rebinding; then only who is signed in.

    The names are Streamlit's `server.allowedHosts`; without it a server on the loopback answers to the loopback only.
    """
    hosts = list(st.get_option("server.allowedHosts"))
    if not hosts:
        hosts = ["127.0.0.1", "localhost"] if st.get_option("server.address") in _LOOPBACK else ["*"]
    return [
        Middleware(RequestLog),
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts),
        Middleware(SecurityHeaders),
        Middleware(Guard, open_office=office, from_provider=comes_from_provider),
    ]


def on_script_error(error: Exception) -> bool:
    """Show an error as a page of ours; True keeps Streamlit from showing its own."""
    show_trouble(error)
    return True


def prepare_process() -> None:
    """Make this process ready for visitors; called once, by the launcher."""
    # With a folder pages/ Streamlit runs /charges by itself until somebody has opened /: past the navigation.
    PagesManager.uses_pages_directory = False
    name_process("web")
    start_logging(current())
    redact_streamlit_logs()
    for name in _HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()

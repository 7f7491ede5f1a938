"""Launcher and script in one: the server's app when the server imports it, the navigation when a session runs it.

Everything that the web process adds to Streamlit (routes, accepted hosts, what is said of an error) hangs here.
"""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:
    from lib.ui import launch

    app = st.App(
        __file__, routes=launch.routes(), middleware=launch.middleware(), on_script_error=launch.on_script_error
    )
    launch.prepare_process()
else:
    from lib.ui.navigation import navigate

    navigate()

"""The web process's watch over the instance: for its routes, and for the Operations page."""

from __future__ import annotations

import streamlit as st

from lib.core.database import Database, open_database
from lib.core.errors import DaysheetError
from lib.core.settings import current
from lib.operations.watch import Watch
from lib.ui.session import office


@st.cache_resource(show_spinner=False)
def office_watch() -> Watch:
    """This process's watch; it needs no database to be made."""
    return Watch(current(), open_database, opened=_opened)


def _opened() -> Database | None:
    try:
        return office()[1]
    except DaysheetError:
        # The figures say themselves that the database is away.
        return None

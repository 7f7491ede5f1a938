"""What a page says when something goes wrong: our own sentence where there is one, a reference number otherwise."""

from __future__ import annotations

import logging
import secrets
from urllib.parse import quote, urlsplit

import streamlit as st

from lib.core.database import DatabaseUnavailable
from lib.core.errors import DaysheetError, Misconfigured, SignedOut

_LOG = logging.getLogger(__name__)


def show_trouble(error: Exception) -> None:
    """Draw the error for a person; what was not foreseen is logged by type and place under the number shown."""
    if isinstance(error, DatabaseUnavailable):
        show_unavailable()
    elif isinstance(error, SignedOut):
        show_signed_out(error)
    elif isinstance(error, Misconfigured):
        st.error(error.fix, title=error.what, icon=":material/settings_alert:")
    elif isinstance(error, DaysheetError):
        show_refusal(error)
    else:
        reference = note(error)
        st.error(
            "Nothing was lost: what was sent is kept in the ledger, and runs go on without this page. "
            "Reload it. If it happens again, tell your administrator this number; the log has the place under it.\n\n"
            f"Reference `{reference}`",
            title="This page met something that it did not foresee.",
            icon=":material/error:",
        )


def note(error: Exception) -> str:
    """Log what was not foreseen by type and place; the number under which it is found there."""
    reference = secrets.token_hex(4).upper()
    _LOG.error("page failed", extra={"reference": reference}, exc_info=error)
    return reference


def said_of_failure(error: Exception) -> str:
    """The same in a sentence, for a place that has no room for more."""
    if isinstance(error, DaysheetError):
        return f"{error.what} {error.fix or ''}".strip()
    return f"This could not be read. The log has why, under {note(error)}."


def show_refusal(error: DaysheetError) -> None:
    """Draw an expected failure: what happened, and below it what to do."""
    st.error(error.fix or "Nothing was changed.", title=error.what, icon=":material/block:")


def show_unavailable() -> None:
    """Say that the database is away, and what that means for work under way."""
    st.error(
        "Runs under way pause and go on by themselves when it is back; nothing is sent twice. "
        "It is started together with the workbench: `make run` to practise, else `.venv/bin/python -m jobs up`.",
        title="The database does not answer.",
        icon=":material/cloud_off:",
    )
    st.button("Try again", icon=":material/refresh:", key="try_database_again")


def show_signed_out(error: SignedOut) -> None:
    """Say that the session is over, with the way back to this very page."""
    st.info(error.fix, title=error.what, icon=":material/logout:")
    address = urlsplit(st.context.url or "")
    here = address.path + (f"?{address.query}" if address.query else "")
    st.html(f'<a style="color: inherit; font-weight: 600" href="/signin?next={quote(here, safe="")}">Sign in</a>')

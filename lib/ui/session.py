"""Who is at the page, and this process's way to settings, database and queue."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib.core import queue
from lib.core.access import sessions
from lib.core.access.sessions import SignedIn
from lib.core.actor import Actor
from lib.core.database import Database, open_database
from lib.core.errors import SignedOut
from lib.core.migrations import migrate
from lib.core.settings import Settings, current
from lib.web.cookies import SESSION

#: Whose the state of this page is.
_OWNER = "session_state_of"
#: The desk that was found in this drawing of the page.
_FOUND = "desk_found"


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What a page works with: settings, database, and the person at it."""

    settings: Settings
    database: Database
    person: SignedIn

    @property
    def actor(self) -> Actor:
        """The person, as services want to know who acts."""
        return self.person.actor

    def hand_to_workers(self, run_id: str) -> None:
        """Put a queued run before the workers; what the web process must not do, the side process does."""
        with queue.producer(self.database.url).open() as app:
            queue.enqueue(app, run_id)


def sign_in(*, active: bool = True) -> Desk:
    """The desk of whoever is at this page; the gate of every page.

    With `active` the person has just done something, and the idle time begins anew. Raises SignedOut, Misconfigured
    or DatabaseUnavailable, each with a sentence for the page.
    """
    settings, database = office()
    token = token_of_browser()
    if token is None:
        raise SignedOut
    person = sessions.attend(database, token, active=active)
    # A page that connects anew, after the next person signed in at the same browser, brings its state along.
    if st.session_state.setdefault(_OWNER, person.user_id) != person.user_id:
        st.session_state.clear()
        st.session_state[_OWNER] = person.user_id
    return Desk(settings=settings, database=database, person=person)


def leave_desk(desk: Desk) -> None:
    """Leave the desk that sign_in has just found to what is drawn next in the same run of the script."""
    st.session_state[_FOUND] = desk


def left_desk() -> Desk | None:
    """The desk that was left in this run of the script, taken by the first who asks; None when a fragment reruns."""
    desk: Desk | None = st.session_state.pop(_FOUND, None)
    return desk


def token_of_browser() -> str | None:
    """The session's token, as the browser sent it when the page was connected."""
    return st.context.cookies.get(SESSION)


@st.cache_resource(show_spinner=False)
def office() -> tuple[Settings, Database]:
    """This process's settings and its one way to the database, for its pages and its API alike."""
    settings = current()
    if settings.database_url is None:
        migrate(settings)
    return settings, open_database(settings)

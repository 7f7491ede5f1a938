"""Who is at the page, and this process's way to settings, database and queue."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from lib.core import queue
from lib.core.actor import Actor, ActorKind
from lib.core.database import Database, open_database
from lib.core.migrations import migrate
from lib.core.settings import Settings, current

#: Until people sign in, whoever reaches the page is this user and sees every client.
PRACTICE_USER = Actor(kind=ActorKind.PERSON, name="practice user", clients=None, origin="page")


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What a page works with: settings, database, and the person at it."""

    settings: Settings
    database: Database
    actor: Actor

    def hand_to_workers(self, run_id: str) -> None:
        """Put a queued run before the workers; what the web process must not do, the side process does."""
        with queue.producer(self.database.url).open() as app:
            queue.enqueue(app, run_id)


def sign_in() -> Desk:
    """The desk of whoever is at this page; the gate of every page.

    Raises Misconfigured or DatabaseUnavailable, both with a sentence for the page.
    """
    settings, database = office()
    return Desk(settings=settings, database=database, actor=PRACTICE_USER)


@st.cache_resource(show_spinner=False)
def office() -> tuple[Settings, Database]:
    """This process's settings and its one way to the database, for its pages and its API alike."""
    settings = current()
    if settings.database_url is None:
        migrate(settings)
    return settings, open_database(settings)

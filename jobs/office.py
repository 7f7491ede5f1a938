"""What every command and worker starts with: settings, an open database, the work it can do."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property

import procrastinate

from jobs.recurring import WORKS as RECURRING
from lib.charges.service import WORKS as CHARGES
from lib.claim_status.service import WORKS as CLAIM_STATUS
from lib.core import queue
from lib.core.actor import Actor, shell_user
from lib.core.database import Database, open_database
from lib.core.executor import Executor
from lib.core.migrations import migrate
from lib.core.settings import Settings, read_settings
from lib.reports.service import WORKS as REPORTS

#: The work of every kind of run, by kind.
WORKS = {**CHARGES, **REPORTS, **CLAIM_STATUS, **RECURRING}


@dataclass(frozen=True)
class Office:
    """This process's way to everything."""

    settings: Settings
    database: Database
    actor: Actor

    @cached_property
    def executor(self) -> Executor:
        """Executes runs in this process."""
        return Executor(self.database, self.settings, self.actor, WORKS)

    @contextlib.contextmanager
    def queue(self) -> Generator[procrastinate.App]:
        """The queue, open for putting runs in."""
        with queue.producer(self.database.url).open() as app:
            yield app


def open_office(actor: Actor | None = None) -> Office:
    """Read the settings and open the database; an embedded one is started and brought to this version.

    Raises Misconfigured or DatabaseUnavailable with a sentence for the operator.
    """
    settings = read_settings()
    if settings.database_url is None:
        migrate(settings)
    return Office(settings=settings, database=open_database(settings), actor=actor or operator())


def operator() -> Actor:
    """The person at this shell."""
    try:
        return shell_user(getpass.getuser())
    except (KeyError, OSError):
        return shell_user("operator")

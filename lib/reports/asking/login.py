"""A client's login at CollaborateMD as a run uses it: the connection, and the client that counts its calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lib.core import calls
from lib.core.actor import Actor
from lib.core.connections import connection_of
from lib.core.database import Database
from lib.core.executor import Execution
from lib.core.throttle import SharedThrottle
from lib.reports.params import VENDOR
from lib.vendors.collaboratemd.client import CollaborateMdClient
from lib.vendors.collaboratemd.connection import CollaborateMdConnection


def open_connection(database: Database, actor: Actor, client_id: str) -> CollaborateMdConnection:
    """A client's connection to CollaborateMD; raises NotFound where it has none."""
    stored = connection_of(database, actor, client_id, VENDOR)
    return CollaborateMdConnection.from_settings(
        {**stored.settings, "practice": stored.practice}, password=stored.secrets["password"]
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Login:
    """The vendor's door for one run; `counted` sums its calls by operation and outcome."""

    connection: CollaborateMdConnection
    client: CollaborateMdClient
    counted: Counter[tuple[str, str]]

    def keep_calls(self, execution: Execution) -> None:
        """Add the calls so far to the run's sums, and begin again at nothing."""
        if self.counted:
            with execution.database.session(execution.actor) as session:
                calls.add(session, execution.run.id, execution.run.client_id, self.counted)
            self.counted.clear()


def open_login(execution: Execution) -> Login:
    """The login of the run's client; waits of it end when the run has to stop."""
    connection = open_connection(execution.database, execution.actor, execution.run.client_id)
    throttle = SharedThrottle(
        execution.database,
        execution.actor,
        connection.account,
        stop=execution.should_stop,
        pause=execution.stopping,
    )
    # The vendor publishes no gap; one that it has asked for by refusals is known to all processes.
    throttle.learn({}, only_new=True)
    counted: Counter[tuple[str, str]] = Counter()

    def count(operation: str, outcome: str) -> None:
        counted[operation, outcome] += 1

    client = CollaborateMdClient(connection, throttle, count_call=count, sleep=execution.pause)
    return Login(connection=connection, client=client, counted=counted)

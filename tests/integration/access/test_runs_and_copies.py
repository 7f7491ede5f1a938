"""Below pages and routes: the actor of a run, and the columnar copies, which know no row-level security."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import duckdb
import pytest

from lib.analytics.reading.views import views
from lib.analytics.snapshot.reader import CopyReader, open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core import runs
from lib.core.access import people, sessions
from lib.core.access.permissions import Role
from lib.core.actor import Actor, job
from lib.core.clients import list_clients
from lib.core.database import Database, open_database
from lib.core.errors import NotFound, SignedOut
from lib.core.executor import Execution, Executor, Finished
from lib.core.runs import RunState
from lib.core.settings import read_settings
from lib.reports.catalog import catalog
from tests.conftest import KEY, Cluster
from tests.integration.access.two_clients import OTHER, OWN, SHELL, TwoClients, fill
from tests.integration.views.ledger import Ledger
from tests.integration.views.test_scope import a_row
from tests.signed_in import signed_in_token


@pytest.fixture(scope="module")
def two(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    """Both clients with a row in every view, and copies of both."""
    home = tmp_path_factory.mktemp("copies") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with closing(open_database(settings)) as database:
        office = fill(settings, database)
        for client in (OWN, OTHER):
            for report in catalog():
                Ledger(database).show(report, [a_row(report, client)], client=client)
            refresh_copy(database, settings, SHELL, client)
        yield office


def test_a_run_sees_the_rows_of_its_client_alone(two: TwoClients) -> None:
    seen: dict[str, object] = {}

    def look(execution: Execution) -> Finished:
        database, actor = execution.database, execution.actor
        seen["clients"] = [client.id for client in list_clients(database, actor)]
        seen["widened"] = list_clients(database, actor.narrowed(OTHER))
        with contextlib.suppress(NotFound):
            seen["other run"] = runs.get(database, actor, OTHER)
        return Finished()

    with two.database.session(SHELL) as session:
        run_id = runs.create(session, client_id=OWN, kind="look", title="look", state=RunState.QUEUED, params={})
    Executor(two.database, two.settings, job("worker"), {"look": look}).execute(run_id)
    assert runs.get(two.database, SHELL, run_id).state is RunState.FINISHED
    assert seen == {"clients": [OWN], "widened": []}


def test_copies_show_who_sees_one_client_that_client_in_every_view(two: TwoClients) -> None:
    both = open_reader(two.database, two.settings, SHELL)
    mine = open_reader(two.database, two.settings, SHELL.narrowed(OWN))
    assert isinstance(both, CopyReader) and isinstance(mine, CopyReader)
    for view in views():
        question = f"SELECT DISTINCT client_id AS client FROM reporting.{view} ORDER BY 1"
        assert [str(client) for (client,) in both.ask(question).rows] == [OWN, OTHER], view
        assert [str(client) for (client,) in mine.ask(question).rows] == [OWN], view


def test_an_engine_opens_no_file_of_another_client(two: TwoClients) -> None:
    mine = open_reader(two.database, two.settings, SHELL.narrowed(OWN))
    files = sorted(two.settings.home.rglob(f"*/{OTHER}/*.parquet"))
    assert files
    with pytest.raises(duckdb.Error, match=r"[Pp]ermission"):
        mine.ask(f"SELECT * FROM read_parquet('{files[0].resolve()}')")


def test_copies_are_read_by_what_the_database_says_of_a_person(two: TwoClients) -> None:
    """A page may hold somebody as he was a moment ago."""
    login = "ruth"
    token = signed_in_token(two.settings, login, roles={Role.BILLER}, clients=[OWN, OTHER])
    before = sessions.attend(two.database, token, active=True).actor
    person = people.person_named(two.database, SHELL, login)
    person = people.change_person(two.database, SHELL, person, name=person.name, roles={Role.BILLER}, clients=[OWN])
    assert before.clients == {OWN, OTHER}
    for actor in (before, replace(before, clients=None), before.narrowed(OTHER)):
        assert OTHER not in _clients_read(two.database, two, actor)
    people.disable(two.database, SHELL, person)
    with pytest.raises(SignedOut):
        open_reader(two.database, two.settings, before)


def _clients_read(database: Database, two: TwoClients, actor: Actor) -> set[str]:
    reader = open_reader(database, two.settings, actor)
    return {
        str(client) for (client,) in reader.ask("SELECT DISTINCT client_id AS client FROM reporting.ar_aging_view").rows
    }

"""/healthz, /readyz and /metrics: what they say, to whom, and when they say no."""

from __future__ import annotations

import contextlib
import json
import socket
import urllib.request
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from jobs.health_server import health_server
from jobs.office import Office
from lib.charges.params import KIND, VENDOR
from lib.core import clients, connections, runs
from lib.core.database import DatabaseUnavailable, open_database
from lib.core.runs import RunState
from lib.core.settings import Settings
from lib.operations.routes import OperationsRoutes
from lib.operations.watch import Watch
from tests.asgi import ask

TOKEN = "metrics-token-of-at-least-32-letters"
Opened = Callable[..., Starlette]


@pytest.fixture
def process(settings: Settings) -> Iterator[Opened]:
    """Opens the routes of a process that has just been started, with changed settings."""
    with contextlib.ExitStack() as opened:

        def started(**changes: object) -> Starlette:
            watch = Watch(settings.model_copy(update=changes), open_database, opened=lambda: None)
            opened.callback(watch.close)
            return Starlette(routes=OperationsRoutes(lambda: watch).routes())

        yield started


def _checks(app: Starlette) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in ask(app, "/readyz").json()["checks"]}


def test_this_machine_sees_all_strangers_a_bare_word_and_the_token_opens(process: Opened) -> None:
    here = process()
    names = {"database", "migrations", "queue", "vendor logins", "disk", "files", "encrypted volume"}
    assert set(_checks(here)) == names
    assert "daysheet_office_database_up 1.0" in ask(here, "/metrics").text
    for stranger in ({"address": "192.0.2.7"}, {"headers": {"X-Forwarded-For": "192.0.2.7"}}):
        assert ask(here, "/healthz", **stranger).text == "ok"
        assert ask(here, "/readyz", **stranger).text in ("ready", "not ready")
        assert ask(here, "/metrics", **stranger).status == 401
    watched = process(metrics_token=SecretStr(TOKEN))
    for token, status in ((TOKEN, 200), ("wrong", 401)):
        headers = {"Authorization": f"Bearer {token}"}
        assert ask(watched, "/metrics", address="192.0.2.7", headers=headers).status == status


def test_it_is_not_ready_with_a_migration_missing_and_says_which(office: Office, process: Opened) -> None:
    _as_owner(office, "DELETE FROM public._migrations WHERE migration_id = '0003_saved_views'")
    asked = process()
    assert ask(asked, "/readyz").status == 503
    assert "0003_saved_views" in _checks(asked)["migrations"]["said"]


def test_a_run_that_nobody_can_take_makes_it_not_ready(office: Office, process: Opened) -> None:
    client = clients.add_client(office.database, office.actor, "Quiet Meadow Practice")
    with office.database.session(office.actor) as session:
        run = runs.create(session, client_id=client.id, kind=KIND, title="day.xlsx", state=RunState.QUEUED, params={})
    assert _checks(process())["queue"]["standing"] == "attention"
    _as_owner(office, "UPDATE ops.runs SET queued_at = now() - interval '5 minutes' WHERE id = %s", run)
    asked = process()
    assert ask(asked, "/readyz").status == 503
    assert "no worker is alive" in _checks(asked)["queue"]["said"]
    _as_owner(office, "INSERT INTO queue.procrastinate_workers DEFAULT VALUES")
    assert _checks(process())["queue"]["standing"] == "ok"
    figures = ask(process(), "/metrics").text
    assert f'daysheet_office_runs{{kind="{KIND}",state="queued"}} 1.0' in figures
    assert "Meadow" not in figures and "day.xlsx" not in figures


def test_a_refused_login_is_told_until_the_connection_is_saved_anew(office: Office, process: Opened) -> None:
    client = clients.add_client(office.database, office.actor, "Test client")

    def connect() -> None:
        connections.save_connection(
            office.database,
            office.actor,
            client_id=client.id,
            vendor=VENDOR,
            account="TEST",
            values={},
            secrets={},
            practice=True,
        )

    connect()
    with office.database.session(office.actor) as session:
        run = runs.create(session, client_id=client.id, kind=KIND, title="", state=RunState.FAILED, params={})
    ended = "UPDATE ops.runs SET finished_at = clock_timestamp(), progress = %s WHERE id = %s"
    _as_owner(office, ended, json.dumps({"login_refused": True}), run)
    asked = process()
    found = _checks(asked)["vendor logins"]
    assert found["standing"] == "attention" and VENDOR in found["said"] and "Test client" not in found["said"]
    assert "daysheet_office_logins_refused 1.0" in ask(asked, "/metrics").text
    connect()
    assert _checks(process())["vendor logins"]["standing"] == "ok"


def test_without_a_database_it_is_not_ready_and_still_tells_of_the_machine(settings: Settings) -> None:
    def away(_: Settings) -> None:
        raise DatabaseUnavailable

    watch = Watch(settings, away, opened=lambda: None)  # ty: ignore[invalid-argument-type]
    asked = Starlette(routes=OperationsRoutes(lambda: watch).routes())
    assert ask(asked, "/readyz").status == 503
    checks = _checks(asked)
    assert checks["database"]["standing"] == "failed" and checks["files"]["standing"] == "ok"
    figures = ask(asked, "/metrics").text
    assert "daysheet_office_database_up 0.0" in figures and "daysheet_machine_disk_free_bytes" in figures


def test_the_side_process_answers_and_works_on_where_its_port_is_taken(office: Office) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    watched = Office(
        settings=office.settings.model_copy(update={"operations_port": port}),
        database=office.database,
        actor=office.actor,
    )
    with health_server(watched), health_server(watched):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b'daysheet_pool_connections{state="most"}' in answer.read()


def _as_owner(office: Office, statement: str, *values: object) -> None:
    assert office.settings.database_url is not None
    with contextlib.closing(psycopg2.connect(office.settings.database_url.get_secret_value())) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT set_config('daysheet.clients', '*', true)")
            cursor.execute(statement, values)

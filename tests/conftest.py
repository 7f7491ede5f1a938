"""What every test may use: one shared database cluster, a fresh database each, running practice vendors."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet

from jobs.office import Office
from lib.analytics.snapshot.refresh import refresh_copy
from lib.charges.params import VENDOR
from lib.core import clients, connections
from lib.core.actor import shell_user
from lib.core.clients import Client
from lib.core.database import Database, open_database
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres, ServerAddress
from lib.core.settings import Settings, read_settings
from lib.vendors.tebra.connection import TebraConnection
from sandbox.running import RunningVendors, TebraControl, practice_vendors
from tests.integration.reports.login_desk import LoginDesk, connect_desk

#: The application's role is one for the whole cluster, so every test's key must give it the same password.
KEY = Fernet.generate_key().decode()
FAST_SERVER = "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB"
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one option of our own."""
    parser.addoption(
        "--all-screens", action="store_true", help="take every picture of a page at both widths and in both themes"
    )


@dataclass(frozen=True)
class Cluster:
    """The shared database server; `database()` makes a fresh, migrated database and returns its owner's URL."""

    address: ServerAddress
    template: str

    def database(self) -> str:
        name = f"t{os.getpid()}_{next(_numbers)}"
        with contextlib.closing(psycopg2.connect(self.address.url("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY file_copy")
        return self.address.url(name)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL of our own for the whole test run, with a migrated template."""
    home = tmp_path_factory.mktemp("cluster")
    settings = read_settings(home=home, postgres_options=FAST_SERVER, secret_key=KEY, database_url=None)
    server = EmbeddedPostgres(settings)
    address = server.ensure_running()
    with contextlib.closing(psycopg2.connect(address.url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE template_daysheet")
    migrate(read_settings(home=home, database_url=address.url("template_daysheet"), secret_key=KEY))
    yield Cluster(address=address, template="template_daysheet")
    server.delete()


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Settings:
    """Settings with a home and a database of this test's own, and a quick heart."""
    return read_settings(
        home=tmp_path / "home",
        database_url=cluster.database(),
        secret_key=KEY,
        heartbeat_seconds=0.2,
        stalled_seconds=2.0,
    )


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The door to this test's database, as the application's role."""
    opened = open_database(settings)
    yield opened
    opened.close()


@pytest.fixture
def office(settings: Settings, database: Database) -> Office:
    """This process's way to everything, as an operator who sees every client."""
    return Office(settings=settings, database=database, actor=shell_user("tester"))


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a subprocess uses this test's home and database."""
    assert settings.database_url is not None
    return os.environ | {
        "DAYSHEET_HOME": str(settings.home),
        "DAYSHEET_DATABASE_URL": settings.database_url.get_secret_value(),
        "DAYSHEET_SECRET_KEY": KEY,
        "DAYSHEET_HEARTBEAT_SECONDS": "0.2",
        "DAYSHEET_STALLED_SECONDS": "2",
        "DAYSHEET_OPERATIONS_PORT": "0",
    }


@pytest.fixture(scope="session")
def vendors() -> Iterator[RunningVendors]:
    """Practice vendors over HTTP, for the whole test run."""
    with practice_vendors(seed=7, patients=200) as running:
        yield running


@pytest.fixture
def control(vendors: RunningVendors) -> TebraControl:
    """The stand-in's controls, everything forgotten and no minimum gaps."""
    vendors.tebra.reset()
    vendors.tebra.configure(throttle_scale=0)
    return vendors.tebra


@pytest.fixture
def practice(vendors: RunningVendors, control: TebraControl) -> RunningVendors:
    """Practice vendors that remember nothing of an earlier test."""
    return vendors


@pytest.fixture(scope="session")
def loaded(cluster: Cluster, vendors: RunningVendors, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginDesk]:
    """A client with one account, all of its reports loaded and copied; many tests share it, to look at only."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with contextlib.closing(open_database(settings)) as database:
        office = Office(settings=settings, database=database, actor=shell_user("tester"))
        vendors.collaboratemd.reset()
        desk = connect_desk(office, vendors.collaboratemd, {}, "Meadow")
        desk.work()
        refresh_copy(database, settings, office.actor, desk.client.id)
        yield desk


Connect = Callable[..., Client]


@pytest.fixture
def connect_client(office: Office, practice: RunningVendors) -> Connect:
    """Adds a client that is connected to a customer of the practice vendors; options go to the connection."""

    def connect(name: str = "Test client", *, customer: int = 0, password: str | None = None, **options: str) -> Client:
        found = practice.tebra.world()[customer]
        user = found.users[0]
        client = clients.add_client(office.database, office.actor, name)
        values = {
            "url": practice.wsdl_url,
            "user": user.name,
            "visibility_delay_seconds": "0.3",
            "call_timeout": "3",
            "read_timeout": "2",
        } | options
        connection = TebraConnection.from_settings(
            values | {"customer_key": found.customer_key, "practice": True}, password=password or user.password
        )
        connections.save_connection(
            office.database,
            office.actor,
            client_id=client.id,
            vendor=VENDOR,
            account=connection.account,
            values=values,
            secrets={"password": password or user.password, "customer_key": found.customer_key},
            practice=True,
        )
        return client

    return connect


@pytest.fixture
def client(connect_client: Connect) -> Client:
    """A client that is connected to the first customer of the practice vendors."""
    return connect_client()


@pytest.fixture
def client_id(client: Client) -> str:
    """The id of a connected client."""
    return client.id

"""Where a round takes place: a database cluster that may be restarted, practice vendors, a connected client."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from cryptography.fernet import Fernet
from psycopg2.extensions import connection as OwnerConnection

from lib.charges.params import VENDOR
from lib.core import clients, connections
from lib.core.actor import shell_user
from lib.core.database import open_database
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import Settings, read_settings
from lib.vendors.http import BoundedHttp, HttpLimits
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.tebra.wsdl import load_wsdl
from sandbox.running import RunningVendors, practice_vendors
from sandbox.world import World

CLIENT = "Chaos client"
WORLD_SEED, PATIENTS = 7, 200
#: Seconds after which the connection takes it that a write shows; the vendors stay well below.
VISIBILITY_DELAY = 0.7
CALL_TIMEOUT = 1.0
_FAST_SERVER = "-c fsync=off -c full_page_writes=off -c shared_buffers=64MB"
_TEMPLATE = "template_chaos"


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """One round's own database and home; `owner` sees everything and is bound by no scope."""

    home: Path
    url: str
    secret: str
    owner: OwnerConnection

    @property
    def environment(self) -> dict[str, str]:
        """What tells a command to work on this site."""
        return {
            "DAYSHEET_HOME": str(self.home),
            "DAYSHEET_DATABASE_URL": self.url,
            "DAYSHEET_SECRET_KEY": self.secret,
            "DAYSHEET_HEARTBEAT_SECONDS": "0.2",
            "DAYSHEET_STALLED_SECONDS": "2",
        }

    def ask(self, statement: str, *values: object) -> list[tuple]:
        """Rows of a query, as the owner."""
        with self.owner.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []


@dataclass(kw_only=True)
class Ground:
    """A cluster and running vendors, shared by the rounds of one process."""

    folder: Path
    secret: str
    cluster: EmbeddedPostgres
    vendors: RunningVendors
    world: World = field(default_factory=lambda: World(seed=WORLD_SEED, patients=PATIENTS))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @contextlib.contextmanager
    def site(self) -> Iterator[Site]:
        """A fresh database with a connected client, and a vendor that remembers nothing; dropped at the end."""
        self.vendors.tebra.reset()
        name = f"round_{next(self._numbers)}"
        self._administer(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} STRATEGY file_copy")
        home = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.folder))
        url = self.cluster.ensure_running().url(name)
        with contextlib.closing(_connect(url)) as owner:
            yield Site(home=home, url=url, secret=self.secret, owner=owner)
        self._administer(f"DROP DATABASE {name} WITH (FORCE)")

    def reconnect(self, site: Site) -> Site:
        """The same site after its server has been restarted."""
        return Site(home=site.home, url=site.url, secret=site.secret, owner=_connect(site.url))

    def restart_database(self) -> None:
        """Stop the server under everybody's feet, and start it again."""
        self.cluster.stop()
        self.cluster.ensure_running()

    def _administer(self, statement: str) -> None:
        with contextlib.closing(_connect(self.cluster.ensure_running().url("postgres"))) as connection:
            with connection.cursor() as cursor:
                cursor.execute(statement)


@contextlib.contextmanager
def chaos_ground() -> Iterator[Ground]:
    """Start cluster and vendors, connect a client in the template of all sites; stop everything at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="daysheet-chaos-") as temporary,
        practice_vendors(seed=WORLD_SEED, patients=PATIENTS) as vendors,
    ):
        folder = Path(temporary)
        # The database server may run as another OS user, who has to get to its folder.
        folder.chmod(0o755)
        secret = Fernet.generate_key().decode()
        server = EmbeddedPostgres(
            read_settings(home=folder / "server", postgres_options=_FAST_SERVER, secret_key=secret, database_url=None)
        )
        try:
            ground = Ground(folder=folder, secret=secret, cluster=server, vendors=vendors)
            ground._administer(f"CREATE DATABASE {_TEMPLATE}")
            settings = read_settings(
                home=folder / "template",
                database_url=server.ensure_running().url(_TEMPLATE),
                secret_key=secret,
            )
            migrate(settings)
            _connect_client(settings, vendors)
            # Read once here, so that a worker forked from this process finds it read.
            load_wsdl(
                vendors.wsdl_url,
                BoundedHttp(HttpLimits(connect_seconds=5, read_seconds=5, call_seconds=5, max_bytes=1 << 24)),
            )
            yield ground
        finally:
            server.delete()


def _connect_client(settings: Settings, vendors: RunningVendors) -> None:
    customer = vendors.tebra.world()[0]
    user = customer.users[0]
    values: dict[str, str | bool] = {
        "url": vendors.wsdl_url,
        "user": user.name,
        "visibility_delay_seconds": str(VISIBILITY_DELAY),
        "call_timeout": str(CALL_TIMEOUT),
        "read_timeout": str(CALL_TIMEOUT * 0.8),
        "connect_timeout": "2",
    }
    connection = TebraConnection.from_settings(
        values | {"customer_key": customer.customer_key, "practice": True}, password=user.password
    )
    database, actor = open_database(settings), shell_user(f"chaos-{os.getpid()}")
    client = clients.add_client(database, actor, CLIENT)
    connections.save_connection(
        database,
        actor,
        client_id=client.id,
        vendor=VENDOR,
        account=connection.account,
        values=values,
        secrets={"password": user.password, "customer_key": customer.customer_key},
        practice=True,
    )
    database.close()


def _connect(url: str) -> OwnerConnection:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection

"""Two clients whose reports are loaded from the invented world, and a web process that serves the API of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from jobs.office import Office
from lib.analytics.reading.reader import ViewReader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core.actor import shell_user
from lib.core.clients import Client
from lib.core.database import open_database
from lib.core.settings import read_settings
from sandbox.running import RunningVendors
from tests.api_token import TOKEN, keep_token
from tests.browser.workbench import running_web
from tests.conftest import KEY, Cluster
from tests.integration.reports.login_desk import connect_desk

__all__ = ["TOKEN", "Served", "bearer"]


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running API over an office; of `clients`, the first has every report, the second those of money and denials."""

    url: str
    office: Office
    clients: tuple[Client, Client]

    def ask(self, path: str, *, token: str | None = TOKEN, **parameters: Any) -> requests.Response:
        """GET an address under /api."""
        return requests.get(f"{self.url}/api{path}", params=parameters, headers=bearer(token), timeout=60)

    def ask_for(self, path: str, query: list[tuple[str, str]]) -> requests.Response:
        """GET an address under /api with these parameters in their order."""
        return requests.get(f"{self.url}/api{path}", params=query, headers=bearer(TOKEN), timeout=60)

    def answer(self, path: str, **parameters: Any) -> Any:
        """What is answered to a question that can be asked."""
        found = self.ask(path, **parameters)
        assert found.status_code == 200, found.text
        return found.json()

    def export(self, **asked: Any) -> requests.Response:
        """POST an export."""
        return requests.post(f"{self.url}/api/v1/exports", json=asked, headers=bearer(TOKEN), timeout=120)

    def truth(self, client: Client | None = None) -> ViewReader:
        """The views themselves, of one client or of all."""
        actor = self.office.actor.narrowed(client.id) if client else self.office.actor
        return ViewReader(self.office.database, actor)

    def audited(self, action: str) -> list[Any]:
        """The events of one action, oldest first."""
        with self.office.database.session(self.office.actor) as session, session.raw.cursor() as cursor:
            cursor.execute("SELECT * FROM ops.audit_events WHERE action = %s ORDER BY id", (action,))
            return cursor.fetchall()


def bearer(token: str | None) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"} if token else {}


@pytest.fixture(scope="session")
def served(cluster: Cluster, vendors: RunningVendors, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("api") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    assert settings.database_url is not None
    environment = os.environ | {
        "DAYSHEET_HOME": str(home),
        "DAYSHEET_DATABASE_URL": settings.database_url.get_secret_value(),
        "DAYSHEET_SECRET_KEY": KEY,
    }
    database = open_database(settings)
    keep_token(database)
    office = Office(settings=settings, database=database, actor=shell_user("tester"))
    vendors.collaboratemd.reset()
    desks = [connect_desk(office, vendors.collaboratemd, environment, name) for name in ("Meadow", "Harbor")]
    desks[0].work()
    desks[1].work("ar_aging", "gross_billing", "payment_trends", "denial_trends")
    for desk in desks:
        refresh_copy(database, settings, office.actor, desk.client.id)
    with running_web(environment) as url:
        yield Served(url=url, office=office, clients=(desks[0].client, desks[1].client))
    database.close()

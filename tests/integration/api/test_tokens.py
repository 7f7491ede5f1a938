"""A token sees its clients and does what it is for, until it is over; every request of it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest
import requests

from lib.core import clients
from lib.core.access import tokens
from lib.core.access.gate import Forbidden
from lib.core.access.permissions import Permission
from lib.core.access.tokens import Scope
from lib.core.actor import Actor, ActorKind, shell_user
from lib.core.database import Database, open_database
from lib.core.errors import BadInput, Conflict, TokenOver
from lib.core.settings import read_settings
from tests.api_token import new_token
from tests.conftest import KEY, Cluster
from tests.integration.api.in_process import api_of

SHELL = shell_user("operator")
NOW = datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An API over an office of two clients, Alpha and Omega, by name their ids."""

    url: str
    owner: str
    database: Database
    ids: dict[str, str]

    def get(self, token: str, path: str, **parameters: str) -> requests.Response:
        return requests.get(f"{self.url}{path}", parameters, headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def recorded(self, name: str) -> list[Any]:
        """The requests of a token that are recorded, oldest first."""
        with self.database.session(SHELL) as session, session.raw.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM ops.audit_events WHERE actor = %s AND action LIKE 'api:%%' ORDER BY id",
                (f"token:{name}",),
            )
            return cursor.fetchall()


@pytest.fixture(scope="module")
def asked(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    home = tmp_path_factory.mktemp("tokens") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    assert settings.database_url is not None
    with closing(open_database(settings)) as database:
        ids = {name: clients.add_client(database, SHELL, f"TEST {name}").id for name in ("Alpha", "Omega")}
        with api_of(settings, database) as url:
            yield Asked(url=url, owner=settings.database_url.get_secret_value(), database=database, ids=ids)


def test_a_token_sees_its_own_clients_alone(asked: Asked) -> None:
    token = new_token(asked.database, "alpha", clients=[asked.ids["Alpha"]])
    assert [each["name"] for each in asked.get(token, "/v1/clients").json()["clients"]] == ["TEST Alpha"]
    for path in ("/v1/ar-aging", "/v1/denial-trends", "/v1/kpis/charges", "/v1/views/ar_aging_view", "/v1/runs"):
        assert asked.get(token, path, client="TEST Alpha").status_code == 200, path
        refused = asked.get(token, path, client=asked.ids["Omega"])
        assert refused.status_code == 404 and "Omega" not in refused.text, path


def test_a_token_is_used_for_what_it_was_made_for(asked: Asked) -> None:
    routes = {
        Scope.KPIS_READ: "/v1/kpis/charges",
        Scope.ROWS_READ: "/v1/views/ar_aging_view",
        Scope.RUNS_READ: "/v1/runs",
    }
    for scope in routes:
        token = new_token(asked.database, f"only-{scope.replace(':', '-')}", scopes=[scope])
        told = {each: asked.get(token, path).status_code for each, path in routes.items()}
        assert told == {each: 200 if each is scope else 403 for each in routes}
        headers = {"Authorization": f"Bearer {token}"}
        for path in ("/v1/exports", "/v1/runs/1/post"):
            found = requests.post(f"{asked.url}{path}", json={"view": "ar_aging_view"}, headers=headers, timeout=20)
            assert found.status_code == 403 and "This token is not for" in found.json()["detail"]


def test_a_revoked_token_is_out_at_the_next_request(asked: Asked) -> None:
    token = new_token(asked.database, "leaver")
    assert asked.get(token, "/v1/kpis/charges").status_code == 200
    tokens.revoke(asked.database, SHELL, tokens.token_named(asked.database, SHELL, "leaver"))
    # Its answer is still kept and its token still known for a second, but the record of the request is refused.
    assert asked.get(token, "/v1/kpis/charges").status_code == 401
    assert [event.detail["status"] for event in asked.recorded("leaver")] == [200]


def test_a_token_that_is_over_acts_nowhere(asked: Asked) -> None:
    text = new_token(asked.database, "gone", clients=[asked.ids["Alpha"]])
    actor = tokens.tokens_in_force(asked.database)[tokens.digest_of(text.encode())].actor
    with asked.database.session(actor) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT name FROM ops.clients")
        assert [row.name for row in cursor.fetchall()] == ["TEST Alpha"]
    with closing(psycopg2.connect(asked.owner)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("UPDATE ops.api_tokens SET ends_at = now() WHERE name = 'gone'")
    with pytest.raises(TokenOver), asked.database.session(actor):
        pass
    assert asked.get(text, "/v1/clients").status_code == 401


def test_who_asks_too_often_is_told_when_to_come_again(asked: Asked) -> None:
    token = new_token(asked.database, "hasty", a_minute=12)
    told = [asked.get(token, "/v1/clients") for _ in range(6)]
    assert [each.status_code for each in told] == [200, 200, 429, 429, 429, 429]
    assert 1 <= int(told[2].headers["Retry-After"]) <= 5
    assert [event.detail["status"] for event in asked.recorded("hasty")] == [200, 200, 429]


def test_every_request_is_recorded_before_it_is_answered_without_what_was_filtered_by(asked: Asked) -> None:
    token = new_token(asked.database, "portal")
    asked.get(token, "/v1/kpis/charges", client="TEST Alpha", practice="TEST Practice")
    asked.get(token, "/v1/kpis/TEST-name")
    asked.get(token, "/v1/views/ar_aging_view", limit="0")
    told = [(e.record, e.action, e.client_id, e.detail) for e in asked.recorded("portal")]
    assert told == [
        (
            "route:/v1/kpis/{name}",
            "api:request:answer:done",
            int(asked.ids["Alpha"]),
            {"method": "GET", "status": 200, "which": "charges"},
        ),
        ("route:/v1/kpis/{name}", "api:request:answer:refused", None, {"method": "GET", "status": 404}),
        ("route:/v1/views/{name}", "api:request:answer:refused", None, {"method": "GET", "status": 422}),
    ]
    assert tokens.token_named(asked.database, SHELL, "portal").used_at is not None


def test_what_strangers_try_is_counted_once_a_minute(asked: Asked) -> None:
    for _ in range(5):
        assert asked.get("ds_wrong", "/v1/clients").status_code == 401
    with asked.database.session(SHELL) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT detail FROM ops.audit_events WHERE actor = 'job:api'")
        assert [row.detail for row in cursor.fetchall()] == [{"status": 401, "times": 1}]


def test_the_text_of_a_token_is_kept_nowhere(asked: Asked) -> None:
    token = new_token(asked.database, "secret")
    with closing(psycopg2.connect(asked.owner)) as owner, owner.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM ops.api_tokens t WHERE name = 'secret'")
        kept = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(e::text, ' ') FROM ops.audit_events e")
        audited = cursor.fetchone()[0]
    assert token[:9] in kept and token[:12] not in kept and token[:12] not in audited


def test_only_who_may_makes_tokens_and_only_for_clients_that_he_sees(asked: Asked) -> None:
    def person(*permissions: Permission) -> Actor:
        mine = frozenset({asked.ids["Alpha"]})
        return Actor(kind=ActorKind.PERSON, name="amber", clients=mine, permissions=frozenset(permissions))

    wish: dict[str, Any] = {"scopes": [Scope.KPIS_READ], "ends_at": NOW + timedelta(days=30), "now": NOW}
    with pytest.raises(Forbidden):
        tokens.make_token(asked.database, person(), name="no", clients=[asked.ids["Alpha"]], **wish)
    administrator = person(Permission.TOKENS_EDIT)
    for beyond in (None, [asked.ids["Omega"]]):
        with pytest.raises(BadInput, match="that you see yourself"):
            tokens.make_token(asked.database, administrator, name="beyond", clients=beyond, **wish)
    made, _ = tokens.make_token(asked.database, administrator, name="mine", clients=[asked.ids["Alpha"]], **wish)
    assert made.clients == {asked.ids["Alpha"]} and made.in_force
    with pytest.raises(Conflict, match="There was a token"):
        tokens.make_token(asked.database, administrator, name="mine", clients=[asked.ids["Alpha"]], **wish)
    for late in (NOW - timedelta(days=1), NOW + timedelta(days=400)):
        with pytest.raises(BadInput, match="within a year"):
            tokens.make_token(asked.database, SHELL, name="late", clients=None, **wish | {"ends_at": late})

"""Every route of the API, from its own description: each scope alone, and clients that a token does not see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

from lib.core.access.tokens import Scope
from lib.core.database import open_database
from lib.core.settings import read_settings
from tests.api_token import new_token
from tests.conftest import KEY, Cluster
from tests.integration.access.two_clients import OTHER, OWN, WORDS, TwoClients, fill
from tests.integration.api.in_process import api_of

Route = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def two(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    home = tmp_path_factory.mktemp("routes") / "home"
    settings = read_settings(home=home, database_url=cluster.database(), secret_key=KEY)
    with closing(open_database(settings)) as database:
        yield fill(settings, database)


@pytest.fixture(scope="module")
def url(two: TwoClients) -> Iterator[str]:
    with api_of(two.settings, two.database) as address:
        yield address


@pytest.fixture(scope="module")
def tokens(two: TwoClients) -> dict[Scope | None, str]:
    """Tokens of one client: for each scope one, and under None one for everything.

    All of them before anything is asked: strangers who ask often are not looked up at once, as new tokens are.
    """
    made: dict[Scope | None, str] = {
        scope: new_token(two.database, f"only-{scope.replace(':', '-')}", scopes=[scope], clients=[OWN])
        for scope in Scope
    }
    return made | {None: new_token(two.database, "own", clients=[OWN])}


@pytest.fixture(scope="module")
def routes(tokens: dict[Scope | None, str], url: str) -> list[Route]:
    described = requests.get(f"{url}/openapi.json", headers=_bearer(tokens[None]), timeout=20)
    return [
        (method, path, route)
        for path, methods in described.json()["paths"].items()
        for method, route in methods.items()
    ]


def test_each_scope_opens_the_routes_that_name_it_and_no_other(
    tokens: dict[Scope | None, str], url: str, routes: list[Route]
) -> None:
    assert len(routes) > 10
    for scope in Scope:
        token = tokens[scope]
        for method, path, route in routes:
            needed = route.get("security", [{"token": []}])[0]["token"]
            found = _ask(url, method, path, token, about=OWN)
            assert (found.status_code == 403) == (set(needed) - {scope} != set()), (scope, method, path, found.text)


def test_no_route_tells_or_changes_anything_of_a_client_that_the_token_does_not_see(
    two: TwoClients, tokens: dict[Scope | None, str], url: str, routes: list[Route]
) -> None:
    token, before = tokens[None], two.digest(OTHER)
    known = 0
    for method, path, route in routes:
        found = _ask(url, method, path, token, about=OTHER)
        names_client = (
            "{run_id}" in path
            or method == "post"
            or any(each["name"] == "client" for each in route.get("parameters", []))
        )
        assert (found.status_code == 404) == names_client, (method, path, found.status_code, found.text)
        known += names_client
        for answer in (found, _ask(url, method, path, token, about=None)):
            assert WORDS[OTHER] not in answer.text, (method, path)
    assert known > 8
    assert two.digest(OTHER) == before


def _ask(url: str, method: str, path: str, token: str, *, about: str | None) -> requests.Response:
    """Ask a route about a client: its name in the query and in what is sent, the number of its run in the path."""
    view = "views" in path
    path = path.replace("{run_id}", about or OTHER).replace("{role}", "result")
    path = path.replace("{name}", "ar_aging_view" if view else "charges")
    headers = _bearer(token) | {"Idempotency-Key": f"{method} {path} {about}"}
    if method == "get":
        return requests.get(f"{url}{path}", {"client": about} if about else {}, headers=headers, timeout=30)
    if path.endswith("exports"):
        named = {"client": [about]} if about else {}
        return requests.post(f"{url}{path}", json={"view": "ar_aging_view", **named}, headers=headers, timeout=30)
    if path.endswith("claim-status"):
        claims = {"client": about or OTHER, "claims": [{"claim_number": "1"}]}
        return requests.post(f"{url}{path}", json=claims, headers=headers, timeout=30)
    sheet = {"file": ("sheet.xlsx", b"no workbook")}
    return requests.post(f"{url}{path}", data={"client": about or OTHER}, files=sheet, headers=headers, timeout=30)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}

"""No token, no answer; and whatever cannot be answered is said the same way, with a number and no detail."""

from __future__ import annotations

import pytest
import requests

from tests.integration.api.conftest import TOKEN, Served, bearer

EVERY = (
    "/openapi.json",
    "/v1/clients",
    "/v1/kpis",
    "/v1/kpis/days_in_ar",
    "/v1/ar-aging",
    "/v1/denial-trends",
    "/v1/views",
    "/v1/views/ar_aging_view",
    "/v1/nowhere",
)


def assert_problem(found: requests.Response, status: int) -> dict[str, str]:
    """A problem of that status, whole and without a secret."""
    assert found.status_code == status, found.text
    assert found.headers["Content-Type"] == "application/problem+json"
    assert found.headers["Cache-Control"] == "no-store"
    said = found.json()
    assert said["status"] == status and said["detail"] and len(said["reference"]) == 8
    assert TOKEN not in found.text and "Traceback" not in found.text and "SELECT" not in found.text
    return said


@pytest.mark.parametrize(
    "token",
    [None, "", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "é" * 32],
    ids=["none", "empty", "wrong", "short", "long", "capitals", "no ascii"],
)
def test_nothing_is_told_without_the_token(served: Served, token: str | None) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()} if token is not None else {}
    for path in EVERY:
        found = requests.get(f"{served.url}/api{path}", headers=headers, timeout=10)
        assert_problem(found, 401)
        assert found.headers["WWW-Authenticate"] == "Bearer"
    found = requests.post(f"{served.url}/api/v1/exports", json={"view": "ar_aging_view"}, headers=headers, timeout=10)
    assert_problem(found, 401)


def test_another_scheme_is_no_token(served: Served) -> None:
    for header in (TOKEN, f"Basic {TOKEN}", f"Token {TOKEN}"):
        assert_problem(requests.get(f"{served.url}/api/v1/clients", headers={"Authorization": header}, timeout=10), 401)
    assert served.ask("/v1/clients").status_code == 200
    lower = requests.get(f"{served.url}/api/v1/clients", headers={"authorization": f"bearer {TOKEN}"}, timeout=10)
    assert lower.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/nowhere", 404),
        ("/v1/kpis/luck", 404),
        ("/v1/kpis/days_in_ar?client=Nobody", 404),
        ("/v1/ar-aging?client=999999", 404),
        ("/v1/views/secrets", 404),
        ("/v1/views/ar_aging_view%20WHERE%20true", 404),
        ("/v1/kpis/days_in_ar?as_of=yesterday", 422),
        ("/v1/kpis/days_in_ar?as_of=2026-02-30", 422),
        ("/v1/kpis/days_in_ar?as_of=20261120", 422),
        ("/v1/kpis/days_in_ar?as_of=0001-01-01", 422),
        ("/v1/kpis/days_in_ar?practise=Harbor", 422),
        ("/v1/kpis/days_in_ar?clock=moon", 422),
        ("/v1/kpis/days_in_ar?set=luck=3", 422),
        ("/v1/kpis/days_in_ar?set=luck", 422),
        ("/v1/ar-aging?by=moon", 422),
        ("/v1/denial-trends?from=x", 422),
        ("/v1/views/ar_aging_view?limit=0", 422),
        ("/v1/views/ar_aging_view?limit=10001", 422),
        ("/v1/views/ar_aging_view?luck=1", 422),
        ("/v1/views/ar_aging_view?columns=luck", 422),
        ("/v1/views/ar_aging_view?columns=charge_id&columns=charge_id", 422),
        ("/v1/views/ar_aging_view?filter.luck=1", 422),
        ("/v1/views/ar_aging_view?filter.charge_from_date=monday", 422),
        ("/v1/views/ar_aging_view?filter.charge_balance=NaN", 422),
        ("/v1/views/ar_aging_view?filter.patient_full_name=TEST", 422),
        ("/v1/views/ar_aging_view?filter.charge_id=1", 422),
        ("/v1/views/ar_aging_view?after=abc", 422),
        ("/v1/views/ar_aging_view?filter.practice_name=%00", 422),
    ],
)
def test_what_cannot_be_answered_is_said_with_a_number(served: Served, path: str, status: int) -> None:
    assert_problem(served.ask(path), status)


def test_a_wrong_method_and_a_broken_body_are_problems_too(served: Served) -> None:
    assert_problem(requests.post(f"{served.url}/api/v1/kpis", headers=bearer(TOKEN), timeout=10), 405)
    for body in (b"{", b"[]", b'{"view": 3}', b'{"view": "ar_aging_view", "format": "doc"}'):
        headers = {**bearer(TOKEN), "Content-Type": "application/json"}
        found = requests.post(f"{served.url}/api/v1/exports", data=body, headers=headers, timeout=10)
        assert_problem(found, 422)
    assert_problem(served.export(view="secrets"), 404)
    assert_problem(served.export(view="ar_aging_view", filters={"luck": ["1"]}), 422)


def test_pages_that_describe_it_load_nothing_because_there_are_none(served: Served) -> None:
    for path in ("/docs", "/redoc"):
        assert_problem(served.ask(path), 404)
    described = served.answer("/openapi.json")
    assert described["openapi"].startswith("3.") and described["security"] == [{"token": []}]
    assert set(described["paths"]) >= {"/v1/kpis/{name}", "/v1/views/{name}", "/v1/exports"}

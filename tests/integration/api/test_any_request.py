"""Whatever is asked within the description's routes is answered, or refused with a problem: never a failure."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

import requests
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lib.analytics.kpis.definitions import definitions
from lib.analytics.reading.views import views
from tests.integration.api.conftest import Served

ALLOWED = {200, 404, 409, 422}
#: What a caller may write where a text is wanted; known words among them, so that some get through.
WORDS = st.one_of(
    st.sampled_from(
        ["", "1", "0", "-1", "true", "(none)", "Practice Meadow Billing", "2026-10-31", "'; --", "%s", "$1"]
    ),
    st.dates().map(str),
    st.decimals(allow_nan=True).map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)

#: Names in a path; Streamlit itself refuses odd ones before they reach the API.
NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30)


def test_any_question_is_answered_or_refused(served: Served) -> None:
    described = served.answer("/openapi.json")
    told: Counter[int] = Counter()

    @settings(max_examples=150, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        found = served.ask_for(*question(data, described))
        assert_answered(found)
        told[found.status_code] += 1

    ask()
    assert told[200] > 15 and told[404] > 8 and told[422] > 15, told


def question(data: st.DataObject, described: dict[str, Any]) -> tuple[str, list[tuple[str, str]]]:
    """A path of the description, filled in, and a query for it; often right, never surely."""
    path = data.draw(st.sampled_from(sorted(each for each, route in described["paths"].items() if "get" in route)))
    query: list[tuple[str, str]] = []
    names = list(views()) if "views" in path else list(definitions())
    for parameter in described["paths"][path]["get"].get("parameters", []):
        if parameter["in"] == "path":
            name = data.draw(st.one_of(st.sampled_from(names), NAMES))
            path = path.replace(f"{{{parameter['name']}}}", quote(name, safe=""))
        elif data.draw(st.integers(0, 3)) == 0:
            query += [(parameter["name"], value) for value in data.draw(values_of(parameter["schema"], described))]
    if data.draw(st.integers(0, 19)) == 0:
        query.append((data.draw(WORDS), data.draw(WORDS)))
    return path, query


def test_any_export_is_made_or_refused(served: Served) -> None:
    told: Counter[int] = Counter()

    @settings(max_examples=150, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(asked=exports())
    def ask(asked: dict[str, Any]) -> None:
        found = served.export(**asked)
        assert_answered(found, file=True)
        told[found.status_code] += 1

    ask()
    assert told[200] > 10 and told[422] > 20, told


def exports() -> st.SearchStrategy[dict[str, Any]]:
    """Bodies of exports."""
    columns = st.one_of(st.sampled_from(["charge_id", "charge_balance", "charge_from_date", "is_credit"]), WORDS)
    return st.fixed_dictionaries(
        {"view": st.one_of(st.sampled_from(sorted(views())), WORDS)},
        optional={
            "format": st.sampled_from(["csv", "parquet", "parquet", "doc"]),
            "client": st.lists(st.one_of(st.just("Practice Meadow Billing"), WORDS), max_size=1),
            "as_of": st.one_of(st.none(), st.just("2026-10-31"), WORDS),
            "columns": st.lists(columns, max_size=2),
            "filters": st.dictionaries(columns, st.lists(st.one_of(st.none(), WORDS), max_size=2), max_size=1),
        },
    )


def values_of(schema: dict[str, Any], described: dict[str, Any]) -> st.SearchStrategy[list[str]]:
    """Values of a parameter as its schema wants them, or any words."""
    if reference := schema.get("$ref"):
        schema = described["components"]["schemas"][reference.rpartition("/")[2]]
    if schema.get("type") == "array":
        return st.lists(WORDS, max_size=3)
    if "enum" in schema:
        return st.lists(st.one_of(st.sampled_from(schema["enum"]), WORDS), min_size=1, max_size=1)
    if schema.get("type") == "integer":
        return st.lists(st.one_of(st.integers(1, 20).map(str), WORDS), min_size=1, max_size=1)
    days = st.dates().map(str)
    return st.lists(st.one_of(days, WORDS), min_size=1, max_size=1)


def assert_answered(found: requests.Response, *, file: bool = False) -> None:
    """An answer, or a problem that says what was wrong."""
    assert found.status_code in ALLOWED, (found.request.url, found.request.body, found.text)
    if found.status_code == 200:
        assert file or found.json()
    else:
        assert found.headers["Content-Type"] == "application/problem+json"
        assert found.json()["detail"] and found.json()["reference"]

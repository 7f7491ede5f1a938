"""The description holds: a client that goes by it alone gets no answer that it does not tell of, whatever it asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.api.conftest import TOKEN, Served, bearer
from tests.integration.api.in_process import api_of

#: negative_data_rejection is not among them: an address knows texts only, so that true is a list of one name to us.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Routes that need a run or a connection, which the office here has not.
NEEDING = ("/v1/runs/", "POST /v1/runs", "/v1/claim-status")
#: Questions of each route, as the description allows them and as it does not.
EACH = {GenerationMode.POSITIVE: 60, GenerationMode.NEGATIVE: 40}
#: What a description cannot know: names that there are. Half of the questions are about these.
KNOWN: dict[str, dict[str, Any]] = {
    "GET /v1/kpis/{name}": {"path_parameters": {"name": "charges"}},
    "GET /v1/views/{name}": {"path_parameters": {"name": "ar_aging_view"}},
    "POST /v1/exports": {"body": {"view": "ar_aging_view", "filters": {"charge_balance": ["1.00", None]}}},
    "GET /v1/denial-trends": {"query": {"by": "payer"}},
}


@pytest.fixture(scope="module")
def url(served: Served) -> Iterator[str]:
    """The API without the web process before it, which refuses odd addresses by itself."""
    with api_of(served.office.settings, served.office.database) as address:
        yield address


def test_every_route_keeps_to_its_description(url: str) -> None:
    described = requests.get(f"{url}/openapi.json", headers=bearer(TOKEN), timeout=20).json()
    described["servers"] = [{"url": url}]
    told: dict[str, Counter[int]] = {}
    for found in openapi.from_dict(described).get_all_operations():
        operation = found.ok()
        told[operation.label] = Counter()
        for mode, examples in EACH.items():
            _ask(operation, mode, examples, url, told[operation.label])
    answered = {label for label, counted in told.items() if counted[200]}
    assert answered == {label for label in told if not any(of in label for of in NEEDING)}, told


def _ask(operation: Any, mode: GenerationMode, examples: int, url: str, told: Counter[int]) -> None:
    cases = st.one_of(operation.as_strategy(mode), operation.as_strategy(mode, **KNOWN.get(operation.label, {})))

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def ask(case: Case) -> None:
        answer = case.call_and_validate(base_url=url, headers=bearer(TOKEN), checks=CHECKS, timeout=30)
        told[answer.status_code] += 1

    ask()

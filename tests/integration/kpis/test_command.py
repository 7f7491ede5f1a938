"""`python -m jobs kpi`: the figure a shell sees is the one that pages see."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from jobs.commands import app
from jobs.office import Office
from lib.analytics.kpis.definitions import definitions
from lib.core.errors import BadInput, NotFound
from tests.integration.kpis.golden import charge, day
from tests.integration.views.ledger import Ledger

Run = Callable[..., Result]


@pytest.fixture
def run(office: Office, ledger: Ledger, owner: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process, on two charges of October."""
    monkeypatch.setattr("jobs.commands.kpi.open_office", lambda: office)
    rows = [
        charge("1", "100.10", "10-05", practice_name="TEST North"),
        charge("2", "50", "10-06", practice_name="TEST South"),
    ]
    ledger.show("gross_billing", rows, client=owner, as_of=day("10-31"), known="[2026-10-31,)")

    def command(*arguments: str) -> Result:
        found = CliRunner().invoke(app, ["kpi", *arguments])
        if found.exception and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found

    return command


def _json(found: Result) -> dict[str, Any]:
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_a_figure_comes_with_all_that_makes_it_provable(run: Run) -> None:
    found = _json(run("charges", "--client", "Test client", "--as-of", "2026-10-31", "--json"))
    assert (found["value"], found["rows"], found["as_of"]) == ("150.10", 2, "2026-10-31")
    assert found["window"] == {"first": "2026-10-01", "last": "2026-10-31"}
    assert found["date_basis"] == "Entry date (always)"
    told = run("charges", "--client", "Test client").output
    assert "$150.10" in told and "2026-10-01 to 2026-10-31" in told


def test_filters_and_settings_narrow_it(run: Run) -> None:
    one = _json(run("charges", "--client", "Test client", "--practice", "TEST North", "--json"))
    assert one["value"] == "100.10"
    one = _json(run("charges", "--client", "Test client", "--from", "2026-10-06", "--to", "2026-10-06", "--json"))
    assert one["value"] == "50.00"
    late = _json(run("late_charges", "--client", "Test client", "--set", "late_days=0", "--json"))
    assert (late["value"], late["settings"]) == ("0", {"late_days": 0})


def test_what_cannot_be_told_says_why(run: Run) -> None:
    found = _json(run("days_in_ar", "--client", "Test client", "--json"))
    assert (found["value"], found["no_value"]) == (None, "no data")
    assert "no value: No rows of the report ar aging are loaded." in run("days_in_ar", "--client", "Test client").output


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("day_in_ar", "--client", "Test client"), NotFound, "Key figures: days_in_ar"),
        (("charges", "--client", "Nobody"), NotFound, "no client"),
        (("charges",), BadInput, "--client NAME"),
        (
            ("late_charges", "--client", "Test client", "--set", "late_days=soon"),
            BadInput,
            "whole number from 0 to 365",
        ),
        (("late_charges", "--client", "Test client", "--set", "late"), BadInput, "NAME=VALUE"),
        (("charges", "--client", "Test client", "--set", "late_days=2"), BadInput, "Settings: none"),
    ],
)
def test_a_poor_question_is_refused_with_a_sentence(
    run: Run, arguments: tuple[str, ...], error: type[Exception], said: str
) -> None:
    with pytest.raises(error) as refused:
        run(*arguments)
    assert said in str(refused.value)


def test_the_list_has_every_figure(run: Run) -> None:
    assert [each["kpi"] for each in _json(run("list", "--json"))["kpis"]] == list(definitions())

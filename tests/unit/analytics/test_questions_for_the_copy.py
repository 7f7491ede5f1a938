"""Questions as DuckDB is asked them: lists of wanted values in every length find what they name."""

from __future__ import annotations

import duckdb
import pytest

from lib.analytics.reading.reader import for_duckdb

_ROWS = "(VALUES (1, 'Aetna'), (2, 'Cigna'), (3, NULL)) AS lines (line, payer)"


def _found(condition: str, **parameters: object) -> list[int]:
    text, given = for_duckdb(f"SELECT line FROM {_ROWS} WHERE {condition} ORDER BY line", parameters)
    return [row[0] for row in duckdb.connect().execute(text, given).fetchall()]


@pytest.mark.parametrize("others", [0, 1, 150, 500])
def test_a_list_of_any_length_finds_what_it_names(others: int) -> None:
    payers = ["Cigna", *(f"Payer {number}" for number in range(others))]
    assert _found("payer = ANY(:payers)", payers=payers) == [2]


def test_an_empty_list_finds_nothing_and_leaves_everything() -> None:
    assert _found("line = ANY(:lines)", lines=[]) == []
    assert _found("NOT (line = ANY(:lines))", lines=[]) == [1, 2, 3]


def test_lists_and_values_stand_side_by_side() -> None:
    condition = "coalesce(payer, :nothing) = ANY(:payers) AND line = ANY(:lines) AND line >= :first"
    parameters = {"nothing": "(none)", "payers": ["Aetna", "(none)"], "lines": [1, 2, 3], "first": 2}
    assert _found(condition, **parameters) == [3]


def test_a_value_with_the_sign_of_a_parameter_is_only_a_value() -> None:
    assert _found("payer = ANY(:payers)", payers=["$payers", "= ANY(:payers)", "Aetna"]) == [1]


def test_a_list_that_is_asked_for_twice_is_found_twice() -> None:
    assert _found("line = ANY(:lines) OR (payer IS NULL AND NOT (line = ANY(:lines)))", lines=[2]) == [2, 3]

"""Which labels of a client's reports mean nothing yet, and which columns want one."""

from __future__ import annotations

from lib.reports.catalog import report_named
from lib.reports.labels import choices_of

REPORT = report_named("rcm_productivity")


def _header(**renamed: str) -> list[str]:
    return [renamed.get(column.name, column.label) for column in REPORT.columns]


def test_a_header_that_is_known_leaves_nothing_open() -> None:
    assert choices_of(REPORT, [_header()], {}) == choices_of(REPORT, [], {})


def test_an_unknown_label_is_named_as_it_came_beside_the_column_that_it_leaves_empty() -> None:
    choices = choices_of(REPORT, [_header(claim_id=" Claim # ")], {})
    assert choices.unused == ("Claim #",)
    assert [column.name for column in choices.unfed] == ["claim_id"]


def test_a_label_that_has_a_meaning_is_not_asked_for_again() -> None:
    choices = choices_of(REPORT, [_header(claim_id="Claim #")], {"claim #": "claim_id"})
    assert choices.unused == () and choices.unfed == ()


def test_accounts_that_head_it_alike_are_told_once_and_each_others_gaps_too() -> None:
    choices = choices_of(REPORT, [_header(claim_id="Claim #"), _header(claim_id="CLAIM", practice_name="claim #")], {})
    assert choices.unused == ("Claim #",)
    assert [column.name for column in choices.unfed] == ["practice_name", "claim_id"]

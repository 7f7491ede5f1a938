"""The catalog says of every report what a loader needs, and cannot contradict itself."""

from __future__ import annotations

import pytest

from lib.core.errors import Misconfigured, NotFound
from lib.reports.catalog import ColumnType, Meets, catalog, read_catalog, report_named

COLUMNS = '[columns]\na = {}\nb = { type = "date" }\n'
REPORT = '[reports.r]\ntitle = "R"\nused_for = "tests"\ncadence = "daily"\ngrain = "row"\n'


def test_all_thirteen_vendor_reports_are_there_with_money_or_work_to_count() -> None:
    assert len(catalog()) == 13
    for report in catalog().values():
        numbers = [
            column
            for column in report.columns
            if column.type in {ColumnType.MONEY, ColumnType.INTEGER, ColumnType.DECIMAL}
        ]
        assert numbers, report.name
        assert any(column.required for column in report.columns), report.name
        assert not any(column.required and column.extension for column in report.columns), report.name


def test_ids_and_codes_are_text_and_patients_are_marked() -> None:
    for report in catalog().values():
        for column in report.columns:
            if column.name.endswith(("_id", "_code", "_codes", "_code_s", "_zip")):
                assert column.type is ColumnType.TEXT, column.name
            if "patient_full_name" in column.name or "member_id" in column.name or column.name == "patient_id":
                assert column.personal, column.name


def test_what_is_replaced_by_window_has_a_date_in_every_file() -> None:
    for report in catalog().values():
        if report.meets is Meets.WINDOW:
            assert report.window is not None
            assert report.column(report.window).required, report.name


def test_an_unknown_report_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(NotFound, match=r"There is no report “nothing”\. Reports: ar_aging, "):
        report_named("nothing")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('meets = "replace"\ncolumns = ["a", "c"]', "names a column c that it does not describe"),
        ('meets = "replace"\ncolumns = ["a"]\nkeys = ["b"]', "names a column b that it does not describe"),
        ('meets = "replace"\ncolumns = ["a", "a"]', "names a column twice"),
        ('meets = "window"\ncolumns = ["a"]', "must name a window exactly when"),
        ('meets = "replace"\ncolumns = ["a", "b"]\nwindow = "b"', "must name a window exactly when"),
        ('meets = "window"\ncolumns = ["a"]\nwindow = "a"', "must be a date"),
    ],
)
def test_a_catalog_that_contradicts_itself_is_refused(entry: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        read_catalog(COLUMNS + REPORT + entry)

"""Header rows: names from labels, columns from names, and what differs from last time."""

from __future__ import annotations

import pytest

from lib.core.errors import BadInput
from lib.reports.catalog import catalog, report_named
from lib.reports.reading.headers import map_columns, normalise_header, schema_differences, snake_case

GROSS = report_named("gross_billing")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Charge From Date", "charge_from_date"),
        ("Charge/Debit Amount", "charge_debit_amount"),
        ("Remark Code(s)", "remark_code_s"),
        ("Credit Source (w/o Payer)", "credit_source_w_o_payer"),
        ("Primary Group #", "primary_group"),
        ("Paid % of Allowed", "paid_of_allowed"),
        ("  Payer   Name ", "payer_name"),
        ("_Claim_ID_", "claim_id"),
        ("Línea", "línea"),
        ("", "unnamed_column"),
        ("###", "unnamed_column"),
    ],
)
def test_labels_become_names(label: str, name: str) -> None:
    assert snake_case(label) == name


def test_no_name_comes_twice() -> None:
    assert normalise_header(["Payer", "payer", "", "#", "PAYER", "Payer 1"]) == (
        "payer",
        "payer_1",
        "unnamed_column",
        "unnamed_column_1",
        "payer_2",
        "payer_1_1",
    )


def test_the_name_itself_goes_before_another_label_and_no_field_feeds_two_columns() -> None:
    fields = ("charge_debit_amount", "charge_amount", "revenue_code", "charge_id")
    found = map_columns(GROSS, fields)
    assert found.sources["charge_amount"] == "charge_amount"
    assert found.sources["charge_rev_code"] == "revenue_code"
    assert found.extras == ("charge_debit_amount",)
    assert len(set(found.sources.values())) == len(found.sources)


def test_a_clients_label_goes_before_the_name() -> None:
    found = map_columns(GROSS, ("charge_amount", "net_charge"), {"Net Charge": "charge_amount"})
    assert (found.sources["charge_amount"], found.extras) == ("net_charge", ("charge_amount",))


def test_a_clients_label_for_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="mapped to no_such, which gross_billing does not have"):
        map_columns(GROSS, ("a",), {"A": "no_such"})


def test_the_second_of_a_label_feeds_its_own_column() -> None:
    fields = normalise_header(["Charge Primary Payer Name", "Charge Primary Payer Name"])
    found = map_columns(GROSS, fields)
    assert found.sources["charge_primary_payer_name_1"] == "charge_primary_payer_name_1"
    assert found.extras == ()


@pytest.mark.parametrize("report", catalog().values(), ids=catalog())
def test_the_catalogs_own_labels_are_found_without_a_mapping(report) -> None:
    found = map_columns(report, normalise_header(column.label for column in report.columns))
    assert (found.missing, found.extras) == ((), ())


def test_differences_are_against_the_package_before_or_else_the_catalog() -> None:
    found = map_columns(GROSS, ("charge_id", "charge_amount", "case"))
    first = schema_differences(found)
    assert first.new == ("case",)
    assert "charge_from_date" in first.missing
    assert not {"hold_start_date", "charge_primary_payer_name_1"} & set(first.missing)
    assert not schema_differences(found, before=("case", "charge_amount", "charge_id"))
    second = schema_differences(found, before=("charge_id", "gone"), retyped=["charge_amount"])
    assert (second.new, second.missing, second.retyped) == (("charge_amount", "case"), ("gone",), ("charge_amount",))

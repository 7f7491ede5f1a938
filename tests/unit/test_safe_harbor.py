"""Rows without identifiers: what is not known to be harmless goes, and nothing gives a day or a place away again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa

from lib.core.privacy.safe_harbor import Treatment, deidentified, treatment_of


def test_each_kind_of_identifier_is_dropped_or_made_coarse() -> None:
    table = pa.table(
        {
            "patient_full_name": ["TEST, Amber"],
            "charge_id": ["1"],
            "extras": ['{"phone": "555"}'],
            "new_text_of_a_report": ["anything"],
            "charge_from_date": [date(2026, 3, 4)],
            "loaded_at": [datetime(2026, 3, 4, 5, tzinfo=UTC)],
            "dos_age_days": [17],
            "dos_bucket": ["0-30"],
            "dos_bucket_number": [1],
            "package_id": [5],
            "patient_zip": ["87901-1234"],
            "patient_state": ["NM"],
            "patient_age": [93],
            "charge_amount": [Decimal("12.50")],
            "claim_status": ["PAID"],
            "billing_lag_days": [3],
        }
    )
    safe = deidentified(table.schema)
    (batch,) = safe.batches(table.to_batches())
    assert batch.to_pylist() == [
        {
            "charge_from_date_year": 2026,
            "loaded_at_year": 2026,
            "patient_zip": "000",
            "patient_state": "NM",
            "patient_age": "90+",
            "charge_amount": Decimal("12.50"),
            "claim_status": "PAID",
            "billing_lag_days": 3,
        }
    ]
    assert "new_text_of_a_report" in safe.dropped


def test_a_zip_keeps_three_digits_only_where_many_live() -> None:
    table = pa.table({"patient_zip": ["10001", "03601", None, "0", "K1A 0B1", " 90210"]})
    (batch,) = deidentified(table.schema).batches(table.to_batches())
    assert batch.column(0).to_pylist() == ["100", "000", None, None, None, "902"]


def test_ages_up_to_89_stay_and_empty_days_stay_empty() -> None:
    table = pa.table({"age": [89, 90, None], "work_date": pa.array([None, None, date(2025, 12, 31)], pa.date32())})
    (batch,) = deidentified(table.schema).batches(table.to_batches())
    assert batch.to_pydict() == {"age": ["89", "90+", None], "work_date_year": [None, None, 2025]}


def test_what_is_summed_up_stays_whatever_it_is_called() -> None:
    schema = pa.schema([("row_count", pa.int64()), ("patient_full_name", pa.string()), ("open_days", pa.int64())])
    assert deidentified(schema, added=["row_count", "open_days"]).schema.names == ["row_count", "open_days"]
    assert treatment_of("open_days", pa.int64()) is Treatment.DROP

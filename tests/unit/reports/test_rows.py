"""Rows from the ZIP to typed batches: exact, counted, and nothing lost between."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.reports.payload_files import HEADER, ROW, csv_text, read_payload, zipped


def test_cells_become_ids_dates_and_money(tmp_path: Path) -> None:
    read = read_payload(tmp_path, zipped(csv_text([ROW, ("0007", "2026-03-04", "12/31/2025", "(0.50)", "")])))
    assert read.rows == [
        {
            "practice_name": "TEST Practice",
            "charge_id": "5001",
            "charge_from_date": date(2026, 3, 4),
            "charge_entered_date": date(2026, 3, 6),
            "charge_amount": Decimal("1234.50"),
        },
        {
            "practice_name": None,
            "charge_id": "0007",
            "charge_from_date": date(2026, 3, 4),
            "charge_entered_date": date(2025, 12, 31),
            "charge_amount": Decimal("-0.50"),
        },
    ]
    assert read.counts.read == read.counts.loaded == 2
    assert read.counts.totals == {"charge_amount": Decimal("1234.00")}


def test_text_keeps_line_breaks_quotation_marks_commas_and_leading_zeros(tmp_path: Path) -> None:
    odd = 'TEST "North",\r\nsecond line\n\ttab \\ 007'
    read = read_payload(tmp_path, zipped(csv_text([(*ROW[:4], odd), (*ROW[:4], "007")])))
    assert [row["practice_name"] for row in read.rows] == [odd, "007"]


def test_columns_are_found_by_label_whatever_their_order(tmp_path: Path) -> None:
    read = read_payload(tmp_path, zipped(csv_text([ROW[::-1]], HEADER[::-1])))
    assert read.rows[0]["charge_id"] == "5001"
    assert read.columns == ("practice_name", "charge_id", "charge_from_date", "charge_entered_date", "charge_amount")


def test_a_clients_own_label_feeds_the_column(tmp_path: Path) -> None:
    content = zipped(csv_text([ROW], ("Our Line #", *HEADER[1:])))
    read = read_payload(tmp_path, content, labels={"Our Line #": "charge_id"})
    assert read.rows[0]["charge_id"] == "5001"


def test_unknown_fields_are_kept_as_json_and_empty_ones_left_out(tmp_path: Path) -> None:
    header = (*HEADER, "Case #", "", "Note")
    rows = [(*ROW, "09", "", 'a "b"\n\\é'), (*ROW, "", "", ""), (*ROW, "", "x", "plain")]
    read = read_payload(tmp_path, zipped(csv_text(rows, header)))
    assert [row["extras"] and json.loads(row["extras"]) for row in read.rows] == [
        {"case": "09", "note": 'a "b"\n\\é'},
        None,
        {"unnamed_column": "x", "note": "plain"},
    ]


def test_short_rows_are_padded_and_counted_and_blank_ones_are_no_rows(tmp_path: Path) -> None:
    text = csv_text([ROW]) + "5002,3/4/2026,3/6/2026,$1.00\r\n\r\n,,,,\r\n,\r\n" + csv_text([ROW]).split("\r\n")[1]
    read = read_payload(tmp_path, zipped(text))
    assert sorted(row["charge_id"] for row in read.rows) == ["5001", "5001", "5002"]
    counts = read.counts
    assert (counts.read, counts.loaded, counts.rejected, counts.padded, counts.blank) == (3, 3, 0, 1, 3)
    assert counts.totals["charge_amount"] == Decimal("2470.00")


@pytest.mark.parametrize("rows", [1, 60_000])
def test_a_report_of_short_rows_alone_is_padded_whole(tmp_path: Path, rows: int) -> None:
    text = csv_text([]) + "5002,3/4/2026,3/6/2026,$1.00\r\n" * rows
    counts = read_payload(tmp_path, zipped(text, method=0)).counts
    assert (counts.loaded, counts.padded, counts.totals["charge_amount"]) == (rows, rows, Decimal(rows))


def test_a_report_of_blank_and_long_rows_alone_has_nothing_to_load(tmp_path: Path) -> None:
    read = read_payload(tmp_path, zipped(csv_text([(*ROW, "more"), ("",) * 5, (*ROW, "more")])))
    assert [reject.row for reject in read.rejects] == [2, 4]
    assert (read.counts.read, read.counts.loaded, read.counts.blank) == (2, 0, 1)


def test_rejected_rows_name_their_row_in_the_file_and_keep_their_text(tmp_path: Path) -> None:
    rows = [
        ROW,
        ("5002", "13/45/2026", "3/6/2026", "$1.00", 'TEST "A"'),
        (*ROW, "one too many"),
        ROW,
        ("", "3/4/2026", "3/6/2026", "free", "TEST B"),
    ]
    text = csv_text(rows).replace("\r\n", "\r\n\r\n", 1)
    read = read_payload(tmp_path, zipped(text))
    assert sorted((reject.row, reject.reason) for reject in read.rejects) == [
        (4, "charge_from_date is not a date"),
        (5, "6 cells where the header has 5"),
        (7, "charge_id is empty; charge_amount is not an amount"),
    ]
    assert '5002,13/45/2026,3/6/2026,$1.00,"TEST ""A"""' in [reject.text for reject in read.rejects]
    assert read.counts.read == 5 == read.counts.loaded + read.counts.rejected
    assert read.counts.totals["charge_amount"] == Decimal("2469.00")


def test_numbers_of_rows_hold_over_many_parts_of_a_file(tmp_path: Path) -> None:
    filler = (*ROW[:4], "TEST\n" + "x" * 2_000)
    rows = [filler] * 3_000
    rows[2_500] = ("short",)
    rows[2_999] = ("5009", "never", *ROW[2:])
    read = read_payload(tmp_path, zipped(csv_text(rows), method=0))
    assert [(reject.row, reject.reason) for reject in read.rejects if reject.text.startswith("5009")] == [
        (3_001, "charge_from_date is not a date")
    ]
    assert [reject.row for reject in read.rejects if reject.text.startswith("short")] == [2_502]
    assert read.counts.totals["charge_amount"] == Decimal("1234.50") * 2_998


def test_several_files_of_the_same_columns_are_one_report(tmp_path: Path) -> None:
    other_order = csv_text([ROW[::-1]], HEADER[::-1], newline="\n")
    read = read_payload(tmp_path, zipped(csv_text([ROW]), other_order, csv_text([])))
    assert [row["charge_id"] for row in read.rows] == ["5001", "5001"]
    assert read.counts.totals["charge_amount"] == Decimal("2469.00")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_every_encoding_and_line_end_reads_the_same(tmp_path: Path, encoding: str, newline: str) -> None:
    text = csv_text([(*ROW[:4], "TEST Clínica – Ñ")] * 3, newline=newline)
    read = read_payload(tmp_path, zipped(text.encode(encoding)))
    assert [row["practice_name"] for row in read.rows] == ["TEST Clínica – Ñ"] * 3
    assert read.columns[1] == "charge_id"


def test_one_windows_byte_at_the_end_of_a_long_file_decides_for_the_whole(tmp_path: Path) -> None:
    start = csv_text([(*ROW[:4], "Ã© " + "x" * 1_000)] * 2_500).encode("windows-1252")
    read = read_payload(tmp_path, zipped(start + b"1,3/4/2026,3/4/2026,1,\xe9\r\n", method=0))
    assert [read.rows[0]["practice_name"][:2], read.rows[-1]["practice_name"]] == ["Ã©", "é"]


def test_a_header_alone_is_a_report_without_rows(tmp_path: Path) -> None:
    read = read_payload(tmp_path, zipped(csv_text([]).strip()))
    assert (read.rows, read.counts.read, read.counts.totals) == ([], 0, {"charge_amount": Decimal("0.00")})


def test_a_stray_quotation_mark_within_a_cell_is_text(tmp_path: Path) -> None:
    read = read_payload(tmp_path, zipped(csv_text([]) + '5001,3/4/2026,3/6/2026,1.00,TEST 5" pipe\r\n'))
    assert read.rows[0]["practice_name"] == 'TEST 5" pipe'


_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(_TEXTS, min_size=1, max_size=8), cents=st.lists(st.integers(-(10**13), 10**13), max_size=8))
def test_whatever_a_csv_writer_writes_is_read_back_and_summed_exactly(
    tmp_path: Path, names: list[str], cents: list[int]
) -> None:
    amounts = [Decimal(cent) / 100 for cent in cents] or [Decimal(1)]
    rows = [
        (f"{index}", *ROW[1:3], f"${amount:,.2f}" if amount >= 0 else f"(${-amount:,.2f})", names[index % len(names)])
        for index, amount in enumerate(amounts)
    ]
    read = read_payload(tmp_path, zipped(csv_text(rows)))
    expected = [row[4] or None for row in csv.reader(io.StringIO(csv_text(rows), newline=""))][1:]
    assert [row["practice_name"] for row in read.rows] == expected
    assert [row["charge_amount"] for row in read.rows] == amounts
    assert read.counts.totals["charge_amount"] == sum(amounts)

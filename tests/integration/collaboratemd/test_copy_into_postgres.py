"""Typed rows through COPY into a real table: what arrives is what was sent, and an error is the error it was."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psycopg2
import pyarrow as pa
import pytest
from psycopg2.extensions import cursor as Cursor

from lib.reports.catalog import ColumnType, report_named
from lib.reports.reading.copy_stream import COPY_OPTIONS, copy_stream
from lib.reports.reading.headers import map_columns
from lib.reports.reading.payload import PayloadFault, examine_payload
from lib.reports.reading.rejects import RejectList
from lib.reports.reading.rows import EXTRAS, TypedRows
from tests.conftest import Cluster
from tests.unit.reports.payload_files import HEADER, ROW, csv_text, zipped

REPORT = report_named("gross_billing")
TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.MONEY: "numeric(14,2)",
    ColumnType.DATE: "date",
    ColumnType.INTEGER: "bigint",
    ColumnType.DECIMAL: "numeric(18,4)",
}


@pytest.fixture
def database(cluster: Cluster) -> Iterator[Cursor]:
    with contextlib.closing(psycopg2.connect(cluster.database())) as connection, connection.cursor() as cursor:
        columns = ", ".join(f"{column.name} {TYPES[column.type]}" for column in REPORT.columns)
        cursor.execute(f"CREATE TEMPORARY TABLE staged (account text, {columns}, {EXTRAS} jsonb)")
        yield cursor


def copy(database: Cursor, folder: Path, content: bytes) -> TypedRows:
    path = folder / "report.zip"
    path.write_bytes(content)
    payload = examine_payload(path)
    with RejectList(folder / "rejects.jsonl") as rejects:
        rows = TypedRows(payload, map_columns(REPORT, payload.fields), rejects)
        with copy_stream(rows, {"account": "10001001"}) as stream:
            names = ", ".join(("account", *rows.columns))
            database.copy_expert(f"COPY staged ({names}) FROM STDIN WITH ({COPY_OPTIONS})", stream)
    return rows


ODD = ['a\tb\\N\n"c"\r\\.', "\\N", "\\.", '"', "'", " ", "é – 漢", "\x01\x1f", "null", "x" * 100_000]


def test_every_character_arrives_and_empty_is_null(database: Cursor, tmp_path: Path) -> None:
    rows = [(*ROW[:4], text, text, text) for text in [*ODD, ""]]
    copy(database, tmp_path, zipped(csv_text(rows, (*HEADER, "Note", 'Odd "label"')), method=0))
    database.execute("SELECT practice_name, extras, account FROM staged")
    found = database.fetchall()
    assert [name for name, _, _ in found] == [*ODD, None]
    assert [extras for _, extras, _ in found] == [{"note": text, "odd_label": text} for text in ODD] + [None]
    assert {account for _, _, account in found} == {"10001001"}


def test_the_databases_sums_are_those_that_were_read(database: Cursor, tmp_path: Path) -> None:
    amounts = [Decimal(number * 7919 % 1_000_003 - 500_000) / 100 for number in range(30_000)]
    lines = [(str(number), *ROW[1:3], f"{amount:,.2f}", ROW[4]) for number, amount in enumerate(amounts)]
    rows = copy(database, tmp_path, zipped(csv_text([*lines, ("bad",), (*ROW, "long")])))
    database.execute("SELECT count(*), sum(charge_amount), min(charge_from_date)::text FROM staged")
    assert database.fetchone() == (30_000, sum(amounts), "2026-03-04")
    assert rows.counts.totals == {"charge_amount": sum(amounts)}
    assert (rows.counts.loaded, rows.counts.rejected) == (30_000, 2)


def test_a_payload_that_fails_on_the_way_is_raised_as_itself(database: Cursor, tmp_path: Path) -> None:
    lines = [ROW] * 50_000 + [(*ROW[:4], "x" * 5_000_000)]
    with pytest.raises(PayloadFault, match="a row of more than 2048 KiB"):
        copy(database, tmp_path, zipped(csv_text(lines), method=0))
    database.connection.rollback()


def test_an_error_of_the_database_is_its_own(database: Cursor) -> None:
    batch = pa.record_batch({"charge_units_sum": ["no number"] * 1_000})
    with pytest.raises(psycopg2.errors.InvalidTextRepresentation), copy_stream([batch] * 5) as stream:
        database.copy_expert(f"COPY staged (charge_units_sum) FROM STDIN WITH ({COPY_OPTIONS})", stream)


def test_nothing_of_a_report_without_rows_is_copied(database: Cursor, tmp_path: Path) -> None:
    rows = copy(database, tmp_path, zipped(csv_text([])))
    database.execute("SELECT count(*) FROM staged")
    assert (database.fetchone(), rows.counts.read) == ((0,), 0)


def test_extras_are_json_whatever_the_label(database: Cursor, tmp_path: Path) -> None:
    copy(database, tmp_path, zipped(csv_text([(*ROW, "1", "2")], (*HEADER, "Ñandú", ""))))
    database.execute("SELECT extras::text FROM staged")
    assert json.loads(database.fetchone()[0]) == {"ñandú": "1", "unnamed_column": "2"}

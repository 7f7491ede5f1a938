"""What is exported is exactly what the mark holds: every row, every cent, from either engine, in each kind of file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from openpyxl import load_workbook

from lib.analytics.figures.drill import Behind, add_up, behind
from lib.analytics.figures.export import export_rows
from lib.analytics.figures.tables import cross_table, table_of
from lib.analytics.figures.wanted import Wanted, WantedTable
from lib.analytics.reading.filters import Filters, Order
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import view_named
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.analytics.subjects import ar
from lib.analytics.subjects.ar import Split
from lib.core.row_files import ExportFormat
from lib.core.spreadsheets.row_workbook import Workbook, write_workbook
from tests.integration.reports.login_desk import LoginDesk

COLUMNS = ("charge_id", "patient_full_name", "charge_from_date", "charge_balance", "is_self_pay", "client_id")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(params=["copy", "views"])
def reader(request: pytest.FixtureRequest, loaded: LoginDesk) -> Reader:
    office = loaded.office
    if request.param == "views":
        return ViewReader(office.database, office.actor)
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    return open_reader(office.database, office.settings, office.actor)


@pytest.fixture
def export(loaded: LoginDesk, reader: Reader, tmp_path: Path) -> Callable[[ExportFormat], tuple[Path, Behind]]:
    def make(kind: ExportFormat) -> tuple[Path, Behind]:
        figure = ar.aging(reader, Filters(), Split.PAYER, client_names={})
        part = max(figure.parts, key=lambda each: each.rows)
        rows = behind(figure, part, Filters())
        added = add_up(reader, rows, ["charge_balance"])
        wanted = Wanted(
            rows=rows,
            columns=COLUMNS,
            sort="charge_balance",
            order=Order.DOWN,
            title="Open AR",
            said=[("Clock", "Date of service"), ("Filters", "Payer: =cmd")],
            totals={"charge_balance": part.amount},
        )
        office = loaded.office
        made = export_rows(office.database, office.actor, reader, wanted, kind, tmp_path / f"out.{kind}", now=NOW)
        assert (made.rows, added.sums["charge_balance"]) == (part.rows, part.amount)
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [f"out.{kind}"]
        assert made.path.stat().st_mode & 0o777 == 0o600
        return made.path, rows

    return make


def test_a_workbook_has_types_totals_a_frozen_header_and_says_what_it_is(export, loaded: LoginDesk) -> None:
    path, _ = export(ExportFormat.EXCEL)
    book = load_workbook(path)
    sheet = book["Rows"]
    header, *rows, total = sheet.iter_rows()
    assert [cell.value for cell in header[:4]] == ["Charge ID", "Patient", "DOS", "Balance"]
    assert sheet.freeze_panes == "B2" and all(cell.font.b for cell in header)
    first = rows[0]
    assert isinstance(first[0].value, str) and isinstance(first[2].value, datetime)
    assert (first[3].number_format, first[2].number_format) == ("#,##0.00", "yyyy-mm-dd")
    amounts = [Decimal(str(row[3].value)) for row in rows]
    assert amounts == sorted(amounts, reverse=True)
    assert total[0].value == f"Total of {len(rows)} rows"
    assert Decimal(str(total[3].value)) == sum(amounts)
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert about["What"] == "Open AR" and about["Filters"] == "Payer: =cmd"
    assert about["Exported by"] == "tester" and about["Exported at"].startswith("2026-11-20 12:00")
    assert about["Total balance"] == f"${sum(amounts):,.2f}"
    assert about["Sorted by"] == "Balance, largest first" and about["Rows of"] == "reporting.ar_aging_view"
    assert about["As of"].endswith(", the latest that was loaded") and about["Definition version"]


def test_csv_and_parquet_hold_the_same_rows_exactly(export) -> None:
    path, _ = export(ExportFormat.PARQUET)
    table = parquet.read_table(path)
    assert pa.types.is_decimal(table.schema.field("charge_balance").type)
    assert table.schema.field("charge_from_date").type == pa.date32()
    about = dict(json.loads(table.schema.metadata[b"about"]))
    assert (about["What"], about["Filters"], about["Clock"]) == ("Open AR", "Payer: =cmd", "Date of service")
    path.unlink()
    path, _ = export(ExportFormat.CSV)
    with path.open(newline="", encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    assert [row["charge_id"] for row in told] == table["charge_id"].to_pylist()
    assert [Decimal(row["charge_balance"]) for row in told] == table["charge_balance"].to_pylist()


def test_a_table_is_exported_as_it_is_drawn_with_exact_values(
    loaded: LoginDesk, reader: Reader, tmp_path: Path
) -> None:
    office, figure = loaded.office, ar.aging(reader, Filters(), Split.PAYER, client_names={})
    columns = cross_table(figure, corner="=Payer")
    wanted = WantedTable(
        view=view_named(figure.view),
        rows=table_of(columns),
        titles={each.name: each.title for each in columns},
        title=figure.title,
        said=[("Clock", figure.basis)],
        totals={each.name: each.total for each in columns if each.total is not None},
    )
    for kind in (ExportFormat.PARQUET, ExportFormat.EXCEL):
        to = tmp_path / f"out.{kind}"
        made = export_rows(office.database, office.actor, reader, wanted, kind, to, now=NOW)
        assert made.rows == len(figure.labels)
        if kind is ExportFormat.PARQUET:
            told = parquet.read_table(to).to_pylist()
            assert sum(row["total"] for row in told) == sum(part.amount for part in figure.parts)
            assert all(row["total"] == sum(row[name] or 0 for name in figure.series) for row in told)
        else:
            sheet = load_workbook(to)["Rows"]
            assert [cell.value for cell in sheet[1]][:2] == ["'=Payer", "Total"]
            assert Decimal(str(sheet.cell(row=len(told) + 2, column=2).value)) == columns[1].total


@pytest.mark.parametrize("order", ["charge_balance DESC NULLS LAST, charge_id", "dos_bucket", "charge_id DESC"])
def test_sorting_on_disk_is_sorting_and_leaves_nothing(
    loaded: LoginDesk, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    office = loaded.office
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    reader = open_reader(office.database, office.settings, office.actor)
    monkeypatch.setattr("lib.analytics.snapshot.sorted_rows._STRETCH_ROWS", 7)
    monkeypatch.setattr("lib.analytics.snapshot.sorted_rows._BATCH_ROWS", 50)
    columns, narrowed = ("charge_id", "charge_balance", "dos_bucket"), "charge_balance > :least"
    question = f"SELECT {', '.join(columns)} FROM reporting.ar_aging_view WHERE {narrowed} ORDER BY {order}"
    expected = reader.ask(question, {"least": Decimal("20")}).rows
    sorting = office.settings.home / "snapshot" / "sorting"
    with reader.stream_rows("ar_aging_view", columns, narrowed, {"least": Decimal("20")}, order) as (schema, batches):
        first = next(batches)
        assert list(sorting.glob("*/*.stretch")) and schema.names == list(columns)
        told = [tuple(row.values()) for batch in (first, *batches) for row in batch.to_pylist()]
    assert len(told) > 50 and (told == expected or order == "dos_bucket")
    assert sorted(told) == sorted(expected) and [row[2] for row in told] == [row[2] for row in expected]
    assert not list(sorting.iterdir())


def test_an_export_is_audited_without_a_value(export, loaded: LoginDesk) -> None:
    asked = "SELECT * FROM ops.audit_events WHERE action = 'analytics:rows:export:done' ORDER BY id"
    before = len(loaded.rows(asked))
    _, rows = export(ExportFormat.CSV)
    (found,) = loaded.rows(asked)[before:]
    assert found.record == "view:ar_aging_view" and found.detail["rows"] > 0
    assert not any(str(value) in str(found.detail) for value in rows.conditions.parameters.values() if value)


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 11, 25])
def test_rows_beyond_a_sheet_go_on_in_the_next(rows: int, tmp_path: Path) -> None:
    schema = pa.schema([("charge_id", pa.string()), ("charge_balance", pa.decimal128(14, 2))])
    table = pa.table([[str(n) for n in range(rows)], [Decimal(n) for n in range(rows)]], schema=schema)
    parquet.write_table(table, tmp_path / "rows", row_group_size=4)
    workbook = Workbook(totals={"charge_balance": Decimal(sum(range(rows)))}, about=[("What", "x")])
    write_workbook(tmp_path / "out.xlsx", tmp_path / "rows", workbook, sheet_rows=10)
    book = load_workbook(tmp_path / "out.xlsx")
    sheets = [sheet for sheet in book if sheet.title != "About"]
    assert len(sheets) == max(1, -(-rows // 10))
    told = [row for sheet in sheets for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [row[0] for row in told[:-1]] == [str(n) for n in range(rows)]
    assert told[-1] == (f"Total of {rows} rows", sum(range(rows)))
    assert all(sheet.cell(row=1, column=1).value == "charge_id" for sheet in sheets)


def test_as_of_is_a_plain_day(reader: Reader) -> None:
    assert isinstance(ar.day_of_rows(reader, Filters()), date)

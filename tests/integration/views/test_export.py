"""Exports: whole, exact, harmless in a spreadsheet, private, audited, and gone when they fail."""

from __future__ import annotations

import csv
import io
import json
import stat
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from openpyxl import load_workbook

from lib.core.actor import shell_user
from lib.core.errors import BadInput, NotFound
from lib.core.settings import ROOT
from lib.core.spreadsheets.safe_text import cell_text
from lib.reports.views import export
from lib.reports.views.dictionary import dictionary
from lib.reports.views.export import ExportFormat
from lib.reports.views.view_rows import columns_of, list_views, view_rows
from tests.integration.views.ledger import Ledger

ACTOR = shell_user("tester")
export_view = partial(export.export_view, now=datetime(2026, 11, 20, 12, tzinfo=UTC))
TEXTS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1", "\xa0-1", "＝1", "'=1"),
    *("plain", "a,b", 'say "x"', "two\nlines", "tab\there", "é – 漢", "\\N", "x=1", " ", "0012"),
]


def test_every_text_arrives_and_no_cell_is_a_formula(ledger: Ledger, owner: str, tmp_path: Path) -> None:
    rows = [{"charge_id": f"{n:02}", "practice_name": text} for n, text in enumerate([*TEXTS, "", None])]
    ledger.show("ar_aging", rows, client=owner)
    for kind in ExportFormat:
        made = export_view(ledger.database, ACTOR, "ar_aging_rows", tmp_path / "out", kind=kind)
        assert made.rows == len(rows)
        assert made.path.stat().st_size == made.bytes
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
        if kind is ExportFormat.CSV:
            with made.path.open(newline="", encoding="utf-8") as file:
                found = {row["charge_id"]: row["practice_name"] for row in csv.DictReader(file)}
            assert found == {row["charge_id"]: cell_text(row["practice_name"] or "") for row in rows}
        elif kind is ExportFormat.EXCEL:
            cells = list(load_workbook(io.BytesIO(made.path.read_bytes()))["Rows"].iter_rows(values_only=True))
            named = [dict(zip(cells[0], each, strict=True)) for each in cells[1:]]
            found = {row["charge_id"]: row["practice_name"] for row in named}
            assert {text for text in found.values() if text} >= {"'=1+1", "'@SUM(A1)", "plain", "0012"}
            assert len(found) == len(rows)
        else:
            table = parquet.read_table(made.path)
            found = dict(zip(table["charge_id"].to_pylist(), table["practice_name"].to_pylist(), strict=True))
            assert found == {row["charge_id"]: row["practice_name"] for row in rows}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_amounts_dates_and_moments_are_exact(ledger: Ledger, owner: str, tmp_path: Path) -> None:
    row = {
        "charge_id": "1",
        "charge_amount": Decimal("999999999999.99"),
        "charge_units_sum": Decimal("0.3333"),
        "charge_entered_date": date(2024, 2, 29),
        "times_billed": 3,
        "extras": '{"note": "x"}',
    }
    package = ledger.show("gross_billing", [row, {"charge_id": "2", "charge_amount": Decimal("-0.10")}], client=owner)
    to = tmp_path / "out"
    export_view(ledger.database, ACTOR, "gross_billing_view", to, kind=ExportFormat.PARQUET)
    table = parquet.read_table(to)
    assert table.schema.field("charge_amount").type == pa.decimal128(14, 2)
    assert table.schema.field("charge_entered_date").type == pa.date32()
    assert table.schema.field("package_id").type == pa.int64()
    assert table.schema.field("is_unbilled").type == pa.bool_()
    first = next(found for found in table.to_pylist() if found["charge_id"] == "1")
    assert {name: first[name] for name in row if name in first} == {n: v for n, v in row.items() if n != "extras"}
    assert (first["package_id"], first["is_self_pay"], first["claim_status"]) == (package, True, None)
    export_view(ledger.database, ACTOR, "gross_billing_view", to, kind=ExportFormat.CSV)
    with to.open(newline="") as file:
        found = {row["charge_id"]: row for row in csv.DictReader(file)}
    assert found["1"]["charge_amount"] == "999999999999.99"
    assert found["2"]["charge_amount"] == "-0.10"
    assert (found["1"]["charge_entered_date"], found["2"]["charge_entered_date"]) == ("2024-02-29", "")
    export_view(ledger.database, ACTOR, "load_freshness_view", to, kind=ExportFormat.PARQUET)
    assert parquet.read_table(to).schema.field("last_loaded_at").type == pa.timestamp("us", tz="UTC")
    assert parquet.read_table(to)["last_loaded_at"][0].as_py().isoformat() == "2026-11-20T00:00:00+00:00"


def test_every_view_can_be_exported_with_and_without_rows(ledger: Ledger, owner: str, tmp_path: Path) -> None:
    with ledger.database.session(ACTOR) as session:
        views = {view: columns_of(session, view) for view in list_views(session)}
    ledger.show("quadrant_performance", [{"charge_id": "1", "practice_name": "A"}], client=owner)
    for view, columns in views.items():
        # A number without a scale would have no exact type outside.
        assert all(column.type != "numeric" for column in columns), view
        made = export_view(ledger.database, ACTOR, view, tmp_path / "out", kind=ExportFormat.PARQUET)
        assert parquet.read_table(made.path).column_names == [column.name for column in columns]
        made = export_view(ledger.database, ACTOR, view, tmp_path / "out", kind=ExportFormat.CSV)
        assert made.path.read_text().splitlines()[0].replace('"', "").split(",") == [c.name for c in columns]


def test_filters_client_and_as_of_choose_the_rows(ledger: Ledger, owner: str, tmp_path: Path) -> None:
    other = ledger.client("Other client")
    rows = [
        {"charge_id": "1", "practice_name": "A", "charge_balance": Decimal("10.50")},
        {"charge_id": "2", "practice_name": "A'; --", "charge_balance": Decimal("10.50")},
        {"charge_id": "3", "charge_balance": Decimal("3.00")},
    ]
    ledger.show("ar_aging", rows, client=owner, known="[2026-11-20,)")
    ledger.show("ar_aging", rows[:1], client=owner, as_of=date(2026, 10, 31), known="[2026-10-31,2026-11-20)")
    ledger.show("ar_aging", rows, client=other)

    def count(**options: object) -> int:
        made = export_view(ledger.database, ACTOR, "ar_aging_view", tmp_path / "out", kind=ExportFormat.CSV, **options)
        return made.rows

    assert count() == 6
    assert count(client_id=owner) == 3
    assert count(client_id=owner, filters=[("charge_balance", "10.5")]) == 2
    assert count(client_id=owner, filters=[("charge_balance", "10.5"), ("practice_name", "A'; --")]) == 1
    assert count(client_id=owner, filters=[("practice_name", "")]) == 1
    assert count(client_id=owner, as_of=date(2026, 11, 1)) == 1
    assert count(filters=[("practice_name", "nobody")]) == 0
    with ledger.database.session(ACTOR) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "SELECT record, client_id::text, detail FROM ops.audit_events"
            " WHERE action = 'reports:view:export:done' ORDER BY id"
        )
        events = [tuple(row) for row in cursor.fetchall()]
    assert len(events) == 7
    record, client, detail = events[3]
    assert (record, client) == ("view:ar_aging_view", owner)
    assert (detail["rows"], detail["filtered_by"], detail["format"]) == (1, ["charge_balance", "practice_name"], "csv")
    assert "A'" not in json.dumps([detail for _, _, detail in events])


@pytest.mark.parametrize(
    ("view", "filters", "error", "said"),
    [
        ("nothing", [], NotFound, "no view “nothing”. Views: account_reports, .*ar_aging_rows"),
        ("ar_aging_view", [("colour", "x")], BadInput, "no column “colour”. Columns: client_id"),
        ("ar_aging_view", [("charge_from_date", "secret")], BadInput, r"its column's type: charge_from_date \(date\)"),
        ("ar_aging_view", [("charge_balance", "secret")], BadInput, r"charge_balance \(numeric\(14,2\)\)"),
        ('x"; DROP', [], NotFound, "no view"),
    ],
)
def test_what_cannot_be_exported_is_said_and_leaves_nothing(
    ledger: Ledger, owner: str, tmp_path: Path, view: str, filters: list[tuple[str, str]], error: type, said: str
) -> None:
    ledger.show("ar_aging", [{"charge_id": "1"}], client=owner)
    (tmp_path / "out").write_text("of yesterday")
    with pytest.raises(error, match=said) as caught:
        export_view(ledger.database, ACTOR, view, tmp_path / "out", kind=ExportFormat.CSV, filters=filters)
    assert "secret" not in str(caught.value) and caught.value.__cause__ is None
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_text() == "of yesterday"


def test_a_folder_that_is_not_there_is_said(ledger: Ledger, owner: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        export_view(ledger.database, ACTOR, "ar_aging_view", tmp_path / "none" / "out", kind=ExportFormat.CSV)


def test_rows_that_nobody_reads_to_the_end_stop_and_leave_the_connection_usable(ledger: Ledger, owner: str) -> None:
    rows = [{"charge_id": "1", "practice_name": "x" * 1000}]
    package = ledger.show("ar_aging", rows, client=owner)
    with ledger.database.session(ACTOR) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "INSERT INTO warehouse.ar_aging (client_id, package_id, customer_account, practice_name)"
            " SELECT %s, %s, '1', repeat('y', 1000) FROM generate_series(1, 60000)",
            (owner, package),
        )
    with pytest.raises(RuntimeError, match="enough"), ledger.database.session(ACTOR) as session:
        with view_rows(session, "ar_aging_view") as (_, batches):
            assert next(batches).num_rows > 0
            raise RuntimeError("enough")
    assert ledger.read("ar_aging_view", "count(*)") == [(60001,)]


def test_the_command_exports_and_refuses_in_a_sentence(
    ledger: Ledger, owner: str, environment: dict[str, str], tmp_path: Path
) -> None:
    ledger.show("ar_aging", [{"charge_id": "1", "practice_name": "A"}, {"charge_id": "2"}], client=owner)
    to = tmp_path / "ar.parquet"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "jobs", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    options = ("--client", "Test client", "--filter", "practice_name=A", "--as-of", "2026-11-20", "--format", "parquet")
    done = run("export", "ar_aging_view", *options, "-o", str(to), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["view"], told["rows"], told["file"]) == ("ar_aging_view", 1, str(to))
    assert parquet.read_table(to)["charge_id"].to_pylist() == ["1"]
    refused = run("export", "ar_aging_view", "--filter", "colour=red", "-o", str(to))
    assert (refused.returncode, "no column “colour”" in refused.stderr) == (2, True)
    made = run("client", "reader", "Test client", "--json")
    assert set(json.loads(made.stdout)) == {"client", "role", "password", "url"}
    dropped = run("client", "reader", "Test client", "--drop", "--json")
    assert json.loads(dropped.stdout)["dropped"] == json.loads(made.stdout)["role"]


def test_the_data_dictionary_is_what_the_database_says(ledger: Ledger) -> None:
    written = (ROOT / "docs" / "dictionary.md").read_text(encoding="utf-8")
    assert dictionary(ledger.database, ACTOR) == written, "Write it anew: python -m jobs dictionary"

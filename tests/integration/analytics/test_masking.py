"""Who may not see patients reads masks by every door, and counts the same; nothing that names a patient goes out."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as parquet
import pytest
from openpyxl import load_workbook

from lib.analytics.figures.drill import Behind, read_rows
from lib.analytics.figures.export import export_rows
from lib.analytics.figures.reveal import reveal_patient
from lib.analytics.figures.wanted import Wanted
from lib.analytics.reading.filters import Conditions, Order
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import view_named, views
from lib.analytics.snapshot.reader import CopyReader, open_reader
from lib.core.access.gate import Forbidden
from lib.core.access.permissions import Permission
from lib.core.actor import Actor, ActorKind
from lib.core.privacy.masks import DOTS, MASKS
from lib.core.privacy.safe_harbor import ABOUT
from lib.reports.catalog import catalog
from lib.reports.views.export import ExportFormat, export_view
from tests.integration.reports.login_desk import LoginDesk

PERMISSIONS = frozenset({Permission.ANALYTICS_VIEW, Permission.ANALYTICS_EXPORT})
ANALYST = Actor(kind=ActorKind.PERSON, name="analyst", permissions=PERMISSIONS)
VIEWS = ("gross_billing_view", "ar_aging_view", "payment_trends_view")


@pytest.fixture(scope="module")
def analyst(loaded: LoginDesk) -> Actor:
    return replace(ANALYST, clients=frozenset({loaded.client.id}))


@pytest.fixture(scope="module", params=["copy", "views"])
def masked(request: pytest.FixtureRequest, loaded: LoginDesk, analyst: Actor) -> Reader:
    office = loaded.office
    if request.param == "views":
        return ViewReader(office.database, analyst)
    reader = open_reader(office.database, office.settings, analyst)
    assert isinstance(reader, CopyReader)
    return reader


@pytest.fixture(scope="module")
def clear(loaded: LoginDesk) -> Reader:
    return open_reader(loaded.office.database, loaded.office.settings, loaded.office.actor)


@pytest.fixture(scope="module")
def telling(clear: Reader) -> frozenset[str]:
    """Every name, id and address that the loaded reports hold."""
    found: set[str] = set()
    for view in VIEWS:
        found |= {str(value) for row in _personal(clear, view) for value in row if value and len(str(value)) > 3}
    assert len(found) > 50
    return frozenset(found)


@pytest.mark.parametrize("view", VIEWS)
def test_rows_are_masked_whichever_reader_answers(masked: Reader, telling: frozenset[str], view: str) -> None:
    rows = _personal(masked, view)
    shown = {str(value) for row in rows for value in row if value is not None}
    assert rows and DOTS in shown and any(value.startswith("P-") for value in shown)
    assert not shown & telling
    with masked.stream_rows(view, _columns(masked, view), "TRUE", {}, "client_id") as (_, batches):
        streamed = {str(value) for batch in batches for column in batch.columns for value in column.to_pylist()}
    assert streamed & shown and not streamed & telling


def test_counting_and_grouping_by_patients_comes_out_the_same(masked: Reader, clear: Reader) -> None:
    question = (
        "SELECT count(DISTINCT patient_id) AS patients, count(*) AS lines FROM (SELECT charge_patient_id AS patient_id "
        "FROM reporting.gross_billing_view) AS lines"
    )
    assert masked.ask(question).rows == clear.ask(question).rows
    joined = (
        "WITH known AS (SELECT DISTINCT charge_patient_id FROM reporting.gross_billing_view) SELECT count(*) AS n "
        "FROM known JOIN reporting.gross_billing_view AS g ON g.charge_patient_id = known.charge_patient_id"
    )
    assert masked.ask(joined).rows == clear.ask(joined).rows


def test_a_name_cannot_be_tried_out_by_a_filter(masked: Reader, clear: Reader) -> None:
    question = "SELECT count(*) AS n FROM reporting.gross_billing_view WHERE patient_full_name = :name"
    name = _column(clear, "gross_billing_view", "patient_full_name")[0]
    assert clear.ask(question, {"name": name}).first["n"] > 0
    assert masked.ask(question, {"name": name}).first["n"] == 0


def test_both_readers_give_one_pseudonym_and_no_cache_mixes_masked_and_clear(
    loaded: LoginDesk, analyst: Actor, clear: Reader
) -> None:
    office = loaded.office
    copy = open_reader(office.database, office.settings, analyst)
    views_ = ViewReader(office.database, analyst)
    column = ("gross_billing_view", "charge_patient_id")
    assert sorted(_column(copy, *column)) == sorted(_column(views_, *column))
    assert copy.version != clear.version and views_.version != ViewReader(office.database, office.actor).version


def test_a_view_exported_whole_is_masked(
    loaded: LoginDesk, analyst: Actor, telling: frozenset[str], tmp_path: Path
) -> None:
    office = loaded.office
    made = export_view(
        office.database,
        analyst,
        "gross_billing_view",
        tmp_path / "rows.csv",
        kind=ExportFormat.CSV,
        now=datetime.now(UTC),
    )
    with made.path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert made.rows == len(rows) > 100
    assert not {"patient_full_name", "charge_patient_id", "charge_id", "extras", "dos_age_days"} & rows[0].keys()
    assert {len(row["charge_from_date_year"]) for row in rows} == {4}
    assert not any(re.search(r"\d{4}-\d\d", cell) for row in rows for cell in row.values())
    assert not {cell for row in rows for cell in row.values()} & telling


@pytest.mark.parametrize("kind", [ExportFormat.EXCEL, ExportFormat.PARQUET])
def test_an_analysts_export_is_without_identifiers_whatever_is_asked(
    loaded: LoginDesk, analyst: Actor, telling: frozenset[str], kind: ExportFormat, tmp_path: Path
) -> None:
    office = loaded.office
    reader = open_reader(office.database, office.settings, analyst)
    view = view_named("gross_billing_view")
    name = sorted(telling)[0]
    wanted = Wanted(
        rows=Behind(view=view, conditions=Conditions(sql="TRUE", parameters={}, unheeded=()), sum_of="charge_amount"),
        columns=("charge_id", "patient_full_name", "charge_from_date", "charge_amount", "practice_name"),
        sort="charge_from_date",
        order=Order.DOWN,
        title=f"Charges of {name}",
        said=[("Filters", f"Patient: {name}")],
        totals={"charge_amount": Decimal(1)},
    )
    made = export_rows(office.database, analyst, reader, wanted, kind, tmp_path / f"rows.{kind}", now=datetime.now(UTC))
    if kind is ExportFormat.PARQUET:
        table = parquet.read_table(made.path)
        assert table.schema.names == ["charge_from_date_year", "charge_amount", "practice_name"]
        said = json.loads(table.schema.metadata[b"about"])
    else:
        book = load_workbook(made.path)
        assert [cell.value for cell in book.worksheets[0][1]] == ["DOS, year", "Charge", "Practice"]
        said = list(book["About"].values)
    assert not any(name in str(each) for line in said for each in line)
    assert ["Privacy", ABOUT] in [list(line)[:2] for line in said]
    with office.database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "SELECT detail FROM ops.audit_events WHERE action = 'analytics:rows:export:done' ORDER BY id DESC"
        )
        assert cursor.fetchone()[0]["deidentified"] is True


def test_one_rows_patient_is_shown_to_who_may_ask_and_that_is_recorded(
    loaded: LoginDesk, analyst: Actor, clear: Reader
) -> None:
    office = loaded.office
    masked = open_reader(office.database, office.settings, analyst)
    view = view_named("gross_billing_view")
    rows = Behind(view=view, conditions=Conditions(sql="TRUE", parameters={}, unheeded=()), sum_of="charge_amount")
    seventh = {"sort": "patient_full_name", "order": Order.UP, "place": 7}
    with pytest.raises(Forbidden):
        reveal_patient(office.database, office.settings, analyst, masked, rows, **seventh)
    may = replace(analyst, permissions=PERMISSIONS | {Permission.PATIENTS_REVEAL})
    shown = reveal_patient(office.database, office.settings, may, masked, rows, **seventh)
    (charge,) = read_rows(masked, rows, ["charge_id"], sort="patient_full_name", order=Order.UP, skip=7, most=1).rows[0]
    question = "SELECT patient_full_name FROM reporting.gross_billing_view WHERE charge_id = :charge"
    assert shown["patient_full_name"] == clear.ask(question, {"charge": charge}).rows[0][0] != DOTS
    with office.database.session(office.actor) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT actor, detail FROM ops.audit_events WHERE action = 'patients:row:reveal:done'")
        ((actor, detail),) = cursor.fetchall()
    assert actor == "person:analyst" and f"charge_id {charge}" in detail["row"]
    assert shown["patient_full_name"] not in str(detail)


def test_every_column_that_is_called_personal_has_a_mask() -> None:
    named = {column.name for report in catalog().values() for column in report.columns if column.personal}
    assert named <= MASKS.keys()
    assert all(view.personal <= MASKS.keys() for view in views().values())


def _columns(reader: Reader, view: str) -> list[str]:
    columns = reader.ask(f"SELECT * FROM reporting.{view} LIMIT 0").columns
    return [name for name in columns if name in MASKS]


def _personal(reader: Reader, view: str) -> Sequence[tuple[object, ...]]:
    return reader.ask(f"SELECT {', '.join(_columns(reader, view))} FROM reporting.{view}").rows


def _column(reader: Reader, view: str, column: str) -> list[str]:
    return [row[0] for row in reader.ask(f"SELECT {column} FROM reporting.{view} WHERE {column} IS NOT NULL").rows]

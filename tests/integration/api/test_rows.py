"""Pages of rows cover every row once; an export is the view; both are audited without a value."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.parquet as parquet
import pytest
import requests
from openpyxl import load_workbook

from lib.analytics.reading.views import views
from lib.analytics.snapshot.reader import CopyReader, open_reader
from lib.core.access.tokens import Scope
from lib.core.clients import Client
from tests.api_token import new_token
from tests.integration.api.conftest import TOKEN, Served, bearer
from tests.integration.api.test_access import assert_problem

AGING = "/v1/views/ar_aging_view"


def walk(served: Served, view: str, **asked: Any) -> list[dict[str, Any]]:
    """Every row of a view, page after page."""
    rows: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = served.answer(f"/v1/views/{view}", **asked, **after)
        rows += page["rows"]
        if page["next"] is None:
            return rows
        assert len(page["rows"]) == asked["limit"]
        after = {"after": page["next"]}


def counted(rows: list[dict[str, Any]]) -> Counter[str]:
    """The rows as they may repeat; a client's own columns are JSON in one engine and its text in the other."""
    return Counter(repr({name: value for name, value in row.items() if name != "extras"}) for row in rows)


def said(value: Any, column: str) -> Any:
    """A value as JSON should say it, worked out apart from the API."""
    if isinstance(value, Decimal | date):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and column.endswith("_id"):
        return str(value)
    return value


def truth(served: Served, view: str, where: str = "true", client: Client | None = None) -> list[dict[str, Any]]:
    """The rows of the view itself."""
    found = served.truth(client).ask(f"SELECT * FROM reporting.{view} WHERE {where}").records()
    return [{name: said(value, name) for name, value in row.items()} for row in found]


@pytest.mark.parametrize("view", sorted(views()))
def test_pages_cover_every_row_once(served: Served, view: str) -> None:
    every = truth(served, view)
    limit = max(1, min(len(every) // 3, 700))
    assert counted(walk(served, view, limit=limit)) == counted(every)


def test_rows_that_are_all_alike_are_each_told_once(served: Served) -> None:
    every = served.truth().ask("SELECT practice_name FROM reporting.ar_aging_view").rows
    rows = walk(served, "ar_aging_view", columns="practice_name", limit=97)
    assert Counter(row["practice_name"] for row in rows) == Counter(row[0] for row in every)


@pytest.mark.parametrize("view", ["load_freshness_view", "account_reports"])
def test_views_that_no_page_reads_are_told_too(served: Served, view: str) -> None:
    rows = walk(served, view, limit=5)
    assert len(rows) == len(truth(served, view)) > 0


def test_rows_are_narrowed_by_client_and_columns(served: Served) -> None:
    first, second = served.clients
    (practice, _), *_ = (
        served.truth(first)
        .ask("SELECT practice_name, count(*) FROM reporting.ar_aging_view GROUP BY 1 ORDER BY 2")
        .rows
    )
    of_first = walk(served, "ar_aging_view", client=first.name, limit=5000)
    assert counted(of_first) == counted(truth(served, "ar_aging_view", client=first))
    assert {row["client_id"] for row in of_first} == {first.id}
    narrowed = walk(served, "ar_aging_view", **{"client": first.id, "filter.practice_name": practice}, limit=5000)
    assert narrowed == [row for row in of_first if row["practice_name"] == practice]
    assert walk(served, "ar_aging_view", **{"client": second.id, "filter.client_id": first.id}, limit=10) == []
    credit = walk(served, "ar_aging_view", **{"filter.is_credit": "true"}, limit=5000)
    assert counted(credit) == counted(truth(served, "ar_aging_view", "is_credit"))
    unbilled = walk(served, "ar_aging_view", **{"filter.billed_date": ["", "2026-11-02"]}, limit=5000)
    where = "billed_date IS NULL OR billed_date = DATE '2026-11-02'"
    assert counted(unbilled) == counted(truth(served, "ar_aging_view", where))
    few = served.answer(AGING, columns=["charge_balance", "charge_from_date"], limit=3)
    assert all(list(row) == few["columns"] == ["charge_balance", "charge_from_date"] for row in few["rows"])


def test_amounts_are_text_with_cents_and_days_iso(served: Served) -> None:
    (row,) = served.answer(AGING, limit=1)["rows"]
    amount = row["charge_balance"]
    assert isinstance(amount, str) and Decimal(amount) == Decimal(amount).quantize(Decimal("0.01"))
    assert len(amount.partition(".")[2]) == 2
    assert date.fromisoformat(row["charge_from_date"]) and isinstance(row["client_id"], str)


def test_a_cursor_belongs_to_its_question_and_says_nothing(served: Served) -> None:
    page = served.answer(AGING, limit=10)
    cursor = page["next"]
    assert not any(
        str(page["rows"][-1][name]) in cursor for name in ("charge_id", "patient_id") if page["rows"][-1][name]
    )
    assert_problem(served.ask(AGING, limit=10, after=cursor, client=served.clients[0].id), 422)
    assert_problem(served.ask(AGING, limit=10, after=cursor, **{"filter.is_credit": "true"}), 422)
    assert_problem(served.ask("/v1/views/gross_billing_view", limit=10, after=cursor), 422)
    assert_problem(served.ask(AGING, limit=10, after=cursor[:-8] + "AAAAAAAA"), 422)
    assert (
        served.answer(AGING, limit=20, after=cursor)["rows"][:10]
        == served.answer(AGING, limit=10, after=cursor)["rows"]
    )


def test_views_and_columns_are_listed_with_what_is_personal(served: Served) -> None:
    listed = {each["view"]: each for each in served.answer("/v1/views")["views"]}
    assert set(views()) <= set(listed)
    columns = {each["name"]: each for each in listed["ar_aging_view"]["columns"]}
    assert list(columns) == list(truth(served, "ar_aging_view", "true")[0])
    assert columns["patient_full_name"]["personal"] and not columns["practice_name"]["personal"]
    assert columns["charge_balance"]["type"] == "numeric(14,2)" and columns["charge_balance"]["said"]


def test_every_read_is_audited_without_a_value(served: Served) -> None:
    before = len(served.audited("analytics:rows:read:done"))
    client = served.clients[0]
    served.answer(AGING, client=client.name, limit=7, **{"filter.practice_name": "No such practice"})
    *_, event = (events := served.audited("analytics:rows:read:done"))
    assert len(events) == before + 1
    assert (event.actor, event.origin, str(event.client_id)) == ("token:api", "api", client.id)
    assert event.record == "view:ar_aging_view" and event.detail["filtered_by"] == ["practice_name"]
    assert event.detail["rows"] == 0 and "No such practice" not in str(event)


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
def test_an_export_is_the_view(served: Served, kind: str) -> None:
    client = served.clients[0]
    before = len(served.audited("analytics:rows:export:done"))
    columns = ["charge_id", "client_id", "charge_balance", "charge_from_date", "practice_name"]
    found = served.export(view="ar_aging_view", format=kind, client=[client.name], columns=columns)
    assert found.status_code == 200, found.text
    assert int(found.headers["Content-Length"]) == len(found.content)
    assert found.headers["Content-Disposition"] == f'attachment; filename="ar_aging_view.{kind}"'
    every = truth(served, "ar_aging_view", client=client)
    assert int(found.headers["X-Rows"]) == len(every)
    told = [tuple(str(value) for value in row) for row in _read(kind, found.content)]
    assert Counter(told) == Counter(tuple(str(row[name]) for name in columns) for row in every)
    *_, event = (events := served.audited("analytics:rows:export:done"))
    assert len(events) == before + 1 and event.actor == "token:api" and event.detail["rows"] == len(every)
    folder = served.office.settings.home / "exports"
    assert list(folder.iterdir()) == []


def test_an_export_may_be_narrowed_by_what_no_address_holds(served: Served) -> None:
    (charge, name), *_ = (
        served.truth().ask("SELECT charge_id, patient_full_name FROM reporting.ar_aging_view ORDER BY 1 LIMIT 1").rows
    )
    found = served.export(view="ar_aging_view", filters={"charge_id": [charge], "patient_full_name": [name, None]})
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert rows and {row["charge_id"] for row in rows} == {charge}
    assert counted(rows).total() == len(truth(served, "ar_aging_view", f"charge_id = '{charge}'"))


def test_a_view_that_no_page_reads_is_exported_too(served: Served) -> None:
    found = served.export(view="load_freshness_view", format="csv")
    assert int(found.headers["X-Rows"]) == len(truth(served, "load_freshness_view")) > 0


def test_answers_come_from_the_copy(served: Served) -> None:
    reader = open_reader(served.office.database, served.office.settings, served.office.actor)
    assert isinstance(reader, CopyReader)
    assert served.answer(AGING, limit=1)["version"] == reader.version


def _read(kind: str, content: bytes) -> list[tuple[Any, ...]]:
    if kind == "csv":
        return [tuple(row) for row in list(csv.reader(io.StringIO(content.decode())))[1:]]
    if kind == "parquet":
        return [tuple(row.values()) for row in parquet.read_table(io.BytesIO(content)).to_pylist()]
    sheet = load_workbook(io.BytesIO(content))["Rows"]
    return [
        (row[0], int(row[1]), Decimal(str(row[2])).quantize(Decimal("0.01")), row[3].date(), row[4])
        for row in list(sheet.iter_rows(values_only=True))[1:-1]
    ]


def test_who_may_not_see_patients_gets_them_masked_whoever_asked_before(served: Served) -> None:
    blind = new_token(served.office.database, "blind", scopes=[Scope.ROWS_READ, Scope.EXPORTS_READ])
    asked = {"columns": ["patient_full_name", "charge_balance"], "limit": 200}
    plain = served.answer(AGING, **asked)["rows"]
    names = {row["patient_full_name"] for row in plain}
    masked = served.ask(AGING, token=blind, **asked).json()["rows"]
    assert len(names) > 20 and not names & {row["patient_full_name"] for row in masked}
    assert Counter(row["charge_balance"] for row in masked) == Counter(row["charge_balance"] for row in plain)
    assert served.answer(AGING, **asked)["rows"] == plain
    wish = {"view": "ar_aging_view", "columns": ["patient_full_name"], "filters": {"patient_full_name": [min(names)]}}
    exported = [
        requests.post(f"{served.url}/api/v1/exports", json=wish, headers=bearer(token), timeout=60)
        for token in (TOKEN, blind)
    ]
    assert int(exported[0].headers["X-Rows"]) > 0 and min(names) in exported[0].text
    assert (
        exported[1].status_code == 200 and exported[1].headers["X-Rows"] == "0" and min(names) not in exported[1].text
    )

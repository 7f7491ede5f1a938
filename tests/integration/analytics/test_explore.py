"""Explore: any view, the same from both engines; each group opens its rows, and the SQL shown gives what is shown."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lib.analytics.explore.answers import figure, read_page, size, types_added, values_of, whole
from lib.analytics.explore.exploration import (
    ROWS,
    Chart,
    Column,
    ColumnFilter,
    Exploration,
    Narrow,
    checked,
    columns_offered,
    conditions,
    group_filters,
    title_shown,
    total_of,
    usual,
)
from lib.analytics.figures.export import export_rows
from lib.analytics.figures.wanted import WantedAnswer
from lib.analytics.reading.filters import Filters, Order
from lib.analytics.reading.reader import Answer, Reader, ViewReader
from lib.analytics.reading.views import Clock, Dimension, view_named, views
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.core.errors import BadInput
from lib.core.row_files import ExportFormat
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import Ledger

VIEW = view_named("ar_aging_view")
GROUPED = Exploration(
    view=VIEW.name,
    columns=("charge_id", "charge_balance"),
    groups=("charge_primary_payer_name", "is_credit", "charge_from_date"),
    added=("charge_balance", "total_statements"),
)


def _page(reader: Reader, wanted: Exploration, columns: tuple[Column, ...], filters: Filters = Filters()) -> Answer:  # noqa: B008
    narrowed = conditions(wanted, columns, filters, None)
    return read_page(reader, wanted, columns, narrowed, skip=0, most=100_000)


def _readers(loaded: LoginDesk) -> tuple[Reader, Reader]:
    office = loaded.office
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    copy = open_reader(office.database, office.settings, office.actor)
    return copy, ViewReader(office.database, office.actor)


def test_every_view_can_be_looked_at_and_both_engines_say_the_same(loaded: LoginDesk) -> None:
    copy, truth = _readers(loaded)
    filled = 0
    for view in views().values():
        columns = columns_offered(loaded.office.database, loaded.office.actor, view)
        assert all(column.said for column in columns), view.name
        rows = checked(usual(view, columns), columns)
        assert not any(column.personal for column in columns if column.name in rows.columns)
        said = _page(copy, rows, columns)
        assert said == _page(truth, rows, columns), view.name
        filled += bool(said.rows)
        summed = tuple(column.name for column in columns if column.can_be_added)
        group = next(column.name for column in columns if column.name in view.marks and column.name != "client_id")
        groups = checked(Exploration(view=view.name, groups=(group,), added=summed), columns)
        assert _page(copy, groups, columns) == _page(truth, groups, columns), view.name
    assert filled >= 12


def _narrowings(columns: tuple[Column, ...], reader: Reader) -> Iterator[ColumnFilter]:
    for column in columns:
        values = [row[0] for row in reader.ask(f"SELECT {column.name} FROM reporting.{VIEW.name}").rows]
        present = sorted({value for value in values if value is not None}, key=str)
        if present:
            yield group_filters([column.name], [(present[0], None)])[0]
        if present and column.type == "text":
            yield ColumnFilter(column=column.name, test=Narrow.CONTAINS, values=(present[-1][1:3].upper(),))
        elif present and column.type != "boolean":
            low, high = sorted(present)[len(present) // 3], sorted(present)[-1]
            yield ColumnFilter(column=column.name, test=Narrow.RANGE, first=str(low), last=str(high))


def test_every_kind_of_filter_narrows_every_column_alike_in_both_engines(loaded: LoginDesk) -> None:
    copy, truth = _readers(loaded)
    columns = columns_offered(loaded.office.database, loaded.office.actor, VIEW)
    every = size(copy, usual(VIEW, columns), columns, conditions(usual(VIEW, columns), columns, Filters(), None), ())
    narrower = 0
    for narrowing in _narrowings(columns, truth):
        wanted = replace(usual(VIEW, columns), filters=(narrowing,))
        narrowed = conditions(wanted, columns, Filters(), None)
        said, told = (size(reader, wanted, columns, narrowed, ("charge_balance",)) for reader in (copy, truth))
        assert said == told, narrowing
        assert 0 < said.rows <= every.rows, narrowing
        narrower += said.rows < every.rows
    assert narrower > 30


def test_every_group_and_every_mark_opens_exactly_its_rows(loaded: LoginDesk) -> None:
    copy, _ = _readers(loaded)
    columns = columns_offered(loaded.office.database, loaded.office.actor, VIEW)
    filters = Filters(clock=Clock.DOS, first_day=date(2026, 3, 1))
    wanted = checked(GROUPED, columns)
    answer = read_page(copy, wanted, columns, conditions(wanted, columns, filters, Clock.DOS), skip=0, most=100_000)
    assert len(answer.rows) > 100

    def assert_opens(groups: tuple[str, ...], values: tuple[Any, ...], rows: int, amount: Decimal) -> None:
        inside = wanted.within(group_filters(groups, values))
        found = size(copy, inside, columns, conditions(inside, columns, filters, Clock.DOS), ("charge_balance",))
        assert (found.rows, found.sums["charge_balance"]) == (rows, amount), values

    for record in answer.records()[::7]:
        values = tuple(record[name] for name in wanted.groups)
        assert_opens(wanted.groups, values, record[ROWS], record[total_of("charge_balance")])
    for chart, by in ((Chart.BARS, ("charge_cpt_code", "is_credit")), (Chart.LINE, ("charge_from_date",))):
        drawn = checked(replace(wanted, groups=by, chart=chart), columns)
        groups = read_page(copy, drawn, columns, conditions(drawn, columns, filters, Clock.DOS), skip=0, most=5_000)
        made = figure(groups, drawn, columns, {})
        assert sum(part.rows for part in made.parts) == sum(record[ROWS] for record in groups.records())
        assert chart is Chart.LINE or made.parts[-1].others
        for part in made.parts:
            assert_opens(tuple(part.mark.values), tuple(part.mark.values.values()), part.rows, part.amount)


def test_pages_follow_one_another_without_gap_or_repetition(loaded: LoginDesk) -> None:
    copy, _ = _readers(loaded)
    columns = columns_offered(loaded.office.database, loaded.office.actor, VIEW)
    for wanted in (checked(usual(VIEW, columns), columns), checked(GROUPED, columns)):
        narrowed = conditions(wanted, columns, Filters(), None)
        whole_answer = read_page(copy, wanted, columns, narrowed, skip=0, most=100_000).rows
        pages = [read_page(copy, wanted, columns, narrowed, skip=skip, most=97).rows for skip in range(0, 3_000, 97)]
        assert [row for page in pages for row in page] == list(whole_answer)


def test_the_sql_that_is_shown_gives_what_is_shown(loaded: LoginDesk) -> None:
    copy, _ = _readers(loaded)
    columns = columns_offered(loaded.office.database, loaded.office.actor, VIEW)
    payers = values_of(copy, VIEW.name, "charge_primary_payer_name", Filters())
    assert payers is not None and len(payers) > 2
    filters = Filters(chosen={Dimension.PAYER: tuple(str(payer) for payer in payers[:2])}, last_day=date(2026, 10, 31))
    own = (
        ColumnFilter(column="practice_name", test=Narrow.CONTAINS, values=("O'",)),
        ColumnFilter(column="is_credit", test=Narrow.ONE_OF, values=("no", None)),
        ColumnFilter(column="charge_balance", test=Narrow.RANGE, first="1.50"),
    )
    for wanted in (
        checked(replace(GROUPED, filters=own[1:]), columns),
        checked(Exploration(view=VIEW.name, columns=("charge_id", "charge_balance"), filters=own[1:]), columns),
        checked(Exploration(view=VIEW.name, columns=("charge_id",), filters=own), columns),
    ):
        narrowed = conditions(wanted, columns, filters, Clock.DOS)
        statement = whole(copy, wanted, columns, narrowed).statement()
        assert ":" not in statement.replace("::", "")
        found = [tuple(row) for row in loaded.rows(statement)]
        assert found == read_page(copy, wanted, columns, narrowed, skip=0, most=100_000).rows


@pytest.mark.parametrize("engine", ["copy", "views"])
def test_an_export_of_groups_holds_every_group_and_is_audited(loaded: LoginDesk, tmp_path: Path, engine: str) -> None:
    reader = _readers(loaded)[0 if engine == "copy" else 1]
    columns = columns_offered(loaded.office.database, loaded.office.actor, VIEW)
    wanted = checked(replace(GROUPED, order=Order.UP), columns)
    narrowed = conditions(wanted, columns, Filters(), None)
    asked, measured = whole(reader, wanted, columns, narrowed), size(reader, wanted, columns, narrowed, wanted.added)
    answer = WantedAnswer(
        view=VIEW,
        question=asked.sql,
        parameters=asked.parameters,
        added=types_added(wanted, columns),
        titles={name: title_shown(name) for name in (*wanted.groups, ROWS, *map(total_of, wanted.added))},
        title="Open balances",
        said=[],
        totals={},
    )
    office = loaded.office
    asked_of_audit = "SELECT detail FROM ops.audit_events WHERE action = 'analytics:rows:export:done' ORDER BY id"
    before = len(loaded.rows(asked_of_audit))
    for kind in ExportFormat:
        made = export_rows(
            office.database, office.actor, reader, answer, kind, tmp_path / f"out.{kind}", now=datetime.now(UTC)
        )
        assert made.rows == measured.groups
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(Decimal(row["total_charge_balance"] or 0) for row in rows) == measured.sums["charge_balance"]
    assert sum(int(row[ROWS]) for row in rows) == measured.rows
    audited = loaded.rows(asked_of_audit)[before:]
    assert len(audited) == 3 and all("charge_primary_payer_name" in event.detail["columns"] for event in audited)


def test_values_that_are_none_of_their_column_are_refused_with_a_sentence(database) -> None:
    ledger = Ledger(database)
    columns = columns_offered(database, ledger.actor, VIEW)
    for column, text in (("charge_from_date", "soon"), ("charge_balance", "much"), ("is_credit", "perhaps")):
        wanted = Exploration(view=VIEW.name, filters=(ColumnFilter(column=column, test=Narrow.ONE_OF, values=(text,)),))
        with pytest.raises(BadInput, match="holds what is none"):
            conditions(wanted, columns, Filters(), None)


def test_a_past_month_end_of_a_view_that_is_not_copied_is_answered_by_the_views(loaded: LoginDesk) -> None:
    office, view = loaded.office, view_named("revenue_recognition_view")
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    assert not view.month_ends
    reader = open_reader(office.database, office.settings, office.actor, as_of=date(2026, 10, 31), view=view)
    assert isinstance(reader, ViewReader)

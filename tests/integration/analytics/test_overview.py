"""The Overview says what the key figures say: for all clients, for each, and from month end to month end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from lib.analytics.figures.tables import table_of
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import Dimension
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.analytics.subjects import overview
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import Ledger

OCTOBER = date(2026, 10, 31)
NOVEMBER = date(2026, 11, 20)


@pytest.fixture
def ledger(database) -> Ledger:
    return Ledger(database)


def _reader_on(ledger: Ledger) -> Callable[[date | None], Reader]:
    return lambda day: ViewReader(ledger.database, ledger.actor, as_of=day)


def _show(ledger: Ledger, client: str, balance: str, *, day: date, known: str) -> None:
    balances = {
        "charge_id": "1",
        "charge_balance": Decimal(balance),
        "charge_from_date": date(2026, 6, 1),
        "charge_entered_date": date(2026, 6, 2),
    }
    charge = {"charge_id": "1", "charge_amount": Decimal("900.00"), "charge_entered_date": date(2026, 10, 15)}
    ledger.show("ar_aging", [balances], client=client, as_of=day, known=known)
    ledger.show("gross_billing", [charge], client=client, as_of=day, known=known)


def test_the_page_says_what_the_key_figures_say_and_both_engines_agree(loaded: LoginDesk) -> None:
    office = loaded.office
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    truth = ViewReader(office.database, office.actor)
    said = overview.changes(
        lambda day: open_reader(office.database, office.settings, office.actor, as_of=day), Filters()
    )
    for name in overview.EVERY:
        assert said[name].now == kpi(truth, name), name
    assert sum(change.now.value is not None for change in said.values()) >= 8


def test_each_clients_row_is_its_own_and_they_add_up(ledger: Ledger) -> None:
    first, second = ledger.client("First"), ledger.client("Second")
    _show(ledger, first, "90.00", day=NOVEMBER, known="[2026-11-20,)")
    _show(ledger, second, "30.00", day=NOVEMBER, known="[2026-11-20,)")
    reader = _reader_on(ledger)(None)
    rows = overview.by_client(reader, Filters(), [first, second])
    days = {row.client_id: row.values["days_in_ar"].value for row in rows}
    assert days == {first: Decimal(9), second: Decimal(3)}
    for name in overview.EVERY:
        narrowed = kpi(reader, name, Filters(chosen={Dimension.CLIENT: (second,)}))
        assert rows[1].values[name] == narrowed, name
    names = {first: "=First", second: "Second"}
    table = table_of(overview.clients_table(rows, names)).to_pylist()
    assert [(row["client"], row["days_in_ar"]) for row in table] == [("=First", 9.0), ("Second", 3.0)]
    assert dict(overview.without_value(rows, names))["No Denial rate, claims"].startswith("Second: ")
    assert overview.changes(_reader_on(ledger), Filters())["days_in_ar"].now.value == Decimal(6)


def test_a_change_and_a_line_only_compare_the_same_clients(ledger: Ledger) -> None:
    old, new = ledger.client("Old"), ledger.client("New")
    _show(ledger, old, "60.00", day=OCTOBER, known="[2026-10-31,2026-11-20)")
    _show(ledger, old, "90.00", day=NOVEMBER, known="[2026-11-20,)")
    alone = overview.changes(_reader_on(ledger), Filters())
    assert (alone["days_in_ar"].difference, alone["days_in_ar"].unlike) == (Decimal(3), False)
    lines = overview.lines(_reader_on(ledger), Filters(), [OCTOBER], alone)
    assert [value.value for value in lines["days_in_ar"]] == [6, 9]
    _show(ledger, new, "30.00", day=NOVEMBER, known="[2026-11-20,)")
    together = overview.changes(_reader_on(ledger), Filters())
    assert (together["days_in_ar"].difference, together["days_in_ar"].unlike) == (None, True)
    assert together["days_in_ar"].now.clients == {old, new}
    lines = overview.lines(_reader_on(ledger), Filters(), [OCTOBER], together)
    assert [value.value for value in lines["days_in_ar"]] == [6]


def test_a_month_to_date_is_no_point_beside_whole_months(ledger: Ledger) -> None:
    client = ledger.client()
    _show(ledger, client, "60.00", day=OCTOBER, known="[2026-10-31,2026-11-20)")
    _show(ledger, client, "90.00", day=NOVEMBER, known="[2026-11-20,)")
    found = overview.changes(_reader_on(ledger), Filters())
    lines = overview.lines(_reader_on(ledger), Filters(), [OCTOBER], found)
    assert [(value.as_of, value.value) for value in lines["charges"]] == [(OCTOBER, Decimal("900.00"))]
    days = Filters(first_day=date(2026, 10, 1), last_day=OCTOBER)
    chosen = overview.lines(_reader_on(ledger), days, [OCTOBER], overview.changes(_reader_on(ledger), days))
    assert chosen["charges"] == [] and len(chosen["days_in_ar"]) == 2


def test_the_page_asks_for_every_report_that_its_figures_need() -> None:
    assert set(overview.reports()) == {
        "ar_aging", "gross_billing", "payment_trends", "denial_trends", "write_off_trends"
    }  # fmt: skip

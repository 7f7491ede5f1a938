"""A past day keeps its answers, whatever is loaded later; figures say their day, and compare like with like."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date

import pytest

from lib.analytics.kpis.definitions import definitions
from lib.analytics.kpis.model import KpiValue, Window
from lib.analytics.kpis.service import kpi, kpi_change, kpi_trend
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.analytics.snapshot.reader import CopyReader
from lib.analytics.snapshot.refresh import month_ends
from lib.core.errors import BadInput
from lib.core.settings import Settings
from tests.integration.kpis.conftest import Readers
from tests.integration.kpis.golden import charge, day, money, open_balance, payment
from tests.integration.kpis.invented_books import invent, reports
from tests.integration.views.ledger import Ledger

#: Thirteen month ends, and the day of the latest reports.
THIRTEEN = [*month_ends(date(2025, 10, 1), date(2026, 11, 1))]
LATEST = day("11-12")


@pytest.fixture
def thirteen_months(ledger: Ledger, owner: str) -> list[date]:
    """Every month end's reports, each known until the next; the last until LATEST."""
    for month_end, following in itertools.zip_longest(THIRTEEN, THIRTEEN[1:], fillvalue=LATEST):
        for report, rows in reports(invent(5, lines=35, days=420), month_end).items():
            ledger.show(report, rows, client=owner, as_of=month_end, known=f"[{month_end},{following})")
    return THIRTEEN


def test_thirteen_month_ends_are_the_same_after_a_later_load_and_from_both_readers(
    settings: Settings, ledger: Ledger, owner: str, readers: Readers, thirteen_months: list[date]
) -> None:
    def of_views(month_end: date) -> Reader:
        return ViewReader(ledger.database, ledger.actor.narrowed(owner), as_of=month_end)

    def of_copy(month_end: date) -> Reader:
        return CopyReader(SnapshotFolder(settings), frozenset({owner}), as_of=month_end)

    def told(reader_on: Callable[[date], Reader]) -> dict[date, list[KpiValue]]:
        return {
            month_end: [kpi(reader_on(month_end), name, as_of=month_end) for name in definitions()]
            for month_end in thirteen_months
        }

    before = told(of_views)
    for report, rows in reports(invent(5, lines=35, days=420), LATEST).items():
        ledger.show(report, rows, client=owner, as_of=LATEST, known=f"[{LATEST},)")
    views, copy = readers(owner)
    assert told(of_views) == before
    assert told(of_copy) == before
    values = {tuple(each.value for each in found) for found in before.values()}
    assert len(values) == len(thirteen_months)
    assert kpi(views, "days_in_ar") == kpi(copy, "days_in_ar")
    assert kpi(views, "days_in_ar").as_of == LATEST


def test_a_trend_is_what_was_known_on_each_day(ledger: Ledger, owner: str, thirteen_months: list[date]) -> None:
    def reader(on: date | None) -> Reader:
        return ViewReader(ledger.database, ledger.actor.narrowed(owner), as_of=on)

    chosen = Filters(first_day=day("01-01"))
    trend = kpi_trend(reader, "charges", chosen, thirteen_months)
    assert [each.as_of for each in trend] == thirteen_months
    assert [each.window for each in trend] == [Window(first=d.replace(day=1), last=d) for d in thirteen_months]
    assert trend == [kpi(reader(d), "charges", as_of=d) for d in thirteen_months]


def test_a_standing_changes_since_the_last_month_end_and_a_month_to_date_since_the_same_days(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    charges = [charge("1", "100", "09-05"), charge("2", "70", "10-05"), charge("3", "500", "10-30")]
    ledger.show(
        "ar_aging",
        [open_balance("1", "60", "09-05")],
        client=owner,
        as_of=day("10-31"),
        known="[2026-10-31,2026-11-12)",
    )
    ledger.show("gross_billing", charges, client=owner, as_of=day("10-31"), known="[2026-10-31,2026-11-12)")
    ledger.show("ar_aging", [open_balance("1", "90", "09-05")], client=owner, as_of=LATEST, known="[2026-11-12,)")
    ledger.show(
        "gross_billing", [*charges, charge("4", "90", "11-12")], client=owner, as_of=LATEST, known="[2026-11-12,)"
    )

    def reader(on: date | None) -> Reader:
        return readers(owner, as_of=on)[0]

    balances = kpi_change(reader, "credit_balances")
    assert (balances.now.as_of, balances.before.as_of, balances.difference) == (LATEST, day("10-31"), 0)
    over = kpi_change(reader, "ar_over_90")
    assert (over.now.denominator, over.before.denominator) == (money("90"), money("60"))
    # November 1 to 12 beside October 1 to 12: the charge of October 30 is not among them.
    month = kpi_change(reader, "charges")
    assert month.before.window == Window(first=day("10-01"), last=day("10-12"))
    assert (month.now.value, month.before.value, month.difference) == (money("90"), money("70"), money("20"))
    # October beside September, whole months both.
    whole = kpi_change(reader, "charges", as_of=day("10-31"))
    assert whole.before.window == Window(first=day("09-01"), last=day("09-30"))
    assert whole.difference == money("470")


def test_rows_of_different_days_are_told_and_the_newest_is_the_figures_day(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    ledger.show("ar_aging", [open_balance("1", "60", "09-05")], client=owner, as_of=LATEST)
    ledger.show("gross_billing", [charge("1", "60", "10-20")], client=owner, as_of=day("11-09"))
    for reader in readers(owner):
        found = kpi(reader, "days_in_ar")
        assert (found.as_of, found.notes) == (LATEST, ("The newest rows of charges are of 2026-11-09.",))
        assert kpi(reader, "ar_over_90").notes == ()


def test_what_was_known_later_does_not_pass_for_an_earlier_day(ledger: Ledger, owner: str, readers: Readers) -> None:
    ledger.show("payment_trends", [payment("1", "60", "11-05")], client=owner, as_of=LATEST)
    latest, _ = readers(owner)
    with pytest.raises(BadInput, match="known as of 2026-11-12, not of 2026-10-31"):
        kpi(latest, "payments", as_of=day("10-31"))
    with pytest.raises(BadInput, match="known as of 2026-10-31"):
        kpi(readers(owner, as_of=day("10-31"))[0], "payments", as_of=LATEST)
    # Nothing newer has come since, so a later day is answered; its month to date ends there.
    assert kpi(latest, "payments", as_of=day("11-20")).window == Window(first=day("11-01"), last=day("11-20"))

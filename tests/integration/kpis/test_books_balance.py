"""What must hold of any books: buckets are the AR, months roll forward to the cent, rates stay within bounds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.analytics.kpis.model import KpiValue
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import Clock, Dimension
from tests.integration.kpis.invented_books import Line, invent, reports
from tests.integration.views.ledger import Ledger

MONTH_ENDS = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
#: Bounded by what they count. The others compare money of one month with that of another.
BOUNDED = (
    "ar_over_90",
    "ar_over_120",
    "clean_claim_rate",
    "first_pass_resolution",
    "denial_rate_claims",
    "denial_rate_dollars",
    "late_charges",
)
_numbers = itertools.count(1)
any_books = settings(
    max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@any_books
@given(seed=st.integers(0, 10_000), lines=st.integers(1, 45))
def test_any_books_balance(ledger: Ledger, seed: int, lines: int) -> None:
    books = invent(seed, lines=lines, days=200)
    owner = _show(ledger, books, MONTH_ENDS)
    by_day = {day: _reader(ledger, owner, day) for day in MONTH_ENDS}
    for day, reader in by_day.items():
        _buckets_are_the_ar(reader, books, day)
        for name in BOUNDED:
            found = kpi(reader, name)
            assert found.value is None or 0 <= found.value <= 1, name
    for before, after in itertools.pairwise(MONTH_ENDS):
        _rolls_forward(by_day[before], by_day[after], after)


def test_a_filter_and_its_complement_are_the_whole(ledger: Ledger) -> None:
    books = invent(11, lines=60, days=200)
    owner = _show(ledger, books, MONTH_ENDS[-1:])
    reader = _reader(ledger, owner, MONTH_ENDS[-1])
    for name in ("charges", "payments", "credit_balances", "ar_over_90", "late_charges", "posting_turnaround"):
        whole = kpi(reader, name)
        parts = [
            kpi(reader, name, Filters(chosen={Dimension.PRACTICE: (practice,)}))
            for practice in ("TEST North", "TEST South")
        ]
        assert _plus(part.numerator for part in parts) == whole.numerator
        assert sum(part.rows for part in parts) == whole.rows


def _show(ledger: Ledger, books: list[Line], days: tuple[date, ...]) -> str:
    """The reports of each day, each known until the next one."""
    owner = ledger.client(f"Test books {next(_numbers)}")
    for day, following in itertools.zip_longest(days, days[1:]):
        for report, rows in reports(books, day).items():
            ledger.show(report, rows, client=owner, as_of=day, known=f"[{day},{following or ''})")
    return owner


def _reader(ledger: Ledger, owner: str, day: date) -> Reader:
    return ViewReader(ledger.database, ledger.actor.narrowed(owner), as_of=day)


def _buckets_are_the_ar(reader: Reader, books: list[Line], day: date) -> None:
    in_books = _plus(line.balance(day) for line in books if line.entered <= day)
    credits = _money(kpi(reader, "credit_balances"))
    for clock, number in ((Clock.DOS, "dos"), (Clock.ENTERED, "entry"), (Clock.BILLED, "first_bill")):
        found = reader.ask(
            f"SELECT {number}_bucket AS bucket, sum(charge_balance) AS balance FROM reporting.ar_aging_view GROUP BY 1"
        )
        buckets = {record["bucket"]: record["balance"] for record in found.records()}
        assert _plus(buckets.values()) == in_books
        assert -buckets.get("credit", Decimal(0)) == credits
        over_90 = kpi(reader, "ar_over_90", Filters(clock=clock))
        if over_90.numerator is not None:
            assert over_90.denominator == in_books + credits
            assert over_90.numerator == buckets.get("91-120", Decimal(0)) + buckets.get("over 120", Decimal(0))
            older = kpi(reader, "ar_over_120", Filters(clock=clock))
            assert older.numerator == buckets.get("over 120", Decimal(0))


def _rolls_forward(before: Reader, after: Reader, month_end: date) -> None:
    month = Filters(first_day=month_end.replace(day=1), last_day=month_end)
    charged, paid = (_money(kpi(after, name, month)) for name in ("charges", "payments"))
    adjusted = _money(kpi(after, "write_off_rate", month))
    unapplied = _money(kpi(after, "unapplied_payments")) - _money(kpi(before, "unapplied_payments"))
    assert _open(after) == _open(before) + charged - (paid - unapplied) - adjusted


def _open(reader: Reader) -> Decimal:
    return _debits(reader) - _money(kpi(reader, "credit_balances"))


def _debits(reader: Reader) -> Decimal:
    return kpi(reader, "ar_over_90").denominator or Decimal(0)


def _money(found: KpiValue) -> Decimal:
    return found.numerator or Decimal(0)


def _plus(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount or Decimal(0) for amount in amounts), Decimal(0))

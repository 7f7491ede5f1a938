"""Payments: figures worked out by hand, equal to the key figures, and marks that open exactly their rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from lib.analytics.figures.drill import behind, read_rows
from lib.analytics.figures.figure import Figure, rows_of
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import Clock
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.subjects import payments
from lib.analytics.subjects.payments import Split
from tests.integration.analytics.marks import assert_every_mark_opens_its_rows
from tests.integration.kpis.conftest import Readers
from tests.integration.kpis.golden import day, money, payment
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import Ledger

_ANYTHING = Filters()
ROWS = [
    # An insurer allowed 100, paid 80 of it on the day it came, and took 30 back two months later.
    payment("1", "80", "08-05", payment_allowed_amount=money("100")),
    payment("1", "-30", "10-05", received="10-02", payment_refund_amount=money("0")),
    # The patient paid her share at once, and was given 5 of it back.
    payment("1", "20", "08-12", received="08-10", insurance_paid_amount=money("0")),
    payment("1", "-5", "08-20", insurance_paid_amount=money("0"), payment_refund_amount=money("5")),
    # Nothing was paid, which had to be posted all the same; posted before it was received.
    payment("2", "0", "08-06", received="08-09"),
    # Money that stands on no charge: 101 days and 15 days old on November 20.
    payment(None, "40", "08-11", charge_primary_payer_name=None, insurance_paid_amount=money("0")),
    payment(None, "7", "11-05", charge_primary_payer_name=None, insurance_paid_amount=money("0")),
]


@pytest.fixture
def books(ledger: Ledger, owner: str) -> str:
    """A client with seven payment lines."""
    columns = {column for row in ROWS for column in row}
    ledger.show("payment_trends", [dict.fromkeys(columns) | dict(row) for row in ROWS], client=owner)
    return owner


def amounts(figure: Figure) -> dict[tuple[str, str], Decimal]:
    return {(part.label, part.series): part.amount for part in figure.parts}


def figures(reader: Reader, filters: Filters, names: Mapping[str, str]) -> list[Figure]:
    """Every figure of the page."""
    return [
        payments.trend(reader, filters),
        *(payments.by_split(reader, filters, split, client_names=names) for split in Split),
        payments.turnaround(reader, filters),
        payments.applied(reader, filters),
        payments.unapplied(reader, filters),
        payments.expected(reader, filters),
        payments.taken_back(reader, filters),
    ]


def test_months_tell_insurers_patients_and_what_went_back(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    assert amounts(payments.trend(views, _ANYTHING)) == {
        ("2026-08", "Insurance"): money("80"),
        ("2026-08", "Patient"): money("60"),
        ("2026-08", "Refunded to patients"): money("-5"),
        ("2026-10", "Taken back by insurers"): money("-30"),
        ("2026-11", "Patient"): money("7"),
    }
    august = kpi(views, "payments", Filters(first_day=day("08-01"), last_day=day("08-31")))
    assert august.value == money("135")


def test_the_clock_moves_payments_to_the_month_received(books: str, readers: Readers, ledger: Ledger) -> None:
    ledger.show("payment_trends", [payment("9", "11", "10-01", received="09-30")], client=books, account="10001002")
    views, _ = readers(books)
    received = payments.trend(views, Filters(clock=Clock.RECEIVED))
    assert amounts(received)["2026-09", "Insurance"] == money("11")
    assert amounts(payments.trend(views, _ANYTHING))["2026-10", "Insurance"] == money("11")


def test_turnaround_counts_every_line_and_flags_wrong_dates(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    figure = payments.turnaround(views, _ANYTHING)
    assert {part.label: part.height for part in figure.parts} == {
        payments.TOO_EARLY: 1,
        "same day": 4,
        "2 days": 1,
        "3 to 5 days": 1,
    }
    wrong = figure.parts[0]
    (row,) = read_rows(
        views, behind(figure, wrong, _ANYTHING), ["charge_id", "posting_turnaround_days"], sort="charge_id"
    ).rows
    assert row == ("2", -3)
    card = kpi(views, "posting_turnaround", Filters(first_day=day("01-01"), last_day=day("11-20")))
    assert card.extras["negative_count"] == wrong.rows
    assert card.rows == sum(part.rows for part in figure.parts) - wrong.rows


def test_unapplied_money_has_an_age_whatever_days_are_chosen(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    for filters in (_ANYTHING, Filters(first_day=day("11-01"), last_day=day("11-20"))):
        figure = payments.unapplied(views, filters)
        assert amounts(figure) == {("0-30 days", ""): money("7"), ("91-120 days", ""): money("40")}
        assert_every_mark_opens_its_rows(views, figure, filters, of=2)
    assert kpi(views, "unapplied_payments").value == money("47")


def test_allowed_stands_against_what_was_paid(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    figure = payments.expected(views, _ANYTHING)
    # 80 − 30 + 20 − 5 = 65 of 100; money without a payer was expected of none.
    assert amounts(figure) == {("TEST Payer", "Allowed"): money("100"), ("TEST Payer", "Paid"): money("65")}
    assert {part.beside for part in figure.parts} == {"65.0 % of allowed paid"}


def test_refunds_and_reversals_stay_negative(books: str, readers: Readers) -> None:
    views, _ = readers(books)
    assert amounts(payments.taken_back(views, _ANYTHING)) == {
        ("TEST Payer", "refund"): money("-5"),
        ("TEST Payer", "reversal"): money("-30"),
    }


def test_both_readers_draw_the_same_and_marks_open_their_rows(books: str, readers: Readers) -> None:
    views, copy = readers(books)
    names = {books: "Test client"}
    for said, told in zip(figures(views, _ANYTHING, names), figures(copy, _ANYTHING, names), strict=True):
        assert said == told, said.name
        assert_every_mark_opens_its_rows(copy, told, _ANYTHING)


def test_the_invented_world(loaded: LoginDesk) -> None:
    office, names = loaded.office, {loaded.client.id: loaded.client.name}
    actor = office.actor.narrowed(loaded.client.id)
    reader = open_reader(office.database, office.settings, actor)
    for filters in (_ANYTHING, Filters(clock=Clock.RECEIVED)):
        drawn = figures(reader, filters, names)
        assert drawn == figures(ViewReader(office.database, actor), filters, names)
        for figure in drawn:
            assert_every_mark_opens_its_rows(reader, figure, filters)
        total = sum((part.amount for part in drawn[0].parts), Decimal(0))
        assert total == sum((part.amount for part in drawn[1].parts), Decimal(0)) == _paid(reader, filters)
        assert drawn[0].series[-1] == "Refunded to patients", "the world has refunds to look at"


def _paid(reader: Reader, filters: Filters) -> Any:
    asked = rows_of(payments.VIEW, filters, payments.PAID)
    question = f"SELECT sum(payment_total_paid) FROM reporting.payment_trends_view WHERE {asked.sql}"
    return reader.ask(question, asked.parameters).rows[0][0]

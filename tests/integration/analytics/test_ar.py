"""Open balances: every mark opens its rows, both engines agree, buckets add up, and days and clocks are obeyed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from lib.analytics.figures.figure import Figure, Part, fold
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import NOTHING, Filters, Mark
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.analytics.subjects import ar
from lib.analytics.subjects.ar import Split
from tests.integration.analytics.marks import assert_every_mark_opens_its_rows
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import Ledger

AS_OF = date(2026, 11, 20)


def _figures(reader: Reader, filters: Filters) -> Iterator[Figure]:
    for split in Split:
        yield ar.aging(reader, filters, split, client_names={})
        yield ar.credits(reader, filters, split, client_names={})
    yield ar.statements(reader, filters)
    yield ar.trend([ar.balance(reader, filters, AS_OF)], filters)


def test_every_mark_opens_exactly_its_rows_in_both_engines(loaded: LoginDesk) -> None:
    office = loaded.office
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    copy = open_reader(office.database, office.settings, office.actor)
    truth = ViewReader(office.database, office.actor)
    for filters in (Filters(), Filters(clock=Clock.BILLED), Filters(clock=Clock.ENTERED, first_day=date(2026, 6, 1))):
        for said, told in zip(_figures(copy, filters), _figures(truth, filters), strict=True):
            assert said == told
            assert_every_mark_opens_its_rows(copy, said, filters)
    assert_every_mark_opens_its_rows(truth, ar.aging(truth, Filters(), Split.KIND, client_names={}), Filters(), of=10)


def test_every_split_adds_up_to_the_key_figures(loaded: LoginDesk) -> None:
    truth = ViewReader(loaded.office.database, loaded.office.actor)
    for clock in ar.CLOCKS:
        filters = Filters(clock=clock)
        now = ar.balance(truth, filters, AS_OF)
        assert now.amount() > 0
        for split in Split:
            figure = ar.aging(truth, filters, split, client_names={})
            assert sum(part.amount for part in figure.parts) == now.amount(), split
        assert now.share(ar.OVER_90) == kpi(truth, "ar_over_90", filters).value
        assert now.share(ar.OVER_120) == kpi(truth, "ar_over_120", filters).value


@pytest.fixture
def client(ledger: Ledger) -> str:
    return ledger.client()


@pytest.fixture
def ledger(database) -> Ledger:
    return Ledger(database)


def test_a_switch_of_the_clock_moves_every_number(ledger: Ledger, client: str) -> None:
    row = {
        "charge_id": "1",
        "charge_balance": Decimal("100.00"),
        "charge_balance_due_ins": Decimal("100.00"),
        "charge_from_date": date(2026, 6, 1),
        "charge_entered_date": date(2026, 9, 10),
        "claim_first_billed_date": date(2026, 11, 1),
        "charge_primary_payer_name": "Aetna",
    }
    ledger.show("ar_aging", [row], client=client)
    reader = ViewReader(ledger.database, ledger.actor)
    series = {
        clock: [part.series for part in ar.aging(reader, Filters(clock=clock), Split.PAYER, client_names={}).parts]
        for clock in ar.CLOCKS
    }
    assert series == {Clock.DOS: ["over 120"], Clock.ENTERED: ["61-90"], Clock.BILLED: ["0-30"]}
    in_november = {"first_day": date(2026, 11, 1), "last_day": date(2026, 11, 30)}
    assert ar.balance(reader, Filters(clock=Clock.BILLED, **in_november), AS_OF).amount() == 100
    assert ar.balance(reader, Filters(clock=Clock.DOS, **in_november), AS_OF).amount() == 0


def test_credits_stand_apart_and_age_in_no_bucket(ledger: Ledger, client: str) -> None:
    rows = [
        {"charge_id": "1", "charge_balance": Decimal("70.00"), "charge_from_date": date(2026, 11, 1)},
        {"charge_id": "2", "charge_balance": Decimal("-20.00"), "charge_from_date": date(2026, 1, 1)},
    ]
    ledger.show("ar_aging", rows, client=client)
    reader = ViewReader(ledger.database, ledger.actor)
    assert ar.balance(reader, Filters(), AS_OF).buckets == {"0-30": (1, Decimal("70.00"))}
    (credit,) = ar.credits(reader, Filters(), Split.PAYER, client_names={}).parts
    assert (credit.label, credit.rows, credit.amount) == ("No payer", 1, Decimal("-20.00"))


def test_many_payers_are_folded_and_the_rest_still_opens_its_rows(ledger: Ledger, client: str) -> None:
    rows = [
        {
            "charge_id": str(number),
            "charge_balance": Decimal(1000 - number),
            "charge_from_date": date(2026, 11, 1),
            "charge_primary_payer_name": f"Payer {number:02}" if number < 19 else None,
        }
        for number in range(20)
    ]
    ledger.show("ar_aging", rows, client=client)
    reader = ViewReader(ledger.database, ledger.actor)
    figure = ar.aging(reader, Filters(), Split.PAYER, client_names={})
    assert len(figure.labels) == 12
    other = figure.parts[-1]
    assert (other.label, other.rows, other.others) == ("other (9)", 9, 9)
    assert_every_mark_opens_its_rows(reader, figure, Filters(), of=12)
    opened = ar.aging(
        reader,
        Filters(),
        Split.PAYER,
        client_names={},
        within=Mark(values={"charge_primary_payer_name": other.mark.values["charge_primary_payer_name"]}),
    )
    assert sum(part.amount for part in opened.parts) == other.amount
    assert len(opened.labels) == 9 and "No payer" in opened.labels
    assert_every_mark_opens_its_rows(reader, opened, Filters(), of=9)


def test_rows_without_a_payer_can_be_filtered_and_drilled(ledger: Ledger, client: str) -> None:
    rows = [
        {"charge_id": "1", "charge_balance": Decimal("5.00"), "charge_from_date": date(2026, 11, 1)},
        {
            "charge_id": "2",
            "charge_balance": Decimal("7.00"),
            "charge_primary_payer_name": "Aetna",
            "charge_from_date": date(2026, 11, 1),
        },
    ]
    ledger.show("ar_aging", rows, client=client)
    reader = ViewReader(ledger.database, ledger.actor)
    filters = Filters(chosen={Dimension.PAYER: (NOTHING,)})
    figure = ar.aging(reader, filters, Split.PAYER, client_names={})
    assert [(part.label, part.amount) for part in figure.parts] == [("No payer", Decimal("5.00"))]
    assert_every_mark_opens_its_rows(reader, figure, filters)


def test_a_past_month_end_is_told_as_it_was_known(ledger: Ledger, client: str) -> None:
    row = {"charge_id": "1", "charge_balance": Decimal("50.00"), "charge_from_date": date(2026, 9, 1)}
    ledger.show("ar_aging", [row], client=client, as_of=date(2026, 10, 31), known="[2026-10-31,2026-11-20)")
    ledger.show("ar_aging", [row | {"charge_balance": Decimal("8.00")}], client=client, known="[2026-11-20,)")
    then, now = (ViewReader(ledger.database, ledger.actor, as_of=day) for day in (date(2026, 10, 31), None))
    figure = ar.trend([ar.balance(then, Filters(), date(2026, 10, 31)), ar.balance(now, Filters(), AS_OF)], Filters())
    assert [part.amount for part in figure.parts if part.series == "Open AR"] == [50, 8]
    assert_every_mark_opens_its_rows(now, figure, Filters(), on={date(2026, 10, 31): then}.__getitem__)


def test_folding_keeps_every_cent_and_row() -> None:
    parts = [
        Part(label=f"p{n}", series=f"s{n % 3}", mark=Mark(values={"payer_name": f"p{n}"}), rows=n, amount=Decimal(n))
        for n in range(40)
    ]
    folded = fold(parts, "payer_name")
    assert sum(part.amount for part in folded) == sum(part.amount for part in parts)
    assert sum(part.rows for part in folded) == sum(part.rows for part in parts)
    assert len({part.label for part in folded}) == 12

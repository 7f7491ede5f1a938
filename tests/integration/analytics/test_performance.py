"""Quadrants, work and write-offs: every mark opens its rows, quadrants are those of the view, the rest is by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from lib.analytics.figures.figure import Figure, Part
from lib.analytics.reading.filters import Filters, Mark
from lib.analytics.reading.months import newest_day
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import Dimension
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.analytics.subjects import quadrants, work, write_offs
from tests.integration.analytics.marks import assert_every_mark_opens_its_rows
from tests.integration.kpis.conftest import Readers
from tests.integration.kpis.golden import Row, adjustment, day, money
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import AS_OF, Ledger


def _figures(reader: Reader, filters: Filters, newest: date) -> Iterator[Figure]:
    for dimension in quadrants.DIMENSIONS:
        yield quadrants.quadrants(reader, filters, dimension)
    yield work.claims_by_user(reader, filters)
    yield work.claims_by_week(reader, filters, newest)
    yield work.claims_by_user_and_week(reader, filters, newest)
    yield work.time_by_user(reader, filters)
    yield work.time_by_task(reader, filters)
    for contractual in (True, False):
        yield write_offs.by_month(reader, filters, newest, contractual=contractual)
        yield write_offs.by_payer(reader, filters, contractual=contractual)


def test_every_mark_opens_exactly_its_rows_in_both_engines(loaded: LoginDesk) -> None:
    office = loaded.office
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    copy = open_reader(office.database, office.settings, office.actor)
    truth = ViewReader(office.database, office.actor)
    newest = newest_day(truth, quadrants.VIEW, Filters())
    assert newest is not None
    recent = work.recent(Filters(), newest)
    for said, told in zip(_figures(copy, recent, newest), _figures(truth, recent, newest), strict=True):
        assert said == told
        assert_every_mark_opens_its_rows(copy, said, recent)
    for figure in (
        quadrants.quadrants(truth, Filters(), Dimension.PAYER),
        work.claims_by_user(truth, Filters()),
        work.time_by_user(truth, Filters()),
        write_offs.by_month(truth, Filters(), newest),
        write_offs.by_payer(truth, Filters()),
    ):
        assert_every_mark_opens_its_rows(truth, figure, Filters(), of=4)


def _said_by_the_view(ledger: Ledger, client: str, dimension: Dimension) -> list[tuple[object, ...]]:
    columns = "member, charge_amount, yield_rate, payment_count, quadrant"
    return ledger.read("quadrant_performance_view", columns, where=f"dimension = '{dimension}'", client=client)


def _said_by_the_figure(figure: Figure) -> set[tuple[object, ...]]:
    column = next(iter(figure.parts[0].mark.values))
    return {
        (
            part.mark.values[column],
            part.across,
            None if part.value is None else round(part.value, 4),
            part.rows,
            part.series,
        )
        for part in figure.parts
    }


def test_without_filters_quadrants_are_those_of_the_view(loaded: LoginDesk) -> None:
    office = loaded.office
    ledger = Ledger(office.database)
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    copy = open_reader(office.database, office.settings, office.actor)
    members = 0
    for dimension in quadrants.DIMENSIONS:
        expected = _said_by_the_view(ledger, loaded.client.id, dimension)
        members += len(expected)
        for reader in (copy, ViewReader(office.database, office.actor)):
            figure = quadrants.quadrants(reader, Filters(), dimension)
            assert figure.parts and _said_by_the_figure(figure) == set(expected), dimension
            assert len(figure.parts) == len(expected)
    assert members > 12


def _paid(charge: str | None, practice: str, charged: str | None, paid: str, **more: object) -> Row:
    return {
        "charge_id": charge,
        "practice_name": practice,
        "charge_amount": money(charged) if charged is not None else None,
        "payment_total_paid": money(paid),
        "payment_entered": day("11-01"),
    } | more


def test_filters_move_the_medians_and_a_charge_counts_once(ledger: Ledger, owner: str, readers: Readers) -> None:
    rows = [
        _paid("1", "A", "1000", "900", charge_primary_payer_name="X"),
        _paid("1", "A", "1000", "-100", charge_primary_payer_name="X"),
        _paid("2", "B", "800", "80", charge_primary_payer_name="X"),
        _paid("3", "C", "100", "80", charge_primary_payer_name="Y"),
        _paid("4", "D", "50", "5", charge_primary_payer_name="Y"),
        _paid(None, "E", None, "9"),
    ]
    ledger.show("quadrant_performance", rows, client=owner)
    for reader in readers(owner):
        figure = quadrants.quadrants(reader, Filters(), Dimension.PRACTICE)
        assert _said_by_the_figure(figure) == set(_said_by_the_view(ledger, owner, Dimension.PRACTICE))
        assert figure.parts[0].rows == 2 and figure.parts[0].amount == money("800")
        only_y = Filters(chosen={Dimension.PAYER: ("Y",)})
        narrowed = quadrants.quadrants(reader, only_y, Dimension.PRACTICE)
        assert [(part.label, part.series) for part in narrowed.parts] == [
            ("C", quadrants.HIGH_HIGH),
            ("D", quadrants.LOW_LOW),
        ]
        assert quadrants.medians(narrowed.parts) == quadrants.Medians(volume=money("75"), rate=Decimal("0.45"))
        assert_every_mark_opens_its_rows(reader, narrowed, only_y)


def test_within_days_a_charge_counts_once_however_unlike_its_lines_are(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    rows = [
        _paid("1", "A", "100", "10", payment_entered=day("10-01")),
        _paid("1", "A", "100", "20"),
        _paid("1", "A", "100", "30", payment_entered=day("11-05")),
        _paid("2", "A", "200", "50"),
        _paid("2", "B", "250", "50", payment_entered=day("11-03")),
        _paid("3", "B", "500", "70", payment_entered=None),
        _paid(None, "B", "40", "4"),
    ]
    ledger.show("quadrant_performance", rows, client=owner)
    november = Filters(first_day=day("11-01"), last_day=day("11-30"))
    for reader in readers(owner):
        found = {part.label: part for part in quadrants.quadrants(reader, november, Dimension.PRACTICE).parts}
        # Charge 2 stands with B, the later name; each of its lines with the name it has.
        assert (found["A"].across, found["A"].rows, found["A"].amount) == (100, 3, 100)
        assert found["A"].said == ("$50.00 paid of $100.00 charged, 1 charges",)
        assert (found["B"].across, found["B"].rows, found["B"].amount) == (290, 2, 54)
        assert found["B"].said == ("$104.00 paid of $290.00 charged, 2 charges",)


def test_a_client_that_reports_no_location_is_left_out_and_named(ledger: Ledger, readers: Readers) -> None:
    plain, extended = ledger.client("Test plain"), ledger.client("Test extended")
    ledger.show("quadrant_performance", [_paid("1", "A", "10", "1")], client=plain)
    located = [_paid("1", "A", "10", "5", facility_name="TEST Lodge"), _paid("2", "A", "10", "5")]
    ledger.show("quadrant_performance", located, client=extended)
    for reader in readers(plain, extended):
        figure = quadrants.quadrants(reader, Filters(), Dimension.FACILITY)
        assert [(part.label, part.rows) for part in figure.parts] == [("TEST Lodge", 1), ("No location", 1)]
        assert "reports of 1 of 2 clients lack the column Facility Name" in figure.note
        assert_every_mark_opens_its_rows(reader, figure, Filters())
        alone = quadrants.quadrants(reader, Filters(chosen={Dimension.CLIENT: (plain,)}), Dimension.FACILITY)
        assert alone.empty and alone.note == "The saved report lacks the column Facility Name; add it to see them here."


def _work(user: str, claim: str, noted: str, notes: int) -> Row:
    return {
        "created_by_user": user,
        "claim_id": claim,
        "last_note_date_max": day(noted),
        "note_count_cntunq": notes,
    }


def test_claims_count_by_user_and_week_with_or_without_notes(ledger: Ledger, owner: str, readers: Readers) -> None:
    rows = [_work("amber", "1", "11-10", 3), _work("amber", "2", "11-18", 0), _work("birch", "1", "11-11", 1)]
    ledger.show("rcm_productivity", rows, client=owner)
    for reader in readers(owner):
        recent = work.recent(Filters(), AS_OF)
        assert recent.first_day == date(2026, 8, 24), "thirteen weeks, the running one among them"
        who = work.claims_by_user(reader, recent)
        assert [(part.label, part.value, part.beside) for part in who.parts] == [
            ("amber", 2, "3 notes"),
            ("birch", 1, "1 note"),
        ]
        weeks = work.claims_by_week(reader, recent, AS_OF)
        assert [(part.label, part.value, part.immature) for part in weeks.parts] == [
            ("2026-11-09", 2, False),
            ("2026-11-16", 1, True),
        ]
        both = work.claims_by_user_and_week(reader, recent, AS_OF)
        assert [(part.label, part.series, part.rows) for part in both.parts] == [
            ("amber", "2026-11-09", 1),
            ("amber", "2026-11-16", 1),
            ("birch", "2026-11-09", 1),
        ]
        for figure in (who, weeks, both):
            assert_every_mark_opens_its_rows(reader, figure, recent)


def test_minutes_are_drawn_as_hours_and_the_rest_of_the_users_opens(ledger: Ledger, owner: str) -> None:
    rows = [
        {"user_name": f"user{number:02}", "task_name": task, "minutes_spent": Decimal(minutes), "work_date": AS_OF}
        for number in range(15)
        for task, minutes in (("Appeals", 20), ("Calls", 100))
    ]
    ledger.show("user_time_spread", rows, client=owner)
    reader = ViewReader(ledger.database, ledger.actor)
    figure = work.time_by_user(reader, Filters())
    assert figure.series == ("Calls", "Appeals") and len(figure.labels) == 12
    hours = {(part.label, part.series): part.value for part in figure.parts}
    assert hours["user00", "Appeals"] == Decimal(20) / 60
    assert hours["other (4)", "Calls"] == Decimal(400) / 60
    assert_every_mark_opens_its_rows(reader, figure, Filters(), of=24)
    folded = next(part for part in figure.parts if part.others)
    opened = work.time_by_user(reader, Filters(), within=Mark(values={"user_name": folded.mark.values["user_name"]}))
    assert opened.labels == ("user11", "user12", "user13", "user14")
    assert_every_mark_opens_its_rows(reader, opened, Filters(), of=8)


def test_what_is_taken_back_stands_below_zero_whichever_kind_it_was(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    rows = [
        dict(adjustment("1", "100", "10-05", "45"), credit_payer_name="X"),
        dict(adjustment("2", "-30", "10-20", "45"), credit_payer_name="X"),
        dict(adjustment("3", "40", "10-21", "DENWO"), credit_payer_name="Y"),
        dict(adjustment("4", "-5", "10-22", "DENWO"), credit_payer_name="Y"),
        dict(adjustment("5", "9", "11-02", "SBWO")),
    ]
    ledger.show("write_off_trends", rows, client=owner)

    def parts(figure: Figure) -> list[tuple[str, str, Decimal]]:
        return [(part.label, part.series, part.amount) for part in figure.parts]

    for reader in readers(owner):
        months = write_offs.by_month(reader, Filters(), AS_OF)
        assert parts(months) == [
            ("2026-10", "contractual", money("100")),
            ("2026-10", "denial", money("40")),
            ("2026-10", "taken back", money("-35")),
            ("2026-11", "small balance", money("9")),
        ]
        assert [part.label for part in months.parts if part.immature] == ["2026-11"]
        others = write_offs.by_month(reader, Filters(), AS_OF, contractual=False)
        assert parts(others)[:2] == [("2026-10", "denial", money("40")), ("2026-10", "taken back", money("-5"))]
        payers = write_offs.by_payer(reader, Filters())
        assert parts(payers) == [
            ("X", "taken back", money("-30")),
            ("X", "written off", money("100")),
            ("Y", "taken back", money("-5")),
            ("Y", "written off", money("40")),
            ("No payer", "written off", money("9")),
        ]
        for figure in (months, others, payers):
            assert_every_mark_opens_its_rows(reader, figure, Filters())


def test_chosen_days_are_read_by_the_day_of_the_work(ledger: Ledger, owner: str) -> None:
    ledger.show("rcm_productivity", [_work("amber", str(n), "11-18", 1) for n in range(3)], client=owner)
    reader = ViewReader(ledger.database, ledger.actor)

    def worked(last: date) -> list[Part]:
        filters = Filters(first_day=last - timedelta(days=5), last_day=last)
        assert work.recent(filters, AS_OF) == filters
        return list(work.claims_by_user(reader, filters).parts)

    assert [part.rows for part in worked(day("11-18"))] == [3]
    assert worked(day("11-17")) == []

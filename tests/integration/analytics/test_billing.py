"""Charges, lags, holds, stages, revenue: every mark opens its rows, and what they say is worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lib.analytics.figures.drill import read_rows
from lib.analytics.figures.figure import Figure
from lib.analytics.figures.rankings import splits_of
from lib.analytics.kpis.service import kpi
from lib.analytics.reading.filters import Filters, Mark
from lib.analytics.reading.months import newest_day
from lib.analytics.reading.reader import Reader, ViewReader
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.snapshot.reader import open_reader
from lib.analytics.snapshot.refresh import refresh_copy
from lib.analytics.subjects import billing, claims_under_way, lags, revenue
from lib.analytics.subjects.claims_under_way import HoldSplit
from tests.integration.analytics.marks import assert_every_mark_opens_its_rows
from tests.integration.kpis.conftest import Readers
from tests.integration.kpis.golden import Row, charge, day, money
from tests.integration.reports.login_desk import LoginDesk
from tests.integration.views.ledger import AS_OF, Ledger


def _figures(reader: Reader, filters: Filters, newest: date) -> Iterator[Figure]:
    yield billing.gross_by_month(reader, filters, newest)
    for late_days in (0, 3, 400):
        yield billing.late_by_month(reader, filters, late_days)
    for dimension in splits_of(billing.VIEW):
        yield billing.late_by(reader, filters, dimension, 3)
    yield lags.charge_lag(reader, filters)
    yield lags.billing_lag(reader, filters)
    yield lags.unbilled(reader, filters)
    for split in HoldSplit:
        yield claims_under_way.holds(reader, filters, split)
    yield claims_under_way.hold_days(reader, filters)
    yield claims_under_way.stages(reader, filters)
    yield revenue.recognition(reader, filters, newest)


def test_every_mark_opens_exactly_its_rows_in_both_engines(loaded: LoginDesk) -> None:
    office = loaded.office
    refresh_copy(office.database, office.settings, office.actor, loaded.client.id)
    copy = open_reader(office.database, office.settings, office.actor)
    truth = ViewReader(office.database, office.actor)
    newest = newest_day(truth, billing.VIEW, Filters())
    assert newest is not None and newest == newest_day(copy, billing.VIEW, Filters())
    this_year = {"first_day": newest.replace(month=1, day=1), "last_day": newest}
    for filters in (Filters(), Filters(clock=Clock.ENTERED, **this_year), Filters(clock=Clock.BILLED)):
        for said, told in zip(_figures(copy, filters, newest), _figures(truth, filters, newest), strict=True):
            assert said == told
            assert_every_mark_opens_its_rows(copy, said, filters)
    for figure in (billing.late_by(truth, Filters(), Dimension.PROVIDER, 3), lags.unbilled(truth, Filters())):
        assert_every_mark_opens_its_rows(truth, figure, Filters(), of=3)


def test_figures_agree_with_the_key_figures(loaded: LoginDesk) -> None:
    truth = ViewReader(loaded.office.database, loaded.office.actor)
    late = kpi(truth, "late_charges", settings={"late_days": 5})
    assert late.window is not None and late.numerator is not None
    window = Filters(clock=Clock.ENTERED, first_day=late.window.first, last_day=late.window.last)
    for dimension in splits_of(billing.VIEW):
        assert sum(part.rows for part in billing.late_by(truth, window, dimension, 5).parts) == late.numerator
    lag = kpi(truth, "charge_lag")
    assert sum(part.rows for part in lags.charge_lag(truth, window).parts) == lag.denominator
    billed = kpi(truth, "billing_lag")
    unbilled = lags.unbilled(truth, window)
    assert sum(part.rows for part in unbilled.parts) == billed.extras["unbilled_count"]
    assert sum(part.amount for part in unbilled.parts) == billed.extras["unbilled_charges"]
    month = kpi(truth, "charges")
    assert month.window is not None
    gross = billing.gross_by_month(truth, Filters(clock=Clock.ENTERED), month.window.last)
    assert gross.parts[-1].amount == month.value and gross.parts[-1].immature
    assert not any(part.immature for part in gross.parts[:-1])


#: Entered with a lag of 0, 3, 4 and 40 days and one that cannot be; one line is worth nothing, one has no payer.
CHARGES: tuple[Row, ...] = (
    charge("1", "100", "10-05", billed="10-08", rendering_provider_name="TEST Amber"),
    charge("2", "0", "10-04", dos="10-01", billed="10-20", rendering_provider_name="TEST Amber"),
    charge("3", "50", "10-05", dos="10-01", rendering_provider_name="TEST Amber"),
    charge("4", "30", "11-10", dos="10-01", billed="11-10", rendering_provider_name="TEST Birch"),
    charge("5", "20", "11-02", dos="11-03", billed="11-01"),
    charge("6", "10", "11-03", charge_primary_payer_name=None),
)


def test_lines_are_late_after_the_chosen_days_and_one_of_nothing_counts_too(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    ledger.show("gross_billing", CHARGES, client=owner)
    for reader in readers(owner):
        by_month = {
            late: [
                (part.label, part.rows, part.amount, part.value, part.beside)
                for part in billing.late_by_month(reader, Filters(), late).parts
            ]
            for late in (2, 3, 40)
        }
        third = Decimal(1) / 3
        assert by_month[3] == [
            ("2026-10", 1, money("50"), third, "1 of 3"),
            ("2026-11", 1, money("30"), third, "1 of 3"),
        ]
        assert by_month[2][0] == ("2026-10", 2, money("50"), Decimal(2) / 3, "2 of 3")
        assert [line[1] for line in by_month[40]] == [0, 0]
        by_provider = billing.late_by(reader, Filters(), Dimension.PROVIDER, 3)
        assert [(part.label, part.beside) for part in by_provider.parts] == [
            ("TEST Birch", "1 of 1"),
            ("TEST Amber", "1 of 3"),
            ("No provider", "0 of 2"),
        ]
        assert_every_mark_opens_its_rows(reader, by_provider, Filters())


def test_lags_fall_into_buckets_and_a_wrong_date_stands_apart(ledger: Ledger, owner: str, readers: Readers) -> None:
    ledger.show("gross_billing", CHARGES, client=owner)
    for reader in readers(owner):
        entered, billed, not_yet = (
            figure(reader, Filters()) for figure in (lags.charge_lag, lags.billing_lag, lags.unbilled)
        )
        assert [(part.label, part.rows) for part in entered.parts] == [
            ("before day 0: a date is wrong", 1),
            ("0-5 days", 4),
            ("31-45 days", 1),
        ]
        # 0, 0, 3, 4 and 40 days.
        assert entered.note.startswith("Median 3 days, 90th percentile 25.6 days. 1 charge with a date")
        # The line without payer is no bill; the one that is not billed has no lag.
        assert [(part.label, part.rows) for part in billed.parts] == [
            ("before day 0: a date is wrong", 1),
            ("0-5 days", 2),
            ("15-21 days", 1),
        ]
        assert [(part.label, part.rows, part.amount) for part in not_yet.parts] == [("46-60 days", 1, money("50"))]
        assert not_yet.note == "1 charge, 46 days old at the median, 46 at most."
        for figure in (entered, billed, not_yet):
            assert_every_mark_opens_its_rows(reader, figure, Filters())


def test_what_is_unbilled_is_of_the_as_of_day_whichever_days_are_chosen(ledger: Ledger, owner: str) -> None:
    ledger.show("gross_billing", CHARGES, client=owner)
    reader = ViewReader(ledger.database, ledger.actor)
    november = Filters(first_day=day("11-01"), last_day=day("11-20"), clock=Clock.ENTERED)
    assert sum(part.rows for part in lags.charge_lag(reader, november).parts) == 3
    figure = lags.unbilled(reader, november)
    assert sum(part.rows for part in figure.parts) == 1
    assert_every_mark_opens_its_rows(reader, figure, november)


def test_many_providers_are_folded_and_the_rest_opens_with_its_own_shares(ledger: Ledger, owner: str) -> None:
    rows = [
        charge(
            f"{number}-{line}", "1", "10-20", dos="10-01" if line else "10-20", rendering_provider_name=f"P{number:02}"
        )
        for number in range(20)
        for line in range(2)
    ]
    ledger.show("gross_billing", rows, client=owner)
    reader = ViewReader(ledger.database, ledger.actor)
    figure = billing.late_by(reader, Filters(), Dimension.PROVIDER, 3)
    other = figure.parts[-1]
    assert (other.label, other.others, other.rows, other.beside) == ("other (9)", 9, 9, "9 of 18")
    assert_every_mark_opens_its_rows(reader, figure, Filters(), of=12)
    opened = billing.late_by(reader, Filters(), Dimension.PROVIDER, 3, within=Mark(values=other.mark.values))
    assert [part.beside for part in opened.parts] == ["1 of 2"] * 9
    assert_every_mark_opens_its_rows(reader, opened, Filters(), of=9)


def test_gross_charges_follow_the_clock_and_tell_what_has_no_day_on_it(ledger: Ledger, owner: str) -> None:
    ledger.show("gross_billing", CHARGES, client=owner)
    reader = ViewReader(ledger.database, ledger.actor)
    found = {
        clock: {part.label: part.amount for part in billing.gross_by_month(reader, Filters(clock=clock), AS_OF).parts}
        for clock in billing.CLOCKS
    }
    assert found[Clock.DOS] == {"2026-10": money("180"), "2026-11": money("30")}
    assert found[Clock.ENTERED] == {"2026-10": money("150"), "2026-11": money("60")}
    assert found[Clock.BILLED] == {"2026-10": money("100"), "2026-11": money("60")}
    note = billing.gross_by_month(reader, Filters(clock=Clock.BILLED), AS_OF).note
    assert note == "$50.00 without first bill date is not in it."


def _held(number: str, amount: str, reason: str, since: str | None, released: str | None = None) -> Row:
    return {
        "charge_id": number,
        "charge_amount": money(amount),
        "claim_status": "ON HOLD",
        "charge_set_to_status": reason,
        "charge_entered_date": day("11-01"),
        "charge_from_date": day("11-01"),
        "hold_start_date": day(since) if since else None,
        "hold_release_date": day(released) if released else None,
    }


def test_holds_are_those_that_still_stand(ledger: Ledger, owner: str, readers: Readers) -> None:
    rows = [
        _held("1", "10", "HOLD - CODING", "11-16"),
        _held("2", "20", "HOLD - CODING", "06-01"),
        _held("3", "40", "HOLD - ELIGIBILITY", None),
        _held("4", "80", "HOLD - ELIGIBILITY", "11-01", "11-05"),
    ]
    ledger.show("charges_on_hold", rows, client=owner)
    for reader in readers(owner):
        why = claims_under_way.holds(reader, Filters(), HoldSplit.REASON)
        assert [(part.label, part.amount) for part in why.parts] == [
            ("HOLD - ELIGIBILITY", money("40")),
            ("HOLD - CODING", money("30")),
        ]
        how_long = claims_under_way.hold_days(reader, Filters())
        assert [(part.label, part.amount) for part in how_long.parts] == [
            ("0-5 days", money("10")),
            ("15-21 days", money("40")),
            ("over 90 days", money("20")),
        ]
        assert how_long.note == "1 charge without a start of the hold: the days count from entry."
        for figure in (why, how_long):
            assert_every_mark_opens_its_rows(reader, figure, Filters())


def test_stages_stand_in_the_order_of_a_claims_way(ledger: Ledger, owner: str) -> None:
    statuses = ("PAID", "CLAIM AT INSURANCE", "ON HOLD", "SOMETHING NEW", "BALANCE DUE PATIENT")
    rows = [
        {"charge_id": str(number), "charge_amount": money("10"), "claim_status": status}
        for number, status in enumerate(statuses)
    ]
    ledger.show("claim_stage_breakdown", rows, client=owner)
    figure = claims_under_way.stages(ViewReader(ledger.database, ledger.actor), Filters())
    assert figure.labels == ("on hold", "at insurance", "due from patient", "paid", "other")
    assert figure.parts[0].beside == "20.0 % · 1 charge"


def test_payments_of_the_last_six_months_are_not_final_and_stray_ones_are_told(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    charges = [
        {"charge_id": str(number), "charge_amount": money("100"), "charge_from_date": day(dos)}
        for number, dos in enumerate(("03-10", "06-10", "11-10"))
    ]
    payments = [
        {"charge_id": "0", "payment_total_paid": money("70"), "charge_from_date": day("03-10")},
        {"charge_id": "0", "payment_total_paid": money("-10"), "charge_from_date": day("03-10")},
        {"charge_id": "1", "payment_total_paid": money("20"), "charge_from_date": day("06-10")},
        {"charge_id": None, "payment_total_paid": money("7.50"), "charge_from_date": None},
    ]
    ledger.show("rev_rec_charges", charges, client=owner)
    ledger.show("rev_rec_payments", payments, client=owner)
    for reader in readers(owner):
        figure = revenue.recognition(reader, Filters(), AS_OF)
        assert [(part.label, part.series, part.amount, part.immature) for part in figure.parts] == [
            ("2026-03", "Gross charges", money("100"), False),
            ("2026-06", "Gross charges", money("100"), False),
            ("2026-11", "Gross charges", money("100"), True),
            ("2026-03", "Paid", money("60"), False),
            ("2026-06", "Paid", money("20"), True),
        ]
        assert figure.parts[3].said == ("60.0 % of $100.00 charged",)
        assert figure.note == "$7.50 of payments stand on no charge and have no month."
        assert_every_mark_opens_its_rows(reader, figure, Filters())


def test_a_patient_day_rate_opens_its_charges_whatever_narrows_the_page_beside_it(
    ledger: Ledger, owner: str, readers: Readers
) -> None:
    row = {
        "facility_name": "TEST Lodge",
        "credit_payer_name": "TEST Payer",
        "charge_rev_code": "0126",
        "charge_patient_id": "1",
        "practice_name": "TEST North",
        "charge_amount": money("900"),
        "payment_allowed_amount": money("600"),
        "insurance_paid_amount": money("300"),
        "patient_paid_amount_w_copays": money("60"),
    }
    rows = [
        row | {"charge_id": "1", "charge_from_date": day("09-01"), "charge_to_date": day("09-03")},
        row
        | {"charge_id": "2", "charge_from_date": day("09-03"), "charge_to_date": day("09-03"), "charge_amount": None},
        row | {"charge_id": "3", "charge_from_date": day("07-31"), "charge_to_date": day("08-02")},
    ]
    ledger.show("pdr3_calculator", rows, client=owner)
    for reader in readers(owner):
        filters = Filters(chosen={Dimension.PRACTICE: ("TEST South",)}, first_day=day("11-01"), clock=Clock.DOS)
        found = revenue.patient_day_rates(reader, filters)
        (rate,) = found.rates
        # Two charges on three days of one patient: 720 ÷ 3 paid, 1,200 ÷ 3 allowed. July is not one of the months.
        assert (rate.patient_days, rate.paid_a_day, rate.allowed_a_day) == (3, money("240"), money("400"))
        assert found.figure.unheeded == ("practice",)
        assert_every_mark_opens_its_rows(reader, found.figure, revenue.rate_filters(filters))
        exported = read_rows(reader, revenue.rates_behind(filters), revenue.EXPORTED_RATES, sort="paid_per_patient_day")
        assert [(row["facility_name"], row["patient_days"]) for row in exported.records()] == [("TEST Lodge", 3)]
        other = replace(filters, chosen={Dimension.FACILITY: ("TEST Hall",)})
        assert revenue.patient_day_rates(reader, other).rates == ()

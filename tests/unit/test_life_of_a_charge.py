"""The life of a charge in the invented world, seen from any day, and the reports that tell of it."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from sandbox.collaboratemd import payload
from sandbox.collaboratemd.catalog import COLUMNS, REPORTS, saved_reports
from sandbox.collaboratemd.csv_text import join_rows, text_of, write_column, write_money
from sandbox.collaboratemd.filters import month_ends, name_month_end
from sandbox.collaboratemd.large import write_large_report
from sandbox.collaboratemd.pages import ReportOrder, write_pages
from sandbox.collaboratemd.totals import totals
from sandbox.world import World
from sandbox.world.days import NEVER, day_number
from sandbox.world.life import BUCKETS, ClaimStatus, LifeBatch, OfficeLife, Posting, Standing, history
from sandbox.world.life.patient_balance import SMALL_BALANCE_CENTS

TODAY = date(2026, 11, 20)
MONTH_END = date(2025, 9, 30)
LIFE = OfficeLife(world=World(), today=TODAY, claims=600)
WITH_WARDS = "10003001"
ACCOUNTS = ("10001001", WITH_WARDS, "10005001")


def order(report: str, *, account: str = WITH_WARDS, as_of: date = TODAY, extended: bool = True) -> ReportOrder:
    return ReportOrder(account=account, report=report, as_of=as_of, extended=extended)


def read(life: OfficeLife, asked: ReportOrder) -> list[list[str]]:
    """The rows of a report, read back from its CSV."""
    text = b"".join(
        text_of(join_rows([write_column(page[column.name], "parentheses") for column in asked.columns]))
        for page in write_pages(life, asked)
    )
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def cents(field: str) -> int:
    digits = int(re.sub(r"[^0-9]", "", field) or "0")
    return -digits if field.startswith("(") else digits


def standings(day: date) -> Iterator[Standing]:
    return (standing for account in ACCOUNTS for standing in LIFE.standings(account, day))


def postings() -> Iterator[Posting]:
    return (posting for account in ACCOUNTS for batch in LIFE.batches(account) for posting in batch.postings)


def test_same_seed_is_the_same_life_and_another_seed_is_not() -> None:
    again = OfficeLife(world=World(), today=TODAY, claims=600)
    other = OfficeLife(world=World(seed=8), today=TODAY, claims=600)
    asked = order("payment_trends")
    assert read(again, asked) == read(LIFE, asked) != read(other, asked)


def test_a_week_later_there_is_more_and_nothing_of_before_has_changed() -> None:
    later = replace(LIFE, today=TODAY + timedelta(days=7))
    for report in REPORTS:
        assert read(later, order(report)) == read(LIFE, order(report)), report
    assert len(read(later, order("gross_billing", as_of=later.today))) > len(read(LIFE, order("gross_billing")))


def test_nobody_can_look_into_the_future() -> None:
    with pytest.raises(ValueError, match="has not come yet"):
        read(LIFE, order("ar_aging", as_of=TODAY + timedelta(days=1)))


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2024, 2, 29), MONTH_END, TODAY])
def test_on_any_day_charge_is_paid_plus_adjusted_plus_balance_and_somebody_owes_it(day: date) -> None:
    for standing in standings(day):
        charge = np.where(standing.entered, standing.batch.claims.cents, 0)
        paid = standing.insurance_paid + standing.patient_paid
        adjusted = standing.insurance_adjusted + standing.patient_adjusted
        assert (charge == paid + adjusted + standing.balance).all()
        assert (standing.balance == sum(standing.owed[bucket] for bucket in BUCKETS)).all()


def hide(flags: np.ndarray, days: np.ndarray) -> np.ndarray:
    return np.where(flags, NEVER, days).astype(np.int32)


def forget_after(batch: LifeBatch, last: date) -> LifeBatch:
    """The batch without anything that happened after a day."""
    day = day_number(last)
    claims, payers, first = batch.claims, batch.payers, batch.payers.first
    gone = first.posted > day
    later = ("hold_start", "hold_release", "first_billed", "rejected", "billed_again")
    return LifeBatch(
        claims=replace(claims, **{name: hide(getattr(claims, name) > day, getattr(claims, name)) for name in later}),
        payers=replace(
            payers,
            first=replace(
                first,
                received=hide(gone, first.received),
                posted=hide(gone, first.posted),
                paid=np.where(gone, 0, first.paid),
                contractual=np.where(gone, 0, first.contractual),
                patient_share=np.where(gone, 0, first.patient_share),
                open_cents=np.where(gone, 0, first.open_cents),
                denied=first.denied & ~gone,
            ),
            denials=tuple(
                replace(
                    denials,
                    received=hide(denials.posted > day, denials.received),
                    posted=hide(denials.posted > day, denials.posted),
                )
                for denials in payers.denials
            ),
            appealed=hide(payers.appealed > day, payers.appealed),
            decided=hide(payers.decided > day, payers.decided),
            decision_posted=hide(payers.decision_posted > day, payers.decision_posted),
            overturned=payers.overturned & (payers.decided <= day),
            billed_again=hide(payers.billed_again > day, payers.billed_again),
            due=payers.due * 0,
            due_day=hide(payers.due_day > day, payers.due_day),
        ),
        statements=replace(
            batch.statements,
            first=hide(batch.statements.first > day, batch.statements.first),
            stopped=hide(batch.statements.stopped > day, batch.statements.stopped),
        ),
        postings=tuple(
            replace(
                posting,
                received=hide(posting.entered > day, posting.received),
                entered=hide(posting.entered > day, posting.entered),
                applied=hide(posting.applied > day, posting.applied),
                cents=np.where(posting.entered > day, 0, posting.cents),
                allowed=np.where(posting.entered > day, 0, posting.allowed),
            )
            for posting in batch.postings
        ),
    )


@pytest.mark.parametrize("report", REPORTS)
def test_nothing_that_happens_later_is_seen_on_an_earlier_day(report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = order(report, as_of=MONTH_END)
    seen = read(LIFE, asked)
    draw = OfficeLife.batches
    monkeypatch.setattr(
        OfficeLife,
        "batches",
        lambda life, account, **asked: (forget_after(batch, MONTH_END) for batch in draw(life, account, **asked)),
    )
    assert seen and read(LIFE, asked) == seen


def test_receivables_move_by_what_the_other_reports_say() -> None:
    def totals_on(day: date) -> dict[str, Decimal]:
        return (
            totals(LIFE, order("ar_aging", as_of=day)).money
            | totals(LIFE, order("gross_billing", as_of=day)).money
            | totals(LIFE, order("payment_trends", as_of=day, extended=False)).money
            | totals(LIFE, order("write_off_trends", as_of=day, extended=False)).money
            | {"charged": totals(LIFE, order("gross_billing", as_of=day)).money["charge_amount"]}
            | {"applied": totals(LIFE, order("payment_trends", as_of=day)).money["payment_total_applied"]}
        )

    before, after = totals_on(date(2026, 9, 30)), totals_on(date(2026, 10, 31))
    moved = {column: after[column] - before[column] for column in before}
    assert moved["charge_balance"] == moved["charged"] - moved["applied"] - moved["patient_total_credits"] != 0


def test_everything_that_can_become_of_a_charge_happens() -> None:
    by_kind = {
        (posting.kind, posting.bucket, posting.reason, posting.to) for posting in postings() if posting.exists.any()
    }
    assert {"contractual", "denial", "takeback", "small balance", "bad debt", "charity", "secondary"} <= {
        reason for _, _, reason, _ in by_kind
    }
    assert {("refund", "patient"), ("refund", "insurance"), ("payment", "collections"), ("payment", "other")} <= {
        (kind, bucket) for kind, bucket, _, _ in by_kind
    }
    assert any((posting.kind == "payment") and (posting.cents < 0).any() for posting in postings())
    assert any((posting.exists & (posting.applied >= NEVER)).any() for posting in postings())
    assert any((posting.exists & (posting.entered < posting.received)).any() for posting in postings())
    status = set()
    for standing in standings(TODAY):
        payers = standing.batch.payers
        status |= set(standing.status[standing.entered].tolist())
        assert (payers.overturned & (payers.appealed < NEVER)).any()
        assert (standing.balance < 0).any()
        assert (standing.batch.claims.first_billed[standing.batch.claims.insured] > standing.day).any()
    assert status >= set(ClaimStatus) - {ClaimStatus.APPROVED_FOR_HIGHER_PAYMENT}


def test_small_balances_are_small_and_bad_debts_come_from_collections() -> None:
    for posting in postings():
        if posting.reason == "small balance":
            assert posting.cents.max() <= SMALL_BALANCE_CENTS
        if posting.reason == "bad debt":
            assert posting.bucket == "collections"


def test_harbor_s_patients_are_those_that_tebra_knows() -> None:
    world = World()
    own = {practice.id for practice in world.customers[0].practices}
    patients = [patient for account in LIFE.clients[0].accounts for row in account.derive_patients() for patient in row]
    assert {patient.practice_id for patient in patients} == own
    assert all(patient == world.patient(patient.id) for patient in patients)


def test_five_clients_have_eight_digit_accounts_and_sequence_ids_of_their_own() -> None:
    clients = LIFE.clients
    accounts = [account.number for client in clients for account in client.accounts]
    assert len(clients) == 5 and len(set(accounts)) == len(accounts) == 7
    assert all(re.fullmatch(r"\d{8}", account) for account in accounts)
    ids = [(saved.report_seq, saved.filter_seq) for client in clients for saved in saved_reports(client, TODAY)]
    assert len(set(ids)) == len({filter_seq for _, filter_seq in ids}) == len(ids) == 5 * len(REPORTS) * (2 + 13)


def test_the_month_ends_are_the_thirteen_before_the_running_month_even_at_its_turns() -> None:
    assert month_ends(TODAY)[0] == date(2025, 10, 31) and month_ends(TODAY)[-1] == date(2026, 10, 31)
    assert month_ends(date(2026, 11, 30)) == month_ends(date(2026, 11, 1)) == month_ends(TODAY)
    assert month_ends(date(2026, 12, 1)) == (*month_ends(TODAY)[1:], date(2026, 11, 30))
    assert month_ends(date(2028, 3, 1))[-2:] == (date(2028, 1, 31), date(2028, 2, 29))
    assert [name_month_end(day) for day in month_ends(date(2027, 1, 31))[-2:]] == [
        "month_end_2026_11",
        "month_end_2026_12",
    ]


def test_a_month_end_keeps_its_filter_ids_while_it_is_there_and_no_other_gets_them() -> None:
    client = LIFE.clients[0]
    ids: dict[tuple[str, str], str] = {}
    for months in range(40):
        today = date(2026 + (9 + months) // 12, (9 + months) % 12 + 1, 15)
        for saved in saved_reports(client, today):
            assert ids.setdefault((saved.report, saved.filter), saved.filter_seq) == saved.filter_seq
    assert len(set(ids.values())) == len(ids) == len(REPORTS) * (2 + 13 + 39)


@pytest.mark.parametrize("today", [date(2026, 11, 30), date(2026, 12, 31), date(2028, 2, 29), date(2029, 1, 1)])
def test_when_the_month_or_year_turns_the_past_stays_as_it_was(today: date) -> None:
    at_first = replace(LIFE, today=today)
    next_day = replace(LIFE, today=today + timedelta(days=1))
    for report in REPORTS:
        asked = order(report, as_of=today)
        assert read(next_day, asked) == read(at_first, asked), report
        assert totals(next_day, replace(asked, as_of=next_day.today)).rows >= 0
    assert read(next_day, order("ar_aging")) == read(LIFE, order("ar_aging"))


def test_a_client_has_about_as_many_claims_as_asked_for() -> None:
    for client in LIFE.clients:
        claims = sum(len(batch.claims.id) for account in client.accounts for batch in LIFE.batches(account.number))
        assert claims == pytest.approx(LIFE.claims, rel=0.15)


def test_drawn_month_by_month_or_kept_whole_the_rows_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = order("payment_trends", as_of=MONTH_END)
    kept = read(LIFE, asked)
    monkeypatch.setattr(history, "_CLAIMS_TO_KEEP", 0)
    assert len(list(LIFE.batches(WITH_WARDS))) == history.MONTHS + 1  # November 2023 to November 2026
    assert read(LIFE, asked) == kept


@pytest.mark.parametrize("report", REPORTS)
def test_rows_add_up_to_the_control_totals_of_the_events(report: str) -> None:
    for account in ACCOUNTS:
        for asked in (
            order(report, account=account),
            order(report, account=account, as_of=MONTH_END, extended=False),
            replace(order(report, account=account), filter="last_90_days"),
        ):
            rows, expected = read(LIFE, asked), totals(LIFE, asked)
            assert len(rows) == expected.rows
            assert {len(row) for row in rows} <= {len(asked.columns)}
            sums = {
                column.name: sum(cents(row[place]) for row in rows)
                for place, column in enumerate(asked.columns)
                if column.kind == "money"
            }
            assert sums == expected.cents


def test_a_large_report_is_in_several_csvs_with_a_header_each_and_lacks_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payload, "_FULL_CSV", 4_000_000)
    written = write_large_report(tmp_path / "large.zip", lines=50_000, today=TODAY)
    assert written.rows == pytest.approx(50_000, rel=0.05)
    with zipfile.ZipFile(written.path) as archive:
        names = archive.namelist()
        texts = [archive.read(name).decode() for name in names]
    assert names == ["Gross Billing.csv", *(f"Gross Billing ({nth}).csv" for nth in range(2, len(names) + 1))]
    tables = [list(csv.DictReader(io.StringIO(text, newline=""))) for text in texts]
    assert len(tables) > 2 and all(tables)
    assert sum(len(table) for table in tables) == written.rows == written.add_up().rows
    charged = sum(cents(row["Charge Amount"]) for table in tables for row in table)
    assert charged == written.add_up().cents["charge_amount"]


def test_the_shorter_filter_shows_what_came_in_its_window() -> None:
    whole, recent = (
        totals(LIFE, replace(order("gross_billing"), filter=filter)).rows for filter in ("everything", "last_90_days")
    )
    assert 0 < recent < whole / 5


def test_labels_normalise_to_the_names_of_their_columns() -> None:
    for column in COLUMNS.values():
        words = re.sub(r"\s+", " ", re.sub(r"[^\w\s]", " ", column.label)).strip().lower()
        assert words.replace(" ", "_") == column.name.removesuffix("_1" if column.label in _TWICE else "")
    for report in REPORTS.values():
        others = [column.other for column in report.columns_with(extended=True) if column.label not in _TWICE]
        assert len(set(others)) == len(others), report.name


_TWICE = {COLUMNS[name].label for name in ("charge_primary_payer_name_1", "patient_total_credits_1")}


def test_money_dates_and_names_are_in_the_vendor_s_style() -> None:
    assert [write_money(amount, "parentheses") for amount in (0, 5, 123_450, -12_345)] == [
        *("$0.00", "$0.05", '"$1,234.50"'),
        "(123.45)",
    ]
    assert write_money(-123_450, "minus") == '"-$1,234.50"'
    asked = order("gross_billing")
    place = {column.name: nth for nth, column in enumerate(asked.columns)}
    for row in read(LIFE, asked):
        assert re.fullmatch(r"TEST, .+ \(\d{6}\)", row[place["patient_full_name"]])
        assert re.fullmatch(r"[1-9]\d?/[1-9]\d?/20\d\d", row[place["charge_from_date"]])
        assert re.fullmatch(r"\$[\d,]+\.\d\d", row[place["charge_amount"]])
    codes = {row[place["charge_rev_code"]] for row in read(LIFE, asked)}
    assert "0124" in codes and "" in codes

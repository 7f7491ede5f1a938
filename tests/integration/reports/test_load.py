"""A report that came is read, checked and shown; an odd one waits for a person, and readers keep what they had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest

from jobs.office import Office
from lib.core.actor import Actor, ActorKind
from lib.core.errors import Conflict, NotFound, Stopped
from lib.core.notify.channels import latest_notices
from lib.core.notify.events import Event
from lib.reports.catalog import catalog, report_named
from lib.reports.loading.load import load_report
from lib.reports.loading.load_outcome import MOST_REJECTS
from lib.reports.loading.packages import list_packages, rejects_of
from lib.reports.model import PackageState, RequestState
from lib.reports.reading.headers import normalise_header
from tests.integration.reports.built import built, total_of
from tests.integration.reports.desk import TODAY, Desk, Seen, billing, open_desk, us
from tests.unit.reports.payload_files import HEADER, csv_text, zipped

JULY = [date(2026, 7, day) for day in range(1, 32)]
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return open_desk(office, tmp_path)


def test_a_report_is_loaded_and_seen(desk: Desk) -> None:
    request = desk.request(billing(JULY))
    package = desk.load_request(request)
    assert (package.state, package.shown, package.findings) == (PackageState.PUBLISHED, True, ())
    assert (package.rows_read, package.rows_loaded, package.rows_rejected) == (31, 31, 0)
    assert package.totals == {"charge_amount": Decimal("3100.00")}
    assert package.days == (JULY[0], JULY[-1])
    assert (package.raw_sha256, package.identifier) == (request.raw_sha256, request.identifier)
    assert desk.seen() == Seen(rows=31, total=Decimal("3100.00"))
    after = desk.request_record(request.id)
    assert (after.state, after.package_id, after.error) == (RequestState.LOADED, package.id, None)
    assert desk.ask("SELECT action FROM ops.audit_events WHERE record = %s", f"package:{package.id}") == [
        ("reports:package:load:published",)
    ]
    assert desk.load_request(request) == package


def test_every_report_of_the_catalog_is_seen_with_all_its_columns_and_sums(desk: Desk) -> None:
    for report in catalog().values():
        package = desk.load(built(report, 9), report=report.name)
        assert (package.state, package.findings) == (PackageState.PUBLISHED, ()), report.name
        assert package.differences == {"new": [], "missing": [], "retyped": [], "rejected": {}}, report.name
        assert package.totals == total_of(report, 9)
        money = report.money_columns[0] if report.money_columns else "0::numeric"
        assert desk.seen(report.name, money) == Seen(rows=9, total=total_of(report, 9).get(money, Decimal(0)))
        every = " AND ".join(f"{column.name} IS NOT NULL" for column in report.columns)
        assert desk.ask(f"SELECT count(*) FROM reporting.{report.name}_rows WHERE {every}") == [(9,)], report.name


@pytest.mark.parametrize("name", catalog())
def test_columns_may_change_places_and_go_and_come(desk: Desk, name: str) -> None:
    report = report_named(name)
    assert desk.load(built(report, 9), report=name, as_of=YESTERDAY).state is PackageState.PUBLISHED
    fewer = tuple(column for column in reversed(report.columns) if column.required or column.filled)
    package = desk.load(built(report, 9, columns=fewer), report=name)
    assert package.state is PackageState.PUBLISHED, package.findings
    all_fields, fewer_fields = (set(normalise_header(c.label for c in chosen)) for chosen in (report.columns, fewer))
    assert set(package.differences["missing"]) == all_fields - fewer_fields != set()
    assert desk.seen(name, "1").rows == 9
    again = desk.load(built(report, 9), report=name)
    assert set(again.differences["new"]) == set(package.differences["missing"])


def test_a_clients_own_labels_feed_the_columns_they_are_mapped_to(desk: Desk) -> None:
    theirs = ("Line No.", "DOS", "Keyed", "Billed $", "Site", "Colour")
    rows = [("1", us(JULY[0]), us(JULY[1]), "12.50", "TEST Site", "red")]
    labels = {
        "Line No.": "charge_id",
        "dos": "charge_from_date",
        "Keyed": "charge_entered_date",
        "Billed $": "charge_amount",
        "Site": "facility_name",
    }
    package = desk.load(zipped(csv_text(rows, theirs)), labels=labels)
    assert package.state is PackageState.PUBLISHED
    assert package.labels == theirs
    assert desk.ask("SELECT facility_name, charge_entered_date, extras FROM reporting.gross_billing_rows") == [
        ("TEST Site", JULY[1], {"colour": "red"})
    ]


def test_a_window_replaces_its_own_days_and_leaves_the_others(desk: Desk) -> None:
    desk.load(billing(JULY, amount="1.00"), as_of=YESTERDAY)
    desk.load(billing(JULY[20:] + [date(2026, 8, 1)] * 9, first_id=9000, amount="5.00"))
    assert desk.seen() == Seen(rows=20 + 11 + 9, total=Decimal(20 * 1 + 20 * 5))
    assert desk.seen(as_of=YESTERDAY) == Seen(rows=31, total=Decimal(31))
    assert desk.seen(as_of=YESTERDAY - timedelta(days=1)).rows == 0


def test_an_older_day_that_is_loaded_later_shows_only_where_nothing_newer_speaks(desk: Desk) -> None:
    desk.load(billing(JULY[10:20], amount="5.00"))
    desk.load(billing(JULY[:15], first_id=9000, amount="1.00"), as_of=date(2026, 10, 31))
    assert desk.seen() == Seen(rows=20, total=Decimal(10 * 5 + 10 * 1))
    assert desk.seen(as_of=date(2026, 10, 31)) == Seen(rows=15, total=Decimal(15))


def test_rows_without_a_window_date_belong_to_the_newest_package(desk: Desk) -> None:
    header = ("Practice Name", "Charge Amount", "Payment Entered", "Payment Total Paid")
    dated = [("TEST", "1.00", us(day), "1.00") for day in JULY]
    undated = [("TEST", "1.00", "", "0.50")] * 2

    def load(rows: Sequence[tuple[str, ...]], as_of: date) -> None:
        package = desk.load(zipped(csv_text(rows, header)), report="quadrant_performance", as_of=as_of)
        assert package.state is PackageState.PUBLISHED and package.undated is bool(undated[0] in rows)

    load(dated + undated, date(2026, 9, 1))
    load(dated[10:] + undated[:1], date(2026, 9, 2))
    load(dated[5:], date(2026, 9, 3))
    paid = {
        day: desk.seen("quadrant_performance", "payment_total_paid", as_of=date(2026, 9, day)).total
        for day in (1, 2, 3)
    }
    assert paid == {1: Decimal("32.00"), 2: Decimal("31.50"), 3: Decimal("31.00")}


def test_a_report_of_the_whole_replaces_the_whole_and_each_account_is_its_own(desk: Desk) -> None:
    report = report_named("ar_aging")
    desk.load(built(report, 9), report="ar_aging", as_of=YESTERDAY)
    desk.load(built(report, 4), report="ar_aging", account="10001002")
    desk.load(built(report, 8), report="ar_aging")
    assert desk.seen("ar_aging", "charge_balance", customer_account="10001001").rows == 8
    assert desk.seen("ar_aging", "charge_balance", customer_account="10001002").rows == 4
    assert desk.seen("ar_aging", "charge_balance", as_of=YESTERDAY) == Seen(
        rows=9, total=total_of(report, 9)["charge_balance"]
    )


def test_a_report_of_half_the_usual_size_is_held_and_yesterdays_rows_stay(desk: Desk) -> None:
    desk.load(billing(JULY), as_of=YESTERDAY)
    request = desk.request(billing(JULY[:15]))
    package = desk.load_request(request)
    sentence = "15 rows, where this client's report usually has about 31."
    assert (package.state, package.shown, package.findings) == (PackageState.HELD, False, (sentence,))
    assert desk.seen().rows == 31
    after = desk.request_record(request.id)
    assert (after.state, after.error, after.package_id) == (RequestState.HELD, sentence, package.id)
    (told,) = latest_notices(desk.office.database, desk.office.actor)
    assert told.event is Event.PACKAGE_HELD and told.link == f"/reports?package={package.id}"


def test_the_size_of_a_past_month_is_not_measured_by_later_ones(desk: Desk) -> None:
    desk.load(billing(JULY))
    desk.load(billing(JULY, first_id=7000), as_of=date(2026, 8, 31), account="10001002")
    assert desk.load(billing(JULY[:12]), as_of=date(2026, 1, 31)).state is PackageState.PUBLISHED
    assert desk.load(billing(JULY[:12]), account="10001002").state is PackageState.HELD


def test_no_records_empties_a_small_report_and_is_held_for_a_large_one(desk: Desk) -> None:
    first = desk.load(None, report="ar_aging", as_of=YESTERDAY)
    assert (first.state, first.rows_read, first.raw_path) == (PackageState.PUBLISHED, 0, None)
    assert desk.load(built(report_named("ar_aging"), 45), report="ar_aging").differences["new"] == []
    held = desk.load(None, report="ar_aging", as_of=TODAY + timedelta(days=1))
    assert (held.state, held.findings) == (
        PackageState.HELD,
        ("0 rows, where this client's report usually has about 22.",),
    )
    assert desk.seen("ar_aging", "charge_balance").rows == 45


def test_rejected_rows_are_kept_with_their_reason_and_a_few_do_no_harm(desk: Desk) -> None:
    rows = [(str(number), us(JULY[0]), us(JULY[1]), "1.00", "TEST") for number in range(40)]
    package = desk.load(zipped(csv_text([*rows, ("bad", "x", us(JULY[1]), "1.00", "TEST")])))
    assert (package.state, package.rows_read, package.rows_rejected) == (PackageState.PUBLISHED, 41, 1)
    assert package.differences["rejected"] == {"charge_from_date is not a date": 1}
    office = desk.office
    [reject] = rejects_of(office.database, office.actor, package.id)
    assert (reject.row, reject.reason) == (42, "charge_from_date is not a date")
    assert reject.text == "bad,x,7/2/2026,1.00,TEST"
    assert rejects_of(office.database, office.actor, package.id, skip=1) == []


def test_ten_thousand_rejected_rows_are_kept_and_all_are_counted(desk: Desk) -> None:
    package = desk.load(zipped(csv_text([("1", "x", "y", "z", "TEST")] * (MOST_REJECTS + 7)), method=0))
    assert (package.state, package.rows_rejected) == (PackageState.FAILED, MOST_REJECTS + 7)
    assert package.findings[-1] == "The first 10,000 of 10,007 rejected rows are kept."
    assert desk.ask("SELECT count(*), max(row_number) FROM warehouse.package_rejects") == [(10_000, 10_001)]


def test_progress_is_told_and_a_load_that_is_stopped_leaves_nothing(desk: Desk) -> None:
    days = [JULY[number % 31] for number in range(70_000)]
    request = desk.request(billing(days))
    told: list[int] = []
    with pytest.raises(Stopped):
        desk.load_request(request, progress=told.append, should_stop=lambda: bool(told))
    assert len(told) == 1 and 0 < told[0] < 70_000
    assert desk.seen().rows == 0
    assert desk.ask("SELECT count(*) FROM warehouse.gross_billing") == [(0,)]
    assert desk.request_record(request.id).state is RequestState.READY
    assert desk.load_request(request, progress=told.append).rows_loaded == told[-1] == 70_000
    assert len(list_packages(desk.office.database, desk.office.actor)) == 1


def test_a_request_that_nobody_has_fetched_is_refused(desk: Desk) -> None:
    request = desk.request(billing(JULY))
    with desk.session() as session, session.raw.cursor() as cursor:
        cursor.execute("UPDATE warehouse.account_reports SET state = 'building'")
    with pytest.raises(Conflict, match="is building: there is nothing to load yet"):
        desk.load_request(request)


def test_an_actor_of_another_client_can_neither_load_nor_see(desk: Desk, tmp_path: Path) -> None:
    office = desk.office
    request = desk.request(billing(JULY))
    other = open_desk(office, tmp_path, "Other client")
    stranger = Actor(kind=ActorKind.PERSON, name="stranger", clients=frozenset({other.client.id}))
    with pytest.raises(NotFound):
        load_report(office.database, office.settings, stranger, request, labels={})
    package = desk.load_request(request)
    assert list_packages(office.database, stranger) == []
    with office.database.session(stranger) as session, session.raw.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reporting.gross_billing_rows")
        assert cursor.fetchone() == (0,)
    own = Actor(kind=ActorKind.PERSON, name="own", clients=frozenset({desk.client.id}))
    assert list_packages(office.database, own) == [package]


@pytest.mark.parametrize(
    "statement", ["SELECT 1 FROM", "DELETE FROM", "UPDATE", "TRUNCATE"], ids=["read", "delete", "change", "empty"]
)
def test_the_rows_behind_the_scope_can_only_be_added_to(desk: Desk, statement: str) -> None:
    desk.load(billing(JULY))
    what = "intake.gross_billing" + (" SET charge_amount = 0" if statement == "UPDATE" else "")
    with pytest.raises(psycopg2.Error, match="permission denied"):
        desk.ask(f"{statement} {what}")


def test_the_house_loads_for_an_actor_of_one_client(desk: Desk) -> None:
    own = Actor(kind=ActorKind.PERSON, name="own", clients=frozenset({desk.client.id}))
    package = load_report(desk.office.database, desk.office.settings, own, desk.request(billing(JULY)), labels={})
    assert (package.state, desk.seen().rows) == (PackageState.PUBLISHED, 31)
    assert HEADER[0] in package.labels

"""What people do with packages: publish or throw away a held one, look at what came, and let time take the old ones."""

from __future__ import annotations

import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from jobs.office import Office
from lib.core.actor import Actor, ActorKind
from lib.core.errors import BadInput, Conflict, NotFound, Stopped
from lib.reports.loading.packages import (
    discard_package,
    get_package,
    list_packages,
    package_as_of,
    publish_package,
    raw_csv,
)
from lib.reports.loading.publish import lock_cell, show_published
from lib.reports.loading.raw_files import RawFiles
from lib.reports.loading.retention import expire_packages, kept_days
from lib.reports.model import Package, PackageState, RequestState
from tests.integration.reports.desk import TODAY, Desk, Seen, billing, open_desk
from tests.unit.reports.payload_files import HEADER, csv_text, zipped

DAY = timedelta(days=1)
MAY = [date(2026, 5, day) for day in range(1, 31)]
LAPSE = timedelta(days=36)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return open_desk(office, tmp_path)


@pytest.fixture
def held(desk: Desk) -> Package:
    """A package of 3 rows that is held, where readers see 30."""
    desk.load(billing(MAY, amount="1.00"), as_of=TODAY - DAY)
    package = desk.load(billing(MAY[:3], amount="7.00"))
    assert package.state is PackageState.HELD
    return package


def act(desk: Desk, package: Package, verb: str, reason: str = "The office was closed.") -> Package:
    decide = publish_package if verb == "publish" else discard_package
    return decide(desk.office.database, desk.office.actor, package.id, reason)


def test_a_held_package_is_published_by_a_person_with_a_reason(desk: Desk, held: Package) -> None:
    package = act(desk, held, "publish", "  The office\nwas closed. ")
    assert (package.state, package.shown, package.reason) == (PackageState.PUBLISHED, True, "The office was closed.")
    assert package.decided_by == desk.office.actor.label and package.published_at is not None
    assert desk.seen() == Seen(rows=30, total=Decimal(3 * 7 + 27 * 1))
    assert held.request_id is not None
    assert desk.request_record(held.request_id).state is RequestState.LOADED
    [event] = desk.ask(
        "SELECT actor, detail FROM ops.audit_events WHERE action = 'reports:package:publish:done' AND record = %s",
        f"package:{package.id}",
    )
    assert (event.actor, event.detail) == (desk.office.actor.label, {"reason": "The office was closed."})


def test_a_held_package_is_thrown_away_with_its_rows(desk: Desk, held: Package) -> None:
    package = act(desk, held, "discard")
    assert (package.state, package.shown) == (PackageState.DISCARDED, False)
    assert desk.ask("SELECT count(*) FROM warehouse.gross_billing WHERE package_id = %s", held.id) == [(0,)]
    assert desk.seen() == Seen(rows=30, total=Decimal(30))
    assert held.request_id is not None
    request = desk.request_record(held.request_id)
    assert (request.state, request.error) == (RequestState.FAILED, "Its package was thrown away.")
    with raw_csv(desk.office.database, desk.office.settings, desk.office.actor, package.id) as path:
        assert path.exists()


@pytest.mark.parametrize("first", ["publish", "discard"])
@pytest.mark.parametrize("second", ["publish", "discard"])
def test_a_package_is_decided_about_once(desk: Desk, held: Package, first: str, second: str) -> None:
    after = act(desk, held, first)
    with pytest.raises(Conflict, match="only a held one can be published or thrown away"):
        act(desk, held, second)
    assert get_package(desk.office.database, desk.office.actor, held.id) == after


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1_001])
def test_a_decision_needs_a_reason(desk: Desk, held: Package, reason: str) -> None:
    with pytest.raises(BadInput, match="needs a reason"):
        act(desk, held, "publish", reason)
    assert get_package(desk.office.database, desk.office.actor, held.id) == held


@pytest.mark.parametrize("package_id", ["999999", "0", "9" * 19, "", "x", "١"])
def test_what_is_no_package_is_said_to_be_none(desk: Desk, package_id: str) -> None:
    with pytest.raises(NotFound, match="There is no package"):
        publish_package(desk.office.database, desk.office.actor, package_id, "why")


def test_nobody_decides_about_another_clients_package(desk: Desk, held: Package, tmp_path: Path) -> None:
    other = open_desk(desk.office, tmp_path, "Other client")
    stranger = Actor(kind=ActorKind.PERSON, name="stranger", clients=frozenset({other.client.id}))
    for decide in (publish_package, discard_package):
        with pytest.raises(NotFound):
            decide(desk.office.database, stranger, held.id, "mine")


def test_packages_are_listed_newest_first_by_cell_and_state(desk: Desk, held: Package) -> None:
    office = desk.office

    def ids(**wanted: Any) -> list[str]:
        return [package.id for package in list_packages(office.database, office.actor, **wanted)]

    assert ids() == ids(client_id=desk.client.id, report="gross_billing", cells=[held.cell])
    assert ids() == [held.id, str(int(held.id) - 1)]
    assert ids(state=PackageState.HELD) == ids(most=1) == [held.id]
    assert ids(report="ar_aging") == ids(cells=[desk.cell(account="10001002")]) == ids(cells=[]) == []


def test_the_older_packages_of_a_cell_are_found_behind_newer_ones_of_another(desk: Desk) -> None:
    office = desk.office
    old = desk.load(None, report="rcm_productivity")
    desk.load(None, report="ar_aging")
    assert list_packages(office.database, office.actor, cells=[old.cell, desk.cell()], most=1) == [old]


def test_a_package_that_was_replaced_on_its_own_day_stays_for_its_days(desk: Desk) -> None:
    office = desk.office
    first, second = (desk.load(billing(MAY, first_id=nth)) for nth in (1, 2))
    assert not get_package(office.database, office.actor, first.id).shown
    assert expire_packages(office.database, office.settings, office.actor, TODAY + 34 * DAY) == []
    assert expire_packages(office.database, office.settings, office.actor, TODAY + 35 * DAY) == [first.id]
    assert get_package(office.database, office.actor, second.id).shown


def test_the_raw_file_is_given_as_it_came_and_the_look_is_audited(desk: Desk) -> None:
    content = billing(MAY)
    package = desk.load(content)
    office = desk.office
    with raw_csv(office.database, office.settings, office.actor, package.id) as path:
        assert path.read_bytes() == content and zipfile.is_zipfile(path)
    assert not path.exists()
    assert len(desk.ask("SELECT FROM ops.audit_events WHERE action = 'reports:package:download:done'")) == 1


def test_the_package_of_a_day_of_knowledge_is_found(desk: Desk) -> None:
    first, second = desk.load(billing(MAY), as_of=TODAY - 9 * DAY), desk.load(billing(MAY), as_of=TODAY - 5 * DAY)

    def found(day: date) -> str | None:
        package = package_as_of(desk.office.database, desk.office.actor, desk.cell(), day)
        return package.id if package else None

    assert [found(TODAY - days * DAY) for days in (10, 9, 6, 5, 0)] == [None, first.id, first.id, second.id, second.id]


def test_kept_days_are_the_last_35_and_every_month_end() -> None:
    days = set(kept_days(date(2025, 12, 31), date(2026, 3, 1)))
    assert {date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1)} <= days
    assert date(2026, 1, 26) in days and date(2026, 1, 25) not in days
    assert date(2024, 2, 29) in set(kept_days(date(2024, 2, 3), date(2026, 3, 1)))


def load_many_days(desk: Desk, first: date, count: int) -> dict[date, str]:
    """A package every third day of a window of ten days that ends on it."""
    ids = {}
    for number in range(count):
        day = first + number * 3 * DAY
        window = [day - back * DAY for back in range(10)]
        ids[day] = desk.load(billing(window, first_id=1000 * number, amount=f"{number + 1}.00"), as_of=day).id
    return ids


def test_old_packages_go_and_kept_days_answer_as_before(desk: Desk) -> None:
    office = desk.office
    first = TODAY - 100 * DAY
    load_many_days(desk, first, 34)
    whole = {
        first + days * 9 * DAY: desk.load(None, report="ar_aging", as_of=first + days * 9 * DAY) for days in range(11)
    }
    kept = sorted(set(kept_days(first, TODAY)))
    before = {day: desk.seen(as_of=day) for day in kept} | {None: desk.seen()}
    listed = {day: package_as_of(office.database, office.actor, desk.cell("ar_aging"), day) for day in kept}
    rows = desk.ask("SELECT count(*) FROM warehouse.gross_billing")[0].count

    expired = expire_packages(office.database, office.settings, office.actor, TODAY)

    assert {day: desk.seen(as_of=day) for day in kept} | {None: desk.seen()} == before
    for day, package in listed.items():
        assert package is None or package.id not in expired, day
    gone = [package_id for package_id in expired if package_id not in {package.id for package in whole.values()}]
    assert expired and len(gone) < len(expired)
    assert expire_packages(office.database, office.settings, office.actor, TODAY) == []
    for package_id in expired:
        package = get_package(office.database, office.actor, package_id)
        assert (package.state, package.raw_path, package.shown) == (PackageState.EXPIRED, None, False)
    left = desk.ask("SELECT count(*) FROM warehouse.gross_billing")[0].count
    assert left == rows - 10 * len(gone)
    sealed = len(list((office.settings.home / "raw").rglob("*.sealed")))
    assert sealed == 34 - len(gone)


def test_a_window_that_still_speaks_for_an_old_day_is_kept_for_ever(desk: Desk) -> None:
    old = desk.load(billing(MAY), as_of=date(2026, 5, 31))
    new = desk.load(billing([TODAY] * 20, first_id=9000), as_of=TODAY - DAY)
    assert new.shown
    expire_packages(desk.office.database, desk.office.settings, desk.office.actor, TODAY)
    assert get_package(desk.office.database, desk.office.actor, old.id).shown
    assert desk.seen().rows == 50


def test_a_held_package_that_nobody_decides_about_expires(desk: Desk, held: Package) -> None:
    office = desk.office
    real_today = datetime.now(UTC).date()
    assert held.id not in expire_packages(office.database, office.settings, office.actor, real_today)
    assert held.id in expire_packages(office.database, office.settings, office.actor, real_today + LAPSE)
    assert desk.seen() == Seen(rows=30, total=Decimal(30))
    assert desk.ask("SELECT count(*) FROM warehouse.gross_billing WHERE package_id = %s", held.id) == [(0,)]
    assert held.request_id is not None
    request = desk.request_record(held.request_id)
    assert request.state is RequestState.FAILED and "nobody decided" in (request.error or "")


def test_a_held_package_that_is_published_while_it_expires_stays(desk: Desk, held: Package) -> None:
    """The clean-up has listed it as held and waits for the cell that somebody publishes it in."""
    office = desk.office
    later = datetime.now(UTC).date() + LAPSE
    with ThreadPoolExecutor() as pool:
        with desk.session() as deciding:
            lock_cell(deciding, held.cell)
            cleaning = pool.submit(expire_packages, office.database, office.settings, office.actor, later)
            while not desk.ask("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
                assert not cleaning.done()
            with deciding.raw.cursor() as cursor:
                cursor.execute("UPDATE warehouse.packages SET state = 'published' WHERE id = %s", (held.id,))
            show_published(deciding, held.cell)
        assert held.id not in cleaning.result()
    assert get_package(office.database, office.actor, held.id).shown
    assert desk.seen() == Seen(rows=30, total=Decimal(3 * 7 + 27 * 1))


def test_the_file_of_a_request_that_was_closed_before_its_load_goes_after_its_days(desk: Desk) -> None:
    office = desk.office
    request = desk.request(billing(MAY))
    assert request.raw_path is not None
    desk.ask("UPDATE warehouse.account_reports SET state = 'cancelled' WHERE id = %s RETURNING id", request.id)
    real_today = datetime.now(UTC).date()
    for day, there in ((real_today, True), (real_today + LAPSE, False)):
        expire_packages(office.database, office.settings, office.actor, day)
        assert RawFiles(office.settings).exists(request.raw_path) is there
    assert desk.request_record(request.id).raw_path is None


def test_the_raw_file_of_a_failed_package_goes_after_its_days(desk: Desk) -> None:
    office = desk.office
    failed = desk.load(b"no ZIP")
    real_today = datetime.now(UTC).date()
    for day, there in ((real_today, True), (real_today + LAPSE, False)):
        expire_packages(office.database, office.settings, office.actor, day)
        package = get_package(office.database, office.actor, failed.id)
        assert (package.state, package.raw_path is not None) == (PackageState.FAILED, there)
    look = raw_csv(office.database, office.settings, office.actor, failed.id)
    with pytest.raises(NotFound, match="has no raw file"), look:
        pass


def test_a_package_that_was_never_loaded_to_its_end_is_given_up_unless_it_can_still_be_loaded(desk: Desk) -> None:
    office = desk.office
    for _ in range(2):
        with pytest.raises(Stopped):
            desk.load(billing(MAY), should_stop=lambda: True)
    stopped = list_packages(office.database, office.actor)
    desk.ask(
        "UPDATE warehouse.account_reports SET state = 'cancelled' WHERE id = %s RETURNING id", stopped[0].request_id
    )
    expire_packages(office.database, office.settings, office.actor, datetime.now(UTC).date() + LAPSE)
    after = [get_package(office.database, office.actor, package.id) for package in stopped]
    assert [package.state for package in after] == [PackageState.FAILED, PackageState.LOADING]
    assert after[0].findings == ("It was never loaded to its end.",)


def test_the_audit_of_a_load_that_failed_counts_no_rows(desk: Desk) -> None:
    rows = [(str(nth), "5/1/2026", "5/1/2026", "1.00" if nth < 4 else "much", "TEST Practice") for nth in range(10)]
    package = desk.load(zipped(csv_text(rows, HEADER)))
    assert (package.state, package.rows_rejected, package.rows_loaded) == (PackageState.FAILED, 6, 0)
    [event] = desk.ask("SELECT detail FROM ops.audit_events WHERE action = 'reports:package:load:failed'")
    assert event.detail["rows"] == 0


def test_an_expiry_that_was_killed_is_finished_by_the_next(desk: Desk) -> None:
    office = desk.office
    package = desk.load(billing(MAY))
    with desk.session() as session, session.raw.cursor() as cursor:
        cursor.execute("DELETE FROM warehouse.shown_packages")
        cursor.execute("UPDATE warehouse.packages SET state = 'expired'")
    assert expire_packages(office.database, office.settings, office.actor, TODAY) == []
    assert desk.ask("SELECT count(*) FROM warehouse.gross_billing") == [(0,)]
    assert get_package(office.database, office.actor, package.id).raw_path is None
    assert list((office.settings.home / "raw").rglob("*.sealed")) == []

"""Whatever happens to a load on its way, readers see the old rows or the new, and the next load finishes it."""

from __future__ import annotations

import contextlib
import errno
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest

from jobs.office import Office
from lib.core.actor import shell_user
from lib.core.database import DatabaseUnavailable, open_database
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import ROOT, Settings, read_settings
from lib.reports.loading.packages import list_packages
from lib.reports.loading.typed_tables import LoadBrokenOff
from lib.reports.model import PackageState, RequestState
from tests.conftest import FAST_SERVER, KEY
from tests.integration.reports.desk import TODAY, Desk, Seen, billing, open_desk

JULY = [date(2026, 7, day) for day in range(1, 32)]
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    return open_desk(office, tmp_path)


def states(desk: Desk) -> list[PackageState]:
    return [package.state for package in list_packages(desk.office.database, desk.office.actor)]


@pytest.mark.parametrize("at", ["copy", "checks", "publish", "after"])
def test_a_load_that_is_killed_is_finished_by_the_next(
    desk: Desk, environment: dict[str, str], settings: Settings, at: str
) -> None:
    desk.load(billing(JULY, amount="1.00"), as_of=YESTERDAY)
    request = desk.request(billing(JULY, first_id=9000, amount="2.00"))
    command = [sys.executable, "-m", "tests.integration.reports.dying", request.id, at]
    died = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert died.returncode == -9, died.stderr
    if at == "after":
        assert desk.seen().total == Decimal(62)
    else:
        assert desk.seen() == Seen(rows=31, total=Decimal(31))
        assert states(desk) == [PackageState.LOADING, PackageState.PUBLISHED]
    package = desk.load_request(request)
    assert desk.seen() == Seen(rows=31, total=Decimal(62))
    assert states(desk) == [PackageState.PUBLISHED, PackageState.PUBLISHED] and package.shown
    assert desk.ask("SELECT count(*) FROM warehouse.gross_billing") == [(62,)]
    assert desk.request_record(request.id).state is RequestState.LOADED
    assert list((settings.home / "raw" / "open").iterdir()) == []


def test_readers_never_see_no_rows_or_twice_the_rows_while_packages_are_published(desk: Desk) -> None:
    days = JULY * 100
    desk.load(billing(days, amount="1.00"), as_of=YESTERDAY)
    seen: list[tuple[int, Decimal]] = []
    over = threading.Event()

    def poll() -> None:
        with contextlib.closing(psycopg2.connect(desk.office.database.url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SET daysheet.clients = '*'")
                while not over.wait(0.002):
                    cursor.execute("SELECT count(*), sum(charge_amount) FROM reporting.gross_billing_rows")
                    seen.append(cursor.fetchone())

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(poll)
        try:
            for number in range(2, 12):
                desk.load(billing(days, first_id=10_000 * number, amount=f"{number}.00"))
                looked = len(seen)
                # Two more looks: the second has begun after the load had ended.
                while len(seen) < looked + 2 and reader.running():
                    time.sleep(0.001)
        finally:
            over.set()
        reader.result()
    assert {rows for rows, _ in seen} == {3100}
    totals = [total for _, total in seen]
    assert totals == sorted(totals)
    assert set(totals) - {Decimal(3100)} == {Decimal(3100 * number) for number in range(2, 12)}


def test_two_loads_of_one_request_make_one_package(desk: Desk, settings: Settings) -> None:
    request = desk.request(billing([JULY[number % 31] for number in range(40_000)]))
    both = threading.Barrier(2)

    def load() -> str:
        database = open_database(settings)
        try:
            own = Desk(Office(settings=settings, database=database, actor=shell_user("t")), desk.client, Path())
            both.wait()
            return own.load_request(request).id
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        ids = [future.result() for future in [pool.submit(load), pool.submit(load)]]
    assert ids[0] == ids[1]
    assert states(desk) == [PackageState.PUBLISHED]
    assert desk.ask("SELECT count(*) FROM warehouse.gross_billing") == [(40_000,)]


def test_loads_of_one_cell_at_once_leave_one_timeline(desk: Desk) -> None:
    requests = [desk.request(billing(JULY, first_id=1000 * n, amount=f"{n}.00")) for n in range(1, 5)]
    with ThreadPoolExecutor(4) as pool:
        packages = list(pool.map(desk.load_request, requests))
    last = max(packages, key=lambda package: int(package.id))
    assert desk.seen() == Seen(rows=31, total=last.totals["charge_amount"])


def test_a_report_whose_file_was_lost_or_exchanged_fails_and_says_so(desk: Desk, settings: Settings) -> None:
    desk.load(billing(JULY), as_of=YESTERDAY)
    lost, exchanged = desk.request(billing(JULY)), desk.request(billing(JULY))
    folder = settings.home / "raw"
    (folder / (lost.raw_path or "")).replace(folder / (exchanged.raw_path or ""))
    for request, sentence in (
        (lost, "The raw file of this report is gone."),
        (exchanged, "A kept file was cut off, changed, or put in the place of another."),
    ):
        package = desk.load_request(request)
        assert (package.state, package.findings) == (PackageState.FAILED, (sentence,))
    assert desk.seen().rows == 31


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_of_ours_leaves_the_request_to_be_loaded_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    request = desk.request(billing(JULY))

    def full(*_: object, **__: object) -> None:
        raise OSError(number, "no room")

    # A disk cannot be filled up here.
    with monkeypatch.context() as patched:
        patched.setattr("lib.reports.loading.raw_files.unseal", full)
        with pytest.raises(LoadBrokenOff, match="no room left to unpack this report"):
            desk.load_request(request)
    assert desk.request_record(request.id).state is RequestState.READY
    assert desk.load_request(request).state is PackageState.PUBLISHED


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[tuple[EmbeddedPostgres, Desk]]:
    """A desk over a PostgreSQL of its own, which may be stopped."""
    settings = read_settings(
        home=tmp_path / "own", database_url=None, postgres_options=FAST_SERVER, secret_key=KEY, database_pool=4
    )
    server = EmbeddedPostgres(settings)
    server.ensure_running()
    migrate(settings)
    database = open_database(settings)
    yield server, open_desk(Office(settings=settings, database=database, actor=shell_user("t")), tmp_path)
    database.close()
    server.delete()


def test_a_database_that_goes_away_in_the_middle_keeps_what_was_there(
    own_server: tuple[EmbeddedPostgres, Desk],
) -> None:
    server, desk = own_server
    desk.load(billing(JULY), as_of=YESTERDAY)
    request = desk.request(billing([JULY[number % 31] for number in range(150_000)]))
    stopped: list[int] = []

    def stop(rows: int) -> None:
        if not stopped:
            stopped.append(rows)
            server.stop()

    with pytest.raises(DatabaseUnavailable):
        desk.load_request(request, progress=stop)
    assert stopped
    server.ensure_running()
    assert desk.seen().rows == 31
    assert desk.request_record(request.id).state is RequestState.READY
    assert desk.load_request(request).rows_loaded == desk.seen().rows == 150_000


def test_an_error_of_the_database_says_nothing_of_the_rows(
    desk: Desk, own_server: tuple[EmbeddedPostgres, Desk]
) -> None:
    server, own = own_server
    with contextlib.closing(psycopg2.connect(server.ensure_running().url())) as owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE warehouse.gross_billing ADD CHECK (practice_name <> 'TEST Practice')")
        owner.commit()
    request = own.request(billing(JULY))
    package = own.load_request(request)
    assert package.state is PackageState.FAILED
    assert package.findings == ("The database does not take the rows of this report (code 23514).",)
    assert own.seen().rows == 0


def test_a_load_that_a_person_ended_in_the_database_may_be_done_again(desk: Desk) -> None:
    request = desk.request(billing([JULY[number % 31] for number in range(150_000)]))

    def cancel(rows: int) -> None:
        desk.ask(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'COPY%%' AND datname = current_database()"
        )

    with pytest.raises(LoadBrokenOff, match=r"broke off the load \(code 57014\)"):
        desk.load_request(request, progress=cancel)
    assert desk.load_request(request).rows_loaded == 150_000


def test_what_is_in_clear_is_gone_once_it_is_loaded(desk: Desk, settings: Settings) -> None:
    desk.load(billing(JULY))
    kept = [path for path in (settings.home / "raw").rglob("*") if path.is_file() and path.stat().st_size]
    assert [path.suffix for path in kept] == [".sealed"]

"""Scheduled reports: each time is asked for once, however many schedulers there are, and a missed one is made good."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from jobs.report_schedule import start_due_reports
from jobs.schedules import start_due_work
from lib.core import clients, runs
from lib.core.runs import RunState
from lib.core.schedules import service as schedules
from lib.core.schedules.kinds import REPORT_RETENTION, REPORT_SYNC
from lib.reports import service
from lib.reports.catalog import Cadence, catalog
from tests.integration.reports.conftest import ConnectReports
from tests.integration.reports.login_desk import LoginDesk

DAILY = [report.name for report in catalog().values() if report.cadence is Cadence.DAILY]
WEEKLY = [report.name for report in catalog().values() if report.cadence is Cadence.WEEKLY]


def saved_long_ago(desk: LoginDesk) -> None:
    desk.change("UPDATE warehouse.report_settings SET scheduled_from = now() - interval '40 days'")


def test_everything_is_due_once_and_becomes_one_run_that_a_worker_may_take(desk: LoginDesk) -> None:
    saved_long_ago(desk)
    (run_id,) = start_due_reports(desk.office)
    assert start_due_reports(desk.office) == []
    requests = desk.requests()
    assert {request.report_name for request in requests} == set(catalog())
    assert all(request.run_id == int(run_id) and request.scheduled_for for request in requests)
    run = desk.execute(run_id)
    assert run.state is RunState.FINISHED and run.result is not None
    assert run.result["counts"] == {"loaded": len(catalog())}
    assert start_due_reports(desk.office) == []


def test_a_time_before_the_setting_was_saved_is_not_due(desk: LoginDesk) -> None:
    assert start_due_reports(desk.office) == []
    assert service.due(desk.office.database, desk.office.actor, desk.client) == {}
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    due = service.due(desk.office.database, desk.office.actor, desk.client, now=tomorrow)
    assert set(DAILY) <= set(due)


def test_what_is_changed_after_a_missed_time_does_not_cancel_it(desk: LoginDesk) -> None:
    saved_long_ago(desk)
    office = desk.office
    for seen in service.settings_of(office.database, office.actor, desk.client.id):
        service.save_setting(
            office.database,
            office.actor,
            client_id=desk.client.id,
            report=seen.report,
            report_seq="777",
            filter_seq=seen.filter_seq,
            labels=seen.labels,
            version=seen.version,
        )
    assert set(service.due(office.database, office.actor, desk.client)) == set(catalog())


def test_a_paused_client_is_left_alone_and_its_pause_is_not_made_good(desk: LoginDesk) -> None:
    saved_long_ago(desk)
    office, now = desk.office, datetime.now(UTC)
    schedules.add_missing(office.database, office.actor, now)
    with office.database.session(office.actor) as session:
        row = schedules.rows_of(session, REPORT_SYNC)[desk.client.id]
    row = schedules.pause(office.database, office.actor, row.id, version=row.version)
    assert start_due_reports(office) == []
    assert all(status.next_at is None for status in service.matrix(office.database, office.actor))
    schedules.resume(office.database, office.actor, row.id, version=row.version, now=now)
    assert start_due_reports(office) == []
    tomorrow = service.due(office.database, office.actor, desk.client, now=now + timedelta(days=1))
    assert set(DAILY) <= set(tomorrow)


def test_the_next_day_and_week_are_due_again_and_what_was_missed_is_asked_for_once(desk: LoginDesk) -> None:
    saved_long_ago(desk)
    desk.execute(start_due_reports(desk.office)[0])
    now = datetime.now(UTC)
    # Two days on: what is asked for in the small hours shows the new day, and stands for its time as well.
    later = service.due(desk.office.database, desk.office.actor, desk.client, now=now + timedelta(days=2))
    assert set(DAILY) <= set(later) and len(set(later.values())) <= 3
    # Three days are missed: only the last of them is due.
    missed = service.due(desk.office.database, desk.office.actor, desk.client, now=now + timedelta(days=3))
    assert missed[DAILY[0]] > now + timedelta(days=1, hours=20)
    assert set(WEEKLY) <= set(
        service.due(desk.office.database, desk.office.actor, desk.client, now=now + timedelta(days=8))
    )


def test_two_schedulers_at_once_start_one_run(desk: LoginDesk) -> None:
    saved_long_ago(desk)
    together, found = threading.Barrier(3), []

    def schedule() -> None:
        together.wait()
        found.extend(start_due_reports(desk.office))

    threads = [threading.Thread(target=schedule) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1 and len(desk.requests()) == len(catalog())


def test_what_was_synced_by_hand_on_the_day_is_not_asked_for_again(desk: LoginDesk) -> None:
    saved_long_ago(desk)
    desk.work("ar_aging")
    (run_id,) = start_due_reports(desk.office)
    assert "ar_aging" not in desk.cells(desk.execute(run_id))


def test_disabled_reports_and_other_hours_are_kept_to(desk: LoginDesk) -> None:
    saved_long_ago(desk)
    desk.change("UPDATE warehouse.report_settings SET enabled = false WHERE report_name <> 'ar_aging'")
    service.save_time(desk.office.database, desk.office.actor, desk.client, "7:30")
    due = service.due(desk.office.database, desk.office.actor, desk.client)
    assert list(due) == ["ar_aging"]
    assert f"{due['ar_aging'].astimezone(desk.client.zone):%H:%M}" == "07:30"


def test_one_client_that_cannot_be_started_keeps_no_other_from_it(connect_reports: ConnectReports) -> None:
    broken, desk = connect_reports("Willow"), connect_reports("Meadow")
    saved_long_ago(desk)
    broken.change(f"UPDATE ops.connections SET secret = 'not ours' WHERE client_id = {broken.client.id}")
    (run_id,) = start_due_reports(desk.office)
    assert runs.get(desk.office.database, desk.office.actor, run_id).client_id == desk.client.id


def test_the_matrix_shows_every_cell_with_its_load_its_trouble_and_its_next_time(
    connect_reports: ConnectReports,
) -> None:
    desk = connect_reports("Summit")
    clients.add_client(desk.office.database, desk.office.actor, "TEST Without a connection")
    desk.control.fault("result_timed_out", report="user_time_spread")
    desk.work("ar_aging", "user_time_spread")
    desk.start("charges_on_hold")
    found = service.matrix(desk.office.database, desk.office.actor)
    assert len(found) == len(catalog()) * 2
    first = {status.cell.report: status for status in found if status.cell.account == desk.account}
    loaded, failed, waiting = first["ar_aging"], first["user_time_spread"], first["charges_on_hold"]
    assert (loaded.as_of, loaded.stale, loaded.request_state, loaded.last_error) == (desk.today, False, None, None)
    assert loaded.rows == desk.sums("ar_aging", desk.account)[0] and loaded.package_id and loaded.loaded_at
    assert (loaded.last_state, failed.last_state) == ("loaded", "failed")
    assert failed.last_error is not None and "REPORT TIMED OUT" in failed.last_error and failed.stale
    assert (waiting.request_state, waiting.package_id, waiting.run_open) == ("waiting", None, True)
    assert not loaded.run_open
    assert all(status.next_at and status.next_at > datetime.now(UTC) for status in found)
    assert [s.cell.account for s in found] == sorted(s.cell.account for s in found)
    assert service.matrix(desk.office.database, desk.office.actor, client_ids=[]) == []


def test_retention_may_run_at_any_time(desk: LoginDesk) -> None:
    desk.work("ar_aging")
    before = desk.sums("ar_aging", desk.account)
    start_due_work(desk.office)
    with desk.office.database.session(desk.office.actor) as session:
        row = schedules.rows_of(session, REPORT_RETENTION)[None]
    run = desk.execute(schedules.run_now(desk.office.database, desk.office.actor, row.id, now=datetime.now(UTC)))
    assert run.office_wide and run.result == {"said": "No package has expired."}
    assert desk.sums("ar_aging", desk.account) == before

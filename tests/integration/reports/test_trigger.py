"""What the vendor may do with a request, and what becomes of it: nothing asked twice without need, nothing mixed up."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from lib.core import runs
from lib.core.errors import BadInput, NotFound
from lib.core.notify.channels import latest_notices
from lib.core.notify.events import Event
from lib.core.runs import RunState
from lib.reports import service
from lib.reports.params import RefusalReason
from lib.reports.service import Action, NothingStarted, Seqs
from tests.integration.reports.conftest import ConnectReports
from tests.integration.reports.login_desk import LoginDesk

ONE, TWO = "charges_on_hold", "user_time_spread"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks that failed are repeated as often as ever, only sooner."""
    monkeypatch.setattr("lib.vendors.collaboratemd.client.FAILURE_PAUSES", (0.01, 0.01, 0.01))


def states(desk: LoginDesk) -> list[str]:
    return [request.state for request in desk.requests()]


def refusals(desk: LoginDesk, *reports: str, **wished: Any) -> dict[str, str]:
    with pytest.raises(NothingStarted) as refused:
        desk.start(*reports, **wished)
    return {cell.report: cell.reason for cell in refused.value.refused}


def test_what_is_triggered_is_here_sealed_and_loaded_later(desk: LoginDesk) -> None:
    run = desk.work(ONE, TWO, action=Action.TRIGGER)
    assert (run.state, states(desk)) == (RunState.FINISHED, ["ready", "ready"])
    assert all(request.raw_path and request.identifier for request in desk.requests())
    assert desk.sums(ONE, desk.account)[0] == 0
    loaded = desk.work(action=Action.LOAD)
    assert loaded.result is not None and loaded.result["counts"] == {"loaded": 2}
    assert desk.sums(ONE, desk.account)[0] > 0
    assert desk.asked() == [ONE, TWO]


def test_requests_are_seen_as_soon_as_the_run_is_made(desk: LoginDesk) -> None:
    started = desk.start(ONE, TWO)
    assert states(desk) == ["waiting", "waiting"]
    assert {request.run_id for request in desk.requests()} == {int(started.run_id)}
    assert desk.asked() == []


def test_a_report_without_records_is_loaded_with_no_rows(desk: LoginDesk) -> None:
    desk.control.fault("no_records", report=ONE)
    run = desk.work(ONE)
    cell = desk.cells(run)[ONE]
    assert (cell["state"], cell["rows"]) == ("published", 0)
    assert desk.requests()[0].raw_path is None


def test_a_login_that_builds_for_somebody_else_is_waited_for_and_its_identifier_not_taken(desk: LoginDesk) -> None:
    desk.control.fault("run_elsewhere", report=ONE, seconds=0.3, times=1)
    run = desk.work(ONE)
    (request,) = desk.requests()
    assert (run.state, request.state, request.attempts) == (RunState.FINISHED, "loaded", 1)
    begun = [entry for entry in desk.control.runs() if entry.report == ONE and entry.identifier == request.identifier]
    assert [entry.answered for entry in begun] == ["SUCCESS"]
    assert [entry.answered for entry in desk.control.runs()].count("REPORT RUNNING") >= 1


def test_a_login_that_stays_busy_is_given_up_for_this_report_and_said_so(connect_reports: ConnectReports) -> None:
    desk = connect_reports(build_minutes=0.005)
    desk.control.fault("run_elsewhere", report=ONE, seconds=60, times=1)
    run = desk.work(ONE)
    (request,) = desk.requests()
    assert (run.state, request.state) == (RunState.FINISHED, "failed")
    assert "has been building another report for 0.005 minutes" in request.error
    assert request.attempts == 0


def test_an_identifier_that_comes_twice_fails_that_report_alone(desk: LoginDesk) -> None:
    desk.control.fault("run_same_identifier", report=TWO, times=1)
    run = desk.work(ONE, TWO)
    cells = desk.cells(run)
    assert (run.state, cells[ONE]["state"], cells[TWO]["state"]) == (RunState.FINISHED, "published", "failed")
    assert "which another report of this login has" in cells[TWO]["message"]


def test_a_report_that_timed_out_is_asked_for_anew_twice_at_most(desk: LoginDesk) -> None:
    desk.control.fault("result_timed_out", report=ONE, times=2)
    assert desk.cells(desk.work(ONE))[ONE]["state"] == "published"
    assert desk.asked() == [ONE] * 3
    desk.control.fault("result_timed_out", report=TWO)
    cell = desk.cells(desk.work(TWO))[TWO]
    assert (cell["state"], desk.asked().count(TWO)) == ("failed", 3)
    assert "CollaborateMD answered REPORT TIMED OUT" in cell["message"] and "3 times" in cell["message"]


def test_a_report_that_builds_too_long_counts_as_timed_out(connect_reports: ConnectReports) -> None:
    desk = connect_reports(build_minutes=0.002)
    desk.control.fault("result_running", report=ONE)
    cell = desk.cells(desk.work(ONE))[ONE]
    assert cell["state"] == "failed" and "still building after 0.002 minutes" in cell["message"]
    assert desk.asked() == [ONE] * 3


@pytest.mark.parametrize("fault", ["run_error", "result_error"])
def test_an_error_of_the_vendor_is_tried_once_more(desk: LoginDesk, fault: Any) -> None:
    desk.control.fault(fault, report=ONE, times=1)
    assert desk.cells(desk.work(ONE))[ONE]["state"] == "published"
    desk.control.fault(fault, report=TWO)
    cell = desk.cells(desk.work(TWO))[TWO]
    assert (cell["state"], cell["message"]) == (
        "failed",
        "CollaborateMD answered ERROR: An error occurred while running the report.",
    )
    assert len([entry for entry in desk.control.runs() if entry.report == TWO]) == 2


def test_what_the_vendor_says_is_told_to_people_and_kept_out_of_logs(
    desk: LoginDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    desk.control.fault("run_unavailable", report=ONE)
    desk.control.fault("login_refused", report=TWO)
    run = desk.work(ONE, TWO)
    said = "not available for this customer"
    assert said in desk.cells(run)[ONE]["message"]
    assert caplog.records and said not in caplog.text and desk.login.password not in caplog.text


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("run_invalid_criteria", "INVALID CRITERIA"),
        ("run_not_found", "NOT FOUND"),
        ("result_invalid_criteria", "INVALID CRITERIA"),
        ("result_not_found", "NOT FOUND"),
        ("account_gone", "NOT FOUND"),
    ],
)
def test_what_is_final_is_kept_with_the_vendors_word_and_not_retried(desk: LoginDesk, fault: Any, word: str) -> None:
    desk.control.fault(fault, report=ONE)
    cells = desk.cells(desk.work(ONE, TWO))
    assert cells[ONE]["state"] == "failed" and cells[ONE]["message"].startswith(f"CollaborateMD answered {word}")
    assert cells[TWO]["state"] == "published"
    assert len([entry for entry in desk.control.runs() if entry.report == ONE]) == 1


@pytest.mark.parametrize("fault", ["run_dropped_after", "run_500_after", "run_garbage", "run_without_identifier"])
def test_a_lost_answer_is_asked_for_again_when_the_login_is_free(desk: LoginDesk, fault: Any) -> None:
    desk.control.configure(build_seconds=0.2)
    desk.control.fault(fault, report=ONE, times=1)
    run = desk.work(ONE)
    (request,) = desk.requests()
    assert (run.state, request.state, request.attempts) == (RunState.FINISHED, "loaded", 2)
    assert desk.asked() == [ONE, ONE]
    # The one that nobody knows the identifier of was built to its end before the second was begun.
    assert "REPORT RUNNING" in [entry.answered for entry in desk.control.runs()]


def test_an_answer_that_is_always_lost_is_given_up(desk: LoginDesk) -> None:
    desk.control.fault("run_garbage", report=ONE)
    cell = desk.cells(desk.work(ONE))[ONE]
    assert cell["state"] == "failed" and "nobody knows its identifier" in cell["message"]
    assert desk.asked() == [ONE] * 3


def test_a_refused_login_stops_the_whole_queue_at_once(desk: LoginDesk) -> None:
    desk.control.fault("login_refused", report=TWO)
    later = desk.start("gross_billing")
    run = desk.work(ONE, TWO, "ar_aging")
    assert run.state is RunState.FAILED
    assert run.error is not None and "Correct the password" in run.error
    by_report = {request.report_name: request for request in desk.requests()}
    # In the catalog's order, TWO is the last: what was before it is here.
    assert {name: request.state for name, request in by_report.items()} == {
        "ar_aging": "loaded",
        ONE: "loaded",
        TWO: "failed",
        "gross_billing": "failed",
    }
    assert by_report["gross_billing"].error == by_report[TWO].error == run.error
    before = len(desk.control.journal())
    assert desk.execute(later.run_id).result is not None
    assert len(desk.control.journal()) == before


def test_a_login_refused_at_once_asks_for_nothing_else_and_leaves_what_is_building(desk: LoginDesk) -> None:
    desk.control.fault("result_500", report=ONE)
    left = desk.work(ONE, action=Action.TRIGGER)
    assert (left.state, states(desk)) == (RunState.FINISHED, ["building"])
    desk.control.clear_faults()
    desk.control.fault("login_refused")
    run = desk.work(TWO, "ar_aging")
    assert (run.state, states(desk)) == (RunState.FAILED, ["building", "failed", "failed"])
    assert run.result is not None and run.result["asked"] == 0
    assert [entry.answered for entry in desk.control.runs()][1:] == ["login_refused"]
    (told,) = latest_notices(desk.office.database, desk.office.actor)
    assert told.event is Event.VENDOR_LOGIN_REFUSED and told.link == f"/runs?run={run.id}"


def test_a_result_that_stays_away_is_left_building_and_fetched_by_a_later_load(desk: LoginDesk) -> None:
    desk.control.fault("result_500", report=ONE)
    run = desk.work(ONE, TWO)
    assert run.state is RunState.FINISHED
    assert run.result is not None and run.result["counts"] == {"building": 1, "loaded": 1}
    assert "fetched by the next load" in desk.cells(run)[ONE]["message"]
    desk.control.clear_faults()
    assert desk.cells(desk.work(action=Action.LOAD))[ONE]["state"] == "published"
    assert desk.asked() == [ONE, TWO]


def test_a_sync_takes_up_what_an_ended_run_has_left_instead_of_asking_again(desk: LoginDesk) -> None:
    desk.control.fault("result_500", report=ONE, times=4)
    desk.work(ONE, TWO, action=Action.TRIGGER)
    assert states(desk) == ["building", "ready"]
    assert refusals(desk, ONE, TWO, action=Action.TRIGGER) == {ONE: "building", TWO: "building"}
    run = desk.work(ONE, TWO)
    assert run.result is not None and run.result["counts"] == {"loaded": 2}
    assert desk.asked() == [ONE, TWO]


@pytest.mark.parametrize("fault", ["result_garbage", "result_truncated", "corrupt_base64"])
def test_a_result_that_cannot_be_read_is_looked_at_again_and_then_fails(desk: LoginDesk, fault: Any) -> None:
    desk.control.fault(fault, report=ONE, times=2)
    assert desk.cells(desk.work(ONE))[ONE]["state"] == "published"
    desk.control.fault(fault, report=TWO)
    cell = desk.cells(desk.work(TWO))[TWO]
    assert cell["state"] == "failed" and "cannot be read" in cell["message"]
    assert len(desk.asked()) == 2


def test_a_bad_zip_fails_its_cell_and_the_others_are_published(desk: LoginDesk) -> None:
    desk.control.fault("corrupt_zip", report=ONE)
    cells = desk.cells(desk.work(ONE, TWO))
    assert (cells[ONE]["state"], cells[TWO]["state"]) == ("failed", "published")
    assert cells[ONE]["message"]


def test_a_vendor_that_cannot_be_reached_fails_the_run_and_its_queue(connect_reports: ConnectReports) -> None:
    desk = connect_reports(url="http://127.0.0.1:9")
    run = desk.work(ONE, TWO)
    assert (run.state, states(desk)) == (RunState.FAILED, ["failed", "failed"])
    assert [request.attempts for request in desk.requests()] == [0, 0]
    assert run.error is not None and "No answer from CollaborateMD" in run.error


def test_what_is_under_way_or_loaded_today_is_refused_by_cell_and_the_rest_goes_on(desk: LoginDesk) -> None:
    first = desk.start(ONE)
    assert refusals(desk, ONE) == {ONE: RefusalReason.BUILDING}
    second = desk.start(ONE, TWO)
    assert [(cell.report, cell.reason) for cell in second.refused] == [(ONE, RefusalReason.BUILDING)]
    desk.execute(first.run_id)
    desk.execute(second.run_id)
    assert refusals(desk, ONE, TWO) == {ONE: RefusalReason.LOADED, TWO: RefusalReason.LOADED}
    forced = desk.work(ONE, force=True)
    assert desk.cells(forced)[ONE]["state"] == "published"
    assert desk.asked() == [ONE, TWO, ONE]


def test_another_day_is_another_report(desk: LoginDesk) -> None:
    desk.work(ONE)
    past = desk.today.replace(day=1) - timedelta(days=1)
    run = desk.work(seqs={ONE: Seqs(*desk.login.seqs(ONE, f"month_end_{past:%Y_%m}"))}, as_of=past)
    assert list(desk.cells(run)) == [ONE]
    assert [request.as_of for request in desk.requests()] == [desk.today, past]
    assert [entry.as_of for entry in desk.control.runs()] == [desk.today, past]
    with pytest.raises(BadInput, match="has not come yet"):
        desk.start(ONE, as_of=desk.today + timedelta(days=2))


def test_forced_what_was_left_is_closed_and_asked_for_anew(desk: LoginDesk) -> None:
    desk.work(ONE, action=Action.TRIGGER)
    desk.work(ONE, force=True)
    assert states(desk) == ["cancelled", "loaded"]


def test_of_many_that_ask_at_once_for_one_report_one_is_let_in(desk: LoginDesk) -> None:
    together, started = threading.Barrier(4), []

    def ask() -> None:
        together.wait()
        try:
            started.append(desk.start(ONE).run_id)
        except NothingStarted as refused:
            assert {cell.reason for cell in refused.refused} == {RefusalReason.BUILDING}

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 1 and states(desk) == ["waiting"]


def test_a_report_that_is_not_set_up_is_said_so(desk: LoginDesk) -> None:
    desk.change("UPDATE warehouse.report_settings SET enabled = false")
    with pytest.raises(BadInput, match="No report is set up"):
        desk.start()
    with pytest.raises(BadInput, match="is not one of this client's"):
        desk.start(ONE, accounts=["10009999"])


def test_cancelled_a_run_closes_what_waits_and_keeps_what_is_building(desk: LoginDesk) -> None:
    desk.control.fault("result_running", report=ONE)
    started = desk.start(ONE, TWO)
    thread = threading.Thread(target=desk.execute, args=(started.run_id,))
    thread.start()
    deadline = time.monotonic() + 20
    while states(desk)[0] != "building":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    runs.request_cancel(desk.office.database, desk.office.actor, started.run_id)
    thread.join(20)
    run = runs.get(desk.office.database, desk.office.actor, started.run_id)
    assert (run.state, states(desk)) == (RunState.CANCELLED, ["building", "cancelled"])
    desk.control.clear_faults()
    assert desk.cells(desk.work(ONE, TWO))[ONE]["state"] == "published"
    assert desk.asked() == [ONE, TWO]


def test_a_run_cancelled_before_anybody_took_it_leaves_nothing_waiting(desk: LoginDesk) -> None:
    run_id = desk.start(ONE).run_id
    assert service.cancel(desk.office.database, desk.office.actor, run_id).state is RunState.CANCELLED
    assert states(desk) == ["cancelled"]
    assert desk.cells(desk.work(ONE))[ONE]["state"] == "published"


def test_a_load_asks_for_nothing_though_what_was_building_has_come_to_nothing(desk: LoginDesk) -> None:
    desk.control.fault("result_500", report=ONE, times=4)
    desk.work(ONE, action=Action.TRIGGER)
    desk.control.fault("result_timed_out", report=ONE)
    cell = desk.cells(desk.work(action=Action.LOAD))[ONE]
    assert cell["state"] == "failed" and cell["message"].endswith("Ask for it again.")
    assert desk.asked() == [ONE]


def test_who_may_not_see_a_client_can_start_nothing_of_it_and_sees_no_cell(
    desk: LoginDesk, connect_reports: ConnectReports
) -> None:
    other = connect_reports("Willow")
    stranger = desk.office.actor.narrowed(other.client.id)
    with pytest.raises(NotFound):
        service.start(
            desk.office.database, desk.office.settings, stranger, client_id=desk.client.id, action=Action.SYNC
        )
    found = service.matrix(desk.office.database, stranger, client_ids=[desk.client.id, other.client.id])
    assert {status.cell.client_id for status in found} == {other.client.id}


def test_a_second_client_with_the_same_login_waits_for_the_first(connect_reports: ConnectReports) -> None:
    desk = connect_reports("Summit")
    other = service.import_config(
        desk.office.database,
        desk.office.actor,
        f"[API]\nusername = {desk.login.user}\npassword = {desk.login.password}\nurl = http://127.0.0.1:9\n"
        "[CUSTOMERS]\nTEST Twin = 10009001\n",
        {},
    )
    assert other.connected[0].added
    lanes = {run.lane for run in runs.list_runs(desk.office.database, desk.office.actor)}
    assert lanes == set()
    desk.start(ONE)
    twin = service.start(
        desk.office.database,
        desk.office.settings,
        desk.office.actor,
        client_id=other.connected[0].client_id,
        action=Action.SYNC,
        seqs={ONE: Seqs("1", "2")},
    )
    found = runs.list_runs(desk.office.database, desk.office.actor)
    assert len(found) == 2 and len({run.lane for run in found}) == 1 and twin.run_id in {run.id for run in found}

"""What earlier runs left, or somebody closes meanwhile, neither passes for something else nor stands in the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lib.core.runs import RunState
from lib.reports.loading.publish import REQUEST_LOCK
from lib.reports.service import Action, Seqs
from tests.integration.reports.login_desk import LoginDesk

ONE, TWO = "charges_on_hold", "user_time_spread"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks that failed are repeated as often as ever, only sooner."""
    monkeypatch.setattr("lib.vendors.collaboratemd.client.FAILURE_PAUSES", (0.01, 0.01, 0.01))


def test_what_was_left_of_another_day_is_never_asked_for_as_if_it_were_of_this_day(desk: LoginDesk) -> None:
    past = desk.today.replace(day=1) - timedelta(days=1)
    desk.control.fault("result_500", report=ONE, times=4)
    desk.work(seqs={ONE: Seqs(*desk.login.seqs(ONE, f"month_end_{past:%Y_%m}"))}, as_of=past)
    assert desk.requests()[0].state == "building"
    desk.control.fault("result_timed_out", report=ONE, times=1)
    desk.work(ONE)
    left, asked = desk.requests()
    assert (left.state, left.as_of) == ("failed", past) and "this one is of another day" in left.error
    assert (asked.state, asked.as_of) == ("loaded", desk.today)
    assert [entry.as_of for entry in desk.control.runs()] == [past, desk.today]


def test_a_request_that_is_closed_just_before_its_load_keeps_no_other_from_loading(desk: LoginDesk) -> None:
    desk.work(ONE, TWO, action=Action.TRIGGER)
    run_id = desk.start(action=Action.LOAD).run_id
    one = desk.requests()[0]
    with ThreadPoolExecutor() as pool:
        with desk.office.database.session(desk.office.actor) as closing, closing.raw.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", (REQUEST_LOCK, one.id))
            loading = pool.submit(desk.execute, run_id)
            while not desk.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
                assert not loading.done()
            cursor.execute("UPDATE warehouse.account_reports SET state = 'cancelled' WHERE id = %s", (one.id,))
        assert loading.result().state is RunState.FINISHED
    assert [request.state for request in desk.requests()] == ["cancelled", "loaded"]

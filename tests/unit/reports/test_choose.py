"""Which cells a run takes, takes up or refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from lib.reports.asking.choose import Choice, Seqs, Wish, choose
from lib.reports.asking.requests import OpenRequest
from lib.reports.model import OPEN, Cell, ReportRequest, RequestState
from lib.reports.params import Action, RefusalReason

TODAY = date(2026, 11, 20)
CELL = Cell(client_id="1", report="ar_aging", account="10001001")


def left(
    state: RequestState, *, alive: bool = False, as_of: date = TODAY, cell: Cell = CELL, number: str = "7"
) -> OpenRequest:
    request = ReportRequest(
        id=number,
        cell=cell,
        login="TEST-LOGIN",
        state=state,
        as_of=as_of,
        report_seq="1",
        filter_seq="2",
        run_id="3",
        requested_by="person:tester",
        requested_at=datetime(2026, 11, 20, tzinfo=UTC),
        asked_at=None,
        identifier=None,
        ready_at=None,
        loaded_at=None,
        package_id=None,
        attempts=0,
        error=None,
    )
    return OpenRequest(request=request, alive=alive)


def chosen(
    action: Action, *open_requests: OpenRequest, loaded: Sequence[Cell] = (), force: bool = False, known: bool = True
) -> Choice:
    seqs = {CELL.report: Seqs("1", "2")} if known else {}
    wish = Wish(action=action, cells=[CELL], seqs=seqs, as_of=TODAY, force=force)
    return choose(wish, open_requests, loaded)


def reasons(choice: Choice) -> list[RefusalReason]:
    return [cell.reason for cell in choice.refused]


def test_a_free_cell_is_asked_for_by_trigger_and_sync_and_has_nothing_to_load() -> None:
    for action in (Action.TRIGGER, Action.SYNC):
        assert chosen(action).ask == (CELL,)
    assert reasons(chosen(Action.LOAD)) == [RefusalReason.NOTHING]


@pytest.mark.parametrize("state", OPEN)
@pytest.mark.parametrize("action", [Action.TRIGGER, Action.SYNC])
def test_what_a_living_run_has_is_refused_unless_forced(state: RequestState, action: Action) -> None:
    refused = chosen(action, left(state, alive=True))
    assert (refused.ask, reasons(refused)) == ((), [RefusalReason.BUILDING])
    forced = chosen(action, left(state, alive=True), force=True)
    assert (forced.ask, forced.close, forced.refused) == ((CELL,), (), ())


@pytest.mark.parametrize("state", OPEN)
def test_a_sync_takes_up_whatever_a_dead_run_has_left_of_the_day(state: RequestState) -> None:
    found = left(state)
    choice = chosen(Action.SYNC, found)
    assert (choice.take_up, choice.ask, choice.refused) == ((found.request,), (), ())


def test_a_trigger_takes_up_what_was_not_begun_and_refuses_what_was() -> None:
    waiting = left(RequestState.WAITING)
    assert chosen(Action.TRIGGER, waiting).take_up == (waiting.request,)
    building = chosen(Action.TRIGGER, left(RequestState.BUILDING))
    assert (building.take_up, reasons(building)) == ((), [RefusalReason.BUILDING])


def test_what_was_left_of_another_day_is_fetched_if_begun_and_closed_if_not() -> None:
    yesterday = TODAY - timedelta(days=1)
    begun = left(RequestState.BUILDING, as_of=yesterday)
    never = left(RequestState.WAITING, as_of=yesterday, number="8")
    choice = chosen(Action.SYNC, begun, never)
    assert (choice.take_up, choice.close, choice.ask) == ((begun.request,), (never.request,), (CELL,))


def test_a_load_takes_what_is_here_or_building_of_any_day() -> None:
    ready = left(RequestState.READY, as_of=TODAY - timedelta(days=3))
    building = left(RequestState.BUILDING, number="8")
    choice = chosen(Action.LOAD, ready, building, left(RequestState.WAITING, number="9"))
    assert choice.take_up == (ready.request, building.request)


def test_what_was_loaded_today_is_refused_unless_forced_and_forced_closes_what_was_left() -> None:
    assert reasons(chosen(Action.SYNC, loaded=[CELL])) == [RefusalReason.LOADED]
    ready = left(RequestState.READY)
    forced = chosen(Action.SYNC, ready, loaded=[CELL], force=True)
    assert (forced.ask, forced.close, forced.take_up) == ((CELL,), (ready.request,), ())


def test_a_report_without_ids_is_refused_with_the_command_that_sets_them() -> None:
    (refused,) = chosen(Action.SYNC, known=False).refused
    assert refused.reason is RefusalReason.NO_SETTINGS
    assert "reports set --client NAME --seq ar_aging=" in refused.said


def test_other_cells_do_not_count() -> None:
    other = Cell(client_id="1", report="ar_aging", account="10001002")
    assert chosen(Action.SYNC, left(RequestState.BUILDING, alive=True, cell=other), loaded=[other]).ask == (CELL,)

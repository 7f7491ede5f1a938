"""What the biller decides on the Check page, and how the run follows it."""

from __future__ import annotations

from dataclasses import replace

from lib.charges import service
from lib.core.runs import RunState
from sandbox.sheets import Drawn, find_differences
from tests.integration.charges.desk import WORLD, Desk, draw, only


def _two_providers() -> Drawn:
    """Two lines of one visit that name two rendering providers of the practice."""
    drawn = only(draw(2, fewest_lines=2, payment_share=0), 2)
    first, second = drawn.rows
    practice = next(p for p in WORLD.practices if p.name == first.practice)
    first.scheduling_provider = second.scheduling_provider = None
    one, other = practice.providers_of_kind("rendering")[:2]
    first.rendering_provider, second.rendering_provider = one.full_name, other.full_name
    return drawn


def test_rows_that_differ_in_the_provider_are_blocked_and_offered_to_be_split(desk: Desk) -> None:
    run = desk.post(_two_providers())
    assert desk.control.journal() == []
    assert run.result is not None and len(run.result["splittable"]) > 0


def test_split_by_provider_each_provider_has_an_encounter(desk: Desk) -> None:
    run = desk.post(_two_providers(), split_by_provider=True)
    encounters = desk.control.encounters()
    assert [len(encounter.lines) for encounter in encounters] == [1, 1]
    assert len({encounter.rendering_provider_id for encounter in encounters}) == 2
    rows = desk.result(run.id)
    assert {rows[2]["Encounter ID"], rows[3]["Encounter ID"]} == {encounter.id for encounter in encounters}


def test_equal_encounters_of_two_providers_are_told_apart_when_their_replies_are_lost(desk: Desk) -> None:
    desk.control.fault("drop_after", "CreateEncounter", times=1)
    desk.control.fault("drop_before", "CreateEncounter", times=1)
    drawn = _two_providers()
    first, second = drawn.rows
    same = replace(first, rendering_provider=second.rendering_provider)
    run = desk.post(replace(drawn, rows=(first, same)), split_by_provider=True)
    practice = next(p for p in WORLD.practices if p.name == first.practice)
    names = {provider.id: provider.full_name for provider in practice.providers}
    by_provider = {names[e.rendering_provider_id]: e.id for e in desk.control.encounters()}
    assert len(desk.control.encounters()) == len(by_provider) == 2
    rows = desk.result(run.id)
    assert {rows[n]["Rendering Provider"]: rows[n]["Encounter ID"] for n in (2, 3)} == by_provider


def test_a_nickname_is_suggested_never_guessed_and_once_accepted_serves_every_later_sheet(desk: Desk) -> None:
    drawn = draw(2, fewest_lines=2, payment_share=0)
    right = drawn.rows[0].rendering_provider
    practice = next(p for p in WORLD.practices if p.name == drawn.rows[0].practice)
    provider = next(p for p in practice.providers if p.full_name == right)
    nickname = f"{provider.first_name} {provider.last_name[:-1]}"
    written = replace(drawn, rows=tuple(replace(row, rendering_provider=nickname) for row in drawn.rows))
    checked = desk.check(written)
    assert checked.result is not None
    (asked,) = checked.result["names"]
    assert asked["written"] == nickname and provider.id in [entry["id"] for entry in asked["suggestions"]]
    assert checked.result["rows"] == {"blocked": 2}
    office = desk.office
    service.accept_name(
        office.database,
        office.actor,
        checked.id,
        kind="provider",
        written=nickname,
        practice_id=practice.id,
        vendor_id=provider.id,
        name=provider.full_name,
    )
    assert desk.post(written).state is RunState.FINISHED
    assert find_differences(drawn, desk.control.journal()) == []

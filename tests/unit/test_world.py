"""The invented world, and the sheets drawn from it."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from sandbox.sheets import Drawn, SheetOrder, draw_sheet, write_sheet
from sandbox.world import Patient, World
from sandbox.world.codes import FEE_SCHEDULE

TODAY = date(2026, 11, 20)


def everybody(world: World) -> list[Patient]:
    ids = [patient_id for practice in world.practices for patient_id in world.patient_ids(practice.id)]
    return [patient for patient_id in ids if (patient := world.patient(patient_id))]


def test_same_seed_is_the_same_world_and_another_seed_is_not() -> None:
    assert everybody(World(seed=3)) == everybody(World(seed=3))
    assert World(seed=3).customers == World(seed=3).customers
    assert everybody(World(seed=3)) != everybody(World(seed=4))
    assert World(seed=3).customers[0].users[0].password != World(seed=4).customers[0].users[0].password


def test_a_patient_is_the_same_however_many_others_there_are() -> None:
    assert World(patients=100_000).patient("100150") == World(patients=200).patient("100150")


def test_every_patient_is_obviously_invented_and_found_in_its_practice() -> None:
    world = World()
    patients = everybody(world)
    assert len(patients) == len({patient.id for patient in patients}) == 200
    assert {patient.last_name for patient in patients} == {"TEST"}
    assert all(patient.practice_id == world.practice_id_of(patient.id) for patient in patients)


def test_ids_that_are_no_patients_are_nobody() -> None:
    world = World(patients=10)
    assert [world.patient(wrong) for wrong in ("100011", "100000", "", "x", "-1", "١٢٣", "100001.0")] == [None] * 7


def test_a_small_world_has_every_awkward_patient() -> None:
    patients = everybody(World())
    policies = [policy for patient in patients for case in patient.cases for policy in case.policies]
    day = date(2026, 11, 1)
    assert any(not patient.cases for patient in patients)
    assert any(patient.cases and not patient.cases[0].primary for patient in patients)
    assert any(patient.cases and not any(case.primary for case in patient.cases) for patient in patients)
    assert any(len(case.policies) > 1 for patient in patients for case in patient.cases)
    assert any(case.primary and not case.policies for patient in patients for case in patient.cases)
    assert any(policy.ends and policy.ends < day for policy in policies)
    assert any(policy.starts and policy.starts > day for policy in policies)
    assert any(policy.starts is None and policy.ends is None for policy in policies)
    assert any(policy.starts is None and policy.ends for policy in policies)
    assert "87726" in {policy.payer.id for policy in policies}
    assert any(not patient.full_name.isascii() for patient in patients)


def test_two_patients_of_one_practice_share_a_name() -> None:
    names = Counter((patient.practice_id, patient.full_name) for patient in everybody(World()))
    assert max(names.values()) > 1


def test_offices_have_the_traps_that_names_and_locations_set() -> None:
    world = World()
    assert len(world.customers) == 2
    names = [practice.name for practice in world.customers[0].practices]
    assert any(one != other and one in other for one in names for other in names)
    assert any(len(practice.locations) > 1 for practice in world.practices)
    for practice in world.practices:
        rendering = practice.providers_of_kind("rendering")
        assert len(rendering) == 6 and practice.providers_of_kind("referring")
        assert len(Counter(provider.last_name for provider in rendering)) < 6
        assert any(not provider.full_name.isascii() for provider in rendering)
        assert any(not provider.active for provider in practice.providers)


def test_provider_numbers_pass_the_check_digit() -> None:
    for provider in (provider for practice in World().practices for provider in practice.providers):
        digits = [int(digit) for digit in "80840" + provider.npi]
        doubled = sum(sum(divmod(digit * 2, 10)) for digit in digits[-2::-2])
        assert len(provider.npi) == 10 and (doubled + sum(digits[-1::-2])) % 10 == 0


def draw(world: World | None = None, **order: object) -> Drawn:
    chosen: dict[str, object] = {"rows": 60, "today": TODAY} | order
    return draw_sheet(world or World(), SheetOrder(**chosen))  # ty: ignore[invalid-argument-type]


def test_a_sheet_is_drawn_the_same_again() -> None:
    assert draw(mistakes=3) == draw(mistakes=3)
    assert draw(seed=1).rows != draw(seed=2).rows


def test_a_sheet_has_exactly_the_rows_asked_for_within_the_days_before_today() -> None:
    drawn = draw(rows=97, days=10)
    assert len(drawn.rows) == 97
    assert {row.dos for row in drawn.rows} <= {TODAY - timedelta(days=back) for back in range(1, 11)}


@pytest.mark.parametrize("scattered", [False, True])
def test_what_a_sheet_asks_for_is_what_its_rows_say(scattered: bool) -> None:
    world = World()
    drawn = draw(world, rows=150, scattered=scattered, refused_codes=2)
    rows = dict(enumerate(drawn.rows, start=2))
    keys = [(encounter.practice_id, encounter.patient_id, encounter.dos) for encounter in drawn.encounters]
    assert len(set(keys)) == len(keys)
    covered = [line.row for encounter in drawn.encounters for line in encounter.lines]
    assert sorted([*covered, *drawn.refused]) == sorted(rows)
    for encounter in drawn.encounters:
        assert [line.row for line in encounter.lines] == sorted(line.row for line in encounter.lines)
        for line in encounter.lines:
            row = rows[line.row]
            practice = world.practice(encounter.practice_id)
            assert practice and (row.patient_id, row.practice, row.dos) == (
                *(encounter.patient_id, practice.name),
                encounter.dos,
            )
            assert (row.procedure, row.units, row.modifiers) == (line.code, line.units, line.modifiers)
        assert encounter.charge == sum(FEE_SCHEDULE[line.code] * line.units for line in encounter.lines)
    paid = {number: row.payment for number, row in rows.items() if row.payment is not None}
    assert {payment.row: payment.amount for payment in drawn.payments} == paid


def test_payments_have_batches_and_checks_have_references_of_their_own() -> None:
    payments = draw(rows=400, payment_share=1).payments
    assert {payment.source for payment in payments} == {"CHECK", "CREDIT CARD", "EFT", "CASH"}
    assert all(payment.batch and payment.amount > 0 for payment in payments)
    references = [payment.reference for payment in payments if payment.source in ("CHECK", "EFT")]
    assert all(references) and len(set(references)) == len(references)


def test_a_mistaken_row_takes_its_whole_encounter_out_of_what_is_asked_for() -> None:
    right, wrong = draw(rows=150), draw(rows=150, mistakes=12)
    assert len(wrong.encounters) == len(right.encounters) - 12
    mistaken = {mistake.row for mistake in wrong.mistakes}
    asked = {line.row for encounter in wrong.encounters for line in encounter.lines}
    assert not mistaken & asked and not mistaken & {payment.row for payment in wrong.payments}


def test_repeated_payments_can_be_counted_both_ways() -> None:
    drawn = draw(rows=90, fewest_lines=3, payment_share=1, repeat_payments=True)
    assert len(drawn.payments) == 90
    assert len(drawn.payments_once()) == 30


def test_equal_cash_payments_stand_on_lines_of_their_own() -> None:
    drawn = draw(rows=8, fewest_lines=4, most_lines=4, payment_share=1, equal_cash=2)
    assert len(drawn.payments) == 4 and len(drawn.payments_once()) == 2
    assert {(payment.source, payment.reference) for payment in drawn.payments} == {("CASH", "")}


def test_a_sheet_too_large_for_its_world_is_refused() -> None:
    with pytest.raises(ValueError, match="too few patients"):
        draw(World(patients=10), rows=500, days=2)


def test_a_written_sheet_reads_back(tmp_path: Path) -> None:
    drawn = draw(rows=40, payment_share=1)
    write_sheet(drawn, tmp_path / "sheet.xlsx")
    sheet = load_workbook(tmp_path / "sheet.xlsx")["Charges"]
    header, *rows = sheet.iter_rows(values_only=True)
    assert header[:3] == ("Patient ID*", "Practice*", "DOS*") and len(header) == 25
    assert len(rows) == 40
    for written, row in zip(rows, drawn.rows, strict=True):
        cells = dict(zip(header, written, strict=True))
        assert (str(cells["Patient ID*"]), cells["POS*"], cells["DOS*"].date()) == (row.patient_id, row.pos, row.dos)
        assert cells["Reference Number"] == row.reference
        paid = cells["Patient Payment"]
        assert (None if paid is None else Decimal(str(paid))) == row.payment

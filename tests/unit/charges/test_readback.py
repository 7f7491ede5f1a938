"""Finding an encounter and its total in the charge list of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lib.charges.model import ServiceLine
from lib.charges.posting.readback import charge_status, encounter_total, match_encounter
from lib.vendors.tebra.model import ChargeFound

DOS = date(2026, 11, 3)


def line(code: str, units: str = "1", *modifiers: str) -> ServiceLine:
    return ServiceLine(row=2, procedure=code, units=Decimal(units), modifiers=modifiers, diagnoses=("I10",))


def charge(
    charge_id: str, encounter: str, code: str, units: str = "1", *modifiers: str, total: str = "80.00"
) -> ChargeFound:
    return ChargeFound(
        id=charge_id,
        encounter_id=encounter,
        patient_id="1001",
        dos=DOS,
        code=code,
        modifiers=modifiers,
        units=Decimal(units),
        total_charges=Decimal(total),
        status="Draft",
    )


SENT = [line("99213", "1", "25"), line("36415"), line("J1100", "2")]
LISTED = [charge("1", "900", "J1100", "2.0"), charge("2", "900", "99213", "1.00", "25"), charge("3", "900", "36415")]


def test_an_encounter_is_found_by_its_lines_in_any_order():
    assert match_encounter(LISTED, "1001", DOS, SENT) == ("900",)


def test_modifiers_agree_in_any_order():
    for listed, sent in ((("59", "25"), ("25", "59")), (("25", "59"), ("59", "25"))):
        found = match_encounter([charge("1", "900", "99213", "1", *listed)], "1001", DOS, [line("99213", "1", *sent)])
        assert found == ("900",)


@pytest.mark.parametrize(
    "listed",
    [
        [],
        LISTED[:2],
        [*LISTED, charge("4", "900", "99214")],
        [*LISTED, charge("4", "900", "36415")],
        [*LISTED[:2], charge("3", "900", "36415", "2")],
        [*LISTED[:2], charge("3", "900", "36415", "1", "59")],
        [*LISTED[:2], charge("3", "901", "36415")],
        [replace(one, patient_id="1002") for one in LISTED],
        [replace(one, dos=date(2026, 11, 4)) for one in LISTED],
        [replace(one, encounter_id="") for one in LISTED],
    ],
)
def test_any_other_line_patient_or_day_is_another_encounter(listed: list[ChargeFound]):
    assert match_encounter(listed, "1001", DOS, SENT) == ()


def test_the_same_line_twice_must_be_there_twice():
    twice = [line("36415"), line("36415")]
    assert match_encounter([charge("1", "900", "36415")], "1001", DOS, twice) == ()
    assert match_encounter([charge("1", "900", "36415"), charge("2", "900", "36415")], "1001", DOS, twice) == ("900",)


def test_a_charge_listed_twice_counts_once():
    assert match_encounter([*LISTED, LISTED[0]], "1001", DOS, SENT) == ("900",)
    assert encounter_total([*LISTED, LISTED[0]], "900") == Decimal("240.00")


def test_several_equal_encounters_come_oldest_first():
    listed = [charge("1", "1000", "36415"), charge("2", "999", "36415"), charge("3", "99", "36415")]
    assert match_encounter(listed, "1001", DOS, [line("36415")]) == ("99", "999", "1000")


def test_the_total_is_the_encounters_own_and_unknown_until_all_of_it_is_priced():
    assert encounter_total([*LISTED, charge("9", "901", "99213", total="500")], "900") == Decimal("240.00")
    assert encounter_total(LISTED, "555") is None
    assert encounter_total([*LISTED[:2], replace(LISTED[2], total_charges=None)], "900") is None


def test_the_status_is_told_in_tebras_words_each_once():
    assert charge_status(LISTED, "900") == "Draft"
    mixed = [
        replace(LISTED[0], status="Pending"),
        replace(LISTED[1], status="Completed"),
        replace(LISTED[2], status="Pending"),
    ]
    assert charge_status(mixed, "900") == "Pending, Completed"
    assert charge_status([replace(LISTED[0], status="", encounter_status="Review")], "900") == "Review"
    assert charge_status(LISTED, "555") == ""

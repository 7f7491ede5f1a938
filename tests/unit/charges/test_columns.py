from __future__ import annotations

import pytest

from lib.charges.sheet.columns import (
    INPUT_COLUMNS,
    OUTPUT_COLUMNS,
    POS_CODES,
    match_header,
    missing_columns,
    plain_header,
    suggest_columns,
)
from lib.charges.sheet.pos import PLACES_OF_SERVICE


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Patient ID", "patient_id"),
        ("  *patient-id* ", "patient_id"),
        ("DIAG1", "diag_1"),
        ("PP Batch", "pp_batch"),
        ("PP Batch #***", "pp_batch"),
        ("Date of\nService", "dos"),
        ("Reference\u00a0Number", "reference"),
        ("Insurance ID", "insurance_id"),
        ("error", "error"),
    ],
)
def test_header_is_matched_whatever_its_case_spaces_and_punctuation(header: str, key: str) -> None:
    assert match_header(header) == key


@pytest.mark.parametrize("header", ["", "***", "Notes", "Patient", "Diag", "Diag 5", "ID"])
def test_header_that_is_not_ours_is_not_guessed(header: str) -> None:
    assert match_header(header) is None


def test_no_spelling_means_two_columns() -> None:
    meant: dict[str, set[str]] = {}
    for column in (*INPUT_COLUMNS, *OUTPUT_COLUMNS):
        for text in (column.title, *column.synonyms):
            meant.setdefault(plain_header(text), set()).add(column.key)
    assert {text: keys for text, keys in meant.items() if len(keys) > 1} == {}


def test_misspelt_header_is_suggested_and_a_foreign_one_is_not() -> None:
    assert suggest_columns("Rendring Provider")[0] == "rendering_provider"
    assert suggest_columns("Colour of the folder") == ()


def test_columns_of_an_encounter_are_missed_only_when_one_of_them_is_there() -> None:
    base = {"patient_id", "practice", "dos"}
    assert missing_columns(base) == ()
    assert {column.key for column in missing_columns({"practice"})} == {"patient_id", "dos"}
    assert {column.key for column in missing_columns(base | {"patient_payment", "pp_batch"})} == {
        "payment_source",
        "reference",
    }
    assert {column.key for column in missing_columns(base | {"procedure"})} == {
        "rendering_provider",
        "encounter_mode",
        "pos",
        "units",
        "diag_1",
    }


def test_drop_down_offers_the_places_of_service_that_the_check_accepts() -> None:
    assert set(POS_CODES) == PLACES_OF_SERVICE

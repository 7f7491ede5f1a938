"""Who is meant by a written name, and who is only suggested."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lib.charges.planning.names import Candidate, Found, Resolution, plain_person, plain_place, resolve


def person(
    vendor_id: str, first: str, last: str, *, middle: str = "", degree: str = "", active: bool = True
) -> Candidate:
    name = " ".join(part for part in (first, middle, last) if part) + (f", {degree}" if degree else "")
    return Candidate(id=vendor_id, name=name, first_name=first, middle_name=middle, last_name=last, active=active)


AMBER = person("1", "Amber", "Test", middle="Rose", degree="MD")
JOHN_A = person("2", "John", "Sample", middle="A")
JOHN_B = person("3", "John", "Sample", middle="B")
ZOE = person("4", "Zoë", "Núñez-O'Hara", degree="NP")
KIM = person("5", "Kim", "Do", degree="DO")
INGRID = person("6", "Ingrid", "Øvelsgaard", degree="PhD")
OTHERS = [AMBER, JOHN_A, JOHN_B, ZOE, KIM, INGRID]


def ids(resolution: Resolution) -> list[str]:
    return [candidate.id for candidate in resolution.suggestions]


def meant(written: str, candidates: list[Candidate] | None = None) -> tuple[str | None, str]:
    resolution = resolve(written, OTHERS if candidates is None else candidates, {})
    return (resolution.candidate.id if resolution.candidate else None), resolution.how.value


@pytest.mark.parametrize(
    ("written", "vendor_id", "how"),
    [
        ("Amber Rose Test, MD", "1", "exact"),
        ("  Amber  Rose Test, MD ", "1", "exact"),
        ("amber rose test md", "1", "normalised"),
        ("AMBER ROSE TEST, M.D.", "1", "normalised"),
        ("Test, Amber Rose", "1", "normalised"),
        ("TEST, AMBER R., MD", "1", "normalised"),
        ("Test, Amber MD, FACS", "1", "normalised"),
        ("Dr. Amber Test", "1", "normalised"),
        ("Dr Amber Rose Test", "1", "normalised"),
        ("Amber Test", "1", "normalised"),
        ("John A. Sample", "2", "normalised"),
        ("Sample, John B, PA-C", "3", "normalised"),
        ("zoe nunez o'hara", "4", "normalised"),
        ("NUÑEZ-OHARA, ZOE NP", "4", "normalised"),
        ("INGRID OVELSGAARD", "6", "normalised"),
        ("Kim Do", "5", "normalised"),
        ("Do, Kim", "5", "normalised"),
        ("Kim Do, DO", "5", "exact"),
        ("Kim Do DO", "5", "normalised"),
    ],
)
def test_case_order_accents_titles_credentials_and_agreeing_middle_names_do_not_count(written, vendor_id, how):
    assert meant(written) == (vendor_id, how)


@pytest.mark.parametrize(
    "written",
    ["Amber K Test", "Ambre Test", "Test Amber", "A. Test", "Test", "MD", "John Sampel", "Jo Sample", "Amber Test Jr",
     "", " ", ","],
)  # fmt: skip
def test_resemblance_never_decides(written: str):
    assert meant(written) == (None, "unknown")


def test_a_name_that_fits_two_is_ambiguous_and_lists_both():
    resolution = resolve("John Sample", OTHERS, {})
    assert (resolution.candidate, resolution.how, ids(resolution)) == (None, Found.AMBIGUOUS, ["2", "3"])


def test_two_of_exactly_one_name_are_ambiguous():
    assert meant("Amber Test", [person("1", "Amber", "Test"), person("2", "Amber", "Test")]) == (None, "ambiguous")


def test_an_active_one_beats_an_inactive_one_even_by_a_looser_comparison():
    retired = person("9", "Amber", "Test", active=False)
    assert meant("Amber Test", [retired, AMBER]) == ("1", "normalised")
    assert meant("Amber Test", [retired, JOHN_A]) == ("9", "exact")


def test_a_surname_that_looks_like_a_credential_is_not_dropped_to_reach_somebody_else():
    assert meant("Kim A Do", [person("6", "Kim", "Ma", middle="A")]) == (None, "unknown")


def test_a_remembered_nickname_decides_in_any_case_and_punctuation():
    resolution = resolve("DR. AMBY", OTHERS, {"dr amby": "1"})
    assert (resolution.candidate, resolution.how) == (AMBER, Found.NICKNAME)
    assert resolve("Dr. Amby", OTHERS, {"Dr. Amby": "1"}).candidate == AMBER


def test_a_nickname_settles_an_ambiguous_name_but_not_a_clear_one():
    assert resolve("John Sample", OTHERS, {"john sample": "3"}).candidate == JOHN_B
    assert resolve("John A Sample", OTHERS, {"john a sample": "3"}).candidate == JOHN_A


def test_a_nickname_of_somebody_who_is_not_there_counts_for_nothing():
    assert resolve("Amby", OTHERS, {"amby": "77"}).how is Found.UNKNOWN


def test_suggestions_are_ranked_by_likeness_and_the_unlike_left_out():
    assert ids(resolve("Ambre Test", OTHERS, {})) == ["1"]
    assert ids(resolve("Sampel John A", OTHERS, {}))[0] == "2"
    assert ids(resolve("Xq", OTHERS, {})) == []


def test_places_are_not_turned_around_or_shortened():
    clinic = Candidate(id="1", name="Practice Harbor, PA")
    north = Candidate(id="2", name="Harbor & North Practice")
    assert meant("practice harbor pa", [clinic, north]) == ("1", "normalised")
    assert meant("HARBOR AND NORTH PRACTICE", [clinic, north]) == ("2", "normalised")
    assert meant("PA, Practice Harbor", [clinic, north]) == (None, "unknown")
    assert meant("Practice Harbor", [clinic, north]) == (None, "unknown")


@given(st.text(max_size=40))
@example("Ǣ")
def test_any_text_has_a_plain_spelling_that_stays_as_it_is(text: str):
    assert plain_place(plain_place(text)) == plain_place(text)
    assert plain_person(text) == " ".join(plain_person(text).split())


@given(st.text(max_size=30))
def test_a_decision_is_never_made_for_another_name(written: str):
    resolution = resolve(written, OTHERS, {})
    if resolution.candidate:
        surname = plain_place(resolution.candidate.last_name)
        assert surname in plain_place(written)

"""The verdict on a write whose reply was lost: the whole table of lib/charges/lookup.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charges.model import ServiceLine
from lib.charges.posting.lookup import UnknownEncounter, UnknownPayment, Verdict, decide_encounter, decide_payments
from lib.vendors.tebra.model import ChargeFound, PaymentFound

DAY = date(2026, 11, 3)
POSTED, ABSENT, WAIT, PERSON = Verdict.POSTED, Verdict.ABSENT, Verdict.WAIT, Verdict.PERSON


def unknown(intent_id: str = "a", *, patient: str = "1001", reference: str = "77") -> UnknownPayment:
    return UnknownPayment(
        intent_id=intent_id,
        practice_id="12",
        patient_id=patient,
        amount=Decimal("25.00"),
        post_date=DAY,
        reference=reference,
        batch="PP-1",
        first_name="Amber",
        last_name="TEST",
    )


def listed(payment_id: str = "501", *, reference: str = "77", payer: str = "Amber TEST") -> PaymentFound:
    return PaymentFound(
        id=payment_id,
        amount=Decimal("25.0"),
        payer_name=payer,
        reference=reference,
        batch="PP-1",
        post_date=DAY,
        practice_id="12",
    )


def verdicts(
    payments: Sequence[UnknownPayment], found: Sequence[PaymentFound], *, late: bool, claimed: Sequence[str] = ()
) -> list[tuple[Verdict, str]]:
    decisions = decide_payments(payments, found, set(claimed), visible_by_now=late)
    assert [decision.intent_id for decision in decisions] == [payment.intent_id for payment in payments]
    assert all(decision.evidence for decision in decisions)
    return [(decision.verdict, decision.vendor_id) for decision in decisions]


TABLE = [
    # k, c, reference, patients, before the delay, after it
    (1, 0, True, 1, [WAIT], [ABSENT]),
    (1, 0, False, 1, [WAIT], [ABSENT]),
    (2, 0, True, 1, [WAIT] * 2, [ABSENT] * 2),
    (2, 0, False, 2, [WAIT] * 2, [ABSENT] * 2),
    (1, 1, True, 1, [POSTED], [POSTED]),
    (1, 1, False, 1, [POSTED], [POSTED]),
    (2, 2, True, 1, [POSTED] * 2, [POSTED] * 2),
    (2, 2, False, 1, [POSTED] * 2, [POSTED] * 2),
    (2, 2, True, 2, [POSTED] * 2, [POSTED] * 2),
    (2, 2, False, 2, [POSTED] * 2, [POSTED] * 2),
    (1, 2, True, 1, [POSTED], [POSTED]),
    (1, 2, False, 1, [PERSON], [PERSON]),
    (2, 3, True, 1, [POSTED] * 2, [POSTED] * 2),
    (2, 3, True, 2, [POSTED] * 2, [POSTED] * 2),
    (2, 3, False, 1, [PERSON] * 2, [PERSON] * 2),
    (2, 1, True, 1, [WAIT] * 2, [POSTED, ABSENT]),
    (3, 2, True, 1, [WAIT] * 3, [POSTED, POSTED, ABSENT]),
    (2, 1, True, 2, [WAIT] * 2, [PERSON] * 2),
    (2, 1, False, 1, [WAIT] * 2, [PERSON] * 2),
    (2, 1, False, 2, [WAIT] * 2, [PERSON] * 2),
]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("k", "c", "reference", "patients", "before", "after"), TABLE)
def test_the_table(k, c, reference, patients, before, after, late):
    word = "77" if reference else ""
    payments = [unknown(str(n), patient=str(1001 + n % patients), reference=word) for n in range(k)]
    found = [listed(str(509 - n), reference=word) for n in range(c)]
    lowest = sorted(one.id for one in found)
    expected = [
        (verdict, lowest[n] if verdict is POSTED else "") for n, verdict in enumerate(after if late else before)
    ]
    assert verdicts(payments, found, late=late) == expected


def test_a_payment_that_another_intent_has_is_no_candidate():
    assert verdicts([unknown()], [listed("501")], late=True, claimed=["501"]) == [(ABSENT, "")]
    assert verdicts([unknown()], [listed("501"), listed("502")], late=True, claimed=["501"]) == [(POSTED, "502")]


def test_the_second_of_two_equal_cash_payments_is_found_beside_the_first():
    cash = unknown(reference="")
    found = [listed("501", reference=""), listed("502", reference="")]
    assert verdicts([cash], found, late=False, claimed=["501"]) == [(POSTED, "502")]


@pytest.mark.parametrize(
    "other",
    [
        replace(listed(), amount=Decimal("25.01")),
        replace(listed(), amount=None),
        replace(listed(), batch="PP-2"),
        replace(listed(), reference="78"),
        replace(listed(), post_date=date(2026, 11, 4)),
        replace(listed(), practice_id="13"),
        replace(listed(), payer_name="Ruby TEST"),
        replace(listed(), payer_name="TEST, Amberly"),
        replace(listed(), payer_name="Amber Lee TEST"),
        replace(listed(), payer_name="Amber TEST (1002)"),
        replace(listed(), id=""),
    ],
)
def test_a_payment_that_differs_in_anything_is_another_one(other: PaymentFound):
    assert verdicts([unknown()], [other], late=True) == [(ABSENT, "")]


@pytest.mark.parametrize(
    "payer",
    [
        "Amber TEST",
        "TEST, Amber",
        "test, AMBER",
        "TEST, AMBER R",
        "Amber Rose Test",
        "Mrs. Amber Test Jr.",
        "TEST, Amber (1001)",
    ],
)
def test_the_payer_is_the_patient_in_either_order_with_or_without_middle_name(payer: str):
    named = replace(unknown(), middle_name="Rose")
    assert verdicts([named], [listed(payer=payer)], late=False) == [(POSTED, "501")]


def test_batch_and_reference_agree_in_any_case_and_spacing():
    found = replace(listed(), batch="pp-1 ", reference=" 7 7")
    assert verdicts([unknown()], [found], late=False) == [(POSTED, "501")]


def test_a_practice_that_is_not_told_is_not_held_against_a_payment():
    assert verdicts([unknown()], [replace(listed(), practice_id="")], late=False) == [(POSTED, "501")]


def test_a_payment_without_payers_name_is_for_a_person_once_the_delay_is_over():
    assert verdicts([unknown()], [listed(payer="")], late=False) == [(WAIT, "")]
    assert verdicts([unknown()], [listed(payer="")], late=True) == [(PERSON, "")]


def test_a_patient_without_a_name_is_never_called_absent_while_an_equal_payment_is_there():
    nobody = replace(unknown(), first_name="", last_name="")
    assert verdicts([nobody], [listed()], late=True) == [(PERSON, "")]
    assert verdicts([nobody], [], late=True) == [(ABSENT, "")]


def test_payments_of_other_payers_in_one_look_up_are_judged_apart():
    ruby = replace(unknown("b", patient="1002"), first_name="Ruby")
    assert verdicts([unknown("a"), ruby], [listed("501", payer="Ruby TEST")], late=True) == [
        (ABSENT, ""),
        (POSTED, "501"),
    ]


def test_two_patients_whose_names_are_each_others_reverse_share_their_candidates():
    reverse = replace(unknown("b", patient="1002"), first_name="Test", last_name="AMBER")
    assert verdicts([unknown("a"), reverse], [listed()], late=True) == [(PERSON, ""), (PERSON, "")]


def test_two_patients_whose_names_could_be_one_payers_share_their_candidates():
    short, long = unknown("a"), replace(unknown("b", patient="1002"), middle_name="Rose")
    assert verdicts([short, long], [listed(payer="Amber TEST")], late=True) == [(PERSON, ""), (PERSON, "")]
    one, other = replace(short, first_name="Amber Rose"), replace(long, first_name="Amber")
    assert verdicts([one, other], [listed(payer="Amber Rose TEST")], late=True) == [(PERSON, ""), (PERSON, "")]
    both = [listed("501", payer="Amber Rose TEST"), listed("502", payer="TEST, Amber Rose")]
    assert verdicts([one, other], both, late=False) == [(POSTED, "501"), (POSTED, "502")]


def test_evidence_names_the_candidates_and_no_person():
    decision = decide_payments(
        [unknown(reference="")], [listed(reference=""), listed("502", reference="")], set(), visible_by_now=True
    )[0]
    assert "501" in decision.evidence and "502" in decision.evidence
    assert "amber" not in decision.evidence.casefold()


@given(
    st.lists(st.tuples(st.sampled_from(["", "77"]), st.sampled_from(["1001", "1002"])), max_size=5),
    st.lists(st.tuples(st.sampled_from(["", "77"]), st.sampled_from(["Amber TEST", "Ruby TEST", ""])), max_size=5),
    st.booleans(),
)
def test_no_payment_is_given_to_two_intents_and_none_is_absent_while_enough_are_there(sent, there, late):
    payments = [unknown(str(n), reference=reference, patient=patient) for n, (reference, patient) in enumerate(sent)]
    found = [listed(str(500 + n), reference=reference, payer=payer) for n, (reference, payer) in enumerate(there)]
    decided = verdicts(payments, found, late=late)
    given_ids = Counter(vendor_id for _, vendor_id in decided if vendor_id)
    assert not given_ids or max(given_ids.values()) == 1
    for reference in ("", "77"):
        mine = [
            verdict for payment, (verdict, _) in zip(payments, decided, strict=True) if payment.reference == reference
        ]
        candidates = sum(one.reference == reference and one.payer_name == "Amber TEST" for one in found)
        if mine and candidates >= len(mine):
            assert ABSENT not in mine
        if not late:
            assert ABSENT not in mine


LINES = (
    ServiceLine(row=2, procedure="99213", units=Decimal(1), modifiers=("25",), diagnoses=("I10",)),
    ServiceLine(row=3, procedure="36415", units=Decimal(1), modifiers=(), diagnoses=("I10",)),
)
ENCOUNTER = UnknownEncounter(
    intent_id="e",
    patient_id="1001",
    dos=DAY,
    lines=LINES,
    rendering_provider_id="7",
    rendering_provider_name="Amber Test, MD",
)


def day_list(encounter: str = "900", *, provider_id: str = "7", provider: str = "Amber Test, MD") -> list[ChargeFound]:
    return [
        ChargeFound(
            id=f"{encounter}-{line.row}",
            encounter_id=encounter,
            patient_id="1001",
            dos=DAY,
            code=line.procedure,
            modifiers=line.modifiers,
            units=line.units,
            rendering_provider_id=provider_id,
            rendering_provider_name=provider,
        )
        for line in LINES
    ]


def test_an_encounter_with_the_lines_sent_is_posted_at_once():
    decision = decide_encounter(ENCOUNTER, day_list(), set(), visible_by_now=False)
    assert (decision.verdict, decision.vendor_id) == (POSTED, "900") and "900" in decision.evidence


def test_of_several_encounters_the_lowest_unclaimed_is_ours():
    charges = day_list("1000") + day_list("900") + day_list("901")
    assert decide_encounter(ENCOUNTER, charges, {"900"}, visible_by_now=True).vendor_id == "901"


@pytest.mark.parametrize(
    "charges",
    [
        [],
        day_list(provider_id="8"),
        day_list(provider_id="", provider="Ruby Test"),
        [replace(charge, patient_id="1002") for charge in day_list()],
    ],
)
def test_an_encounter_that_is_not_listed_is_waited_for_and_then_absent(charges: list[ChargeFound]):
    assert decide_encounter(ENCOUNTER, charges, set(), visible_by_now=False).verdict is WAIT
    assert decide_encounter(ENCOUNTER, charges, set(), visible_by_now=True).verdict is ABSENT


def test_an_unclaimed_encounter_with_other_lines_is_left_to_a_person():
    assert decide_encounter(ENCOUNTER, day_list()[:1], set(), visible_by_now=False).verdict is WAIT
    assert decide_encounter(ENCOUNTER, day_list()[:1], set(), visible_by_now=True).verdict is PERSON
    assert decide_encounter(ENCOUNTER, day_list()[:1], {"900"}, visible_by_now=True).verdict is ABSENT


def test_a_claimed_encounter_is_not_ours():
    assert decide_encounter(ENCOUNTER, day_list(), {"900"}, visible_by_now=True).verdict is ABSENT


@pytest.mark.parametrize("provider", ["", "TEST, AMBER", "Amber Test"])
def test_a_provider_is_compared_by_name_only_where_tebra_tells_no_id(provider: str):
    charges = day_list(provider_id="", provider=provider)
    assert decide_encounter(ENCOUNTER, charges, set(), visible_by_now=False).verdict is POSTED

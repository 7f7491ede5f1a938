"""Every operation of Tebra against the practice vendor: what was said is what was written, and what is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from lib.vendors.errors import FieldProblem, OutcomeUnknown, Refused
from lib.vendors.tebra.model import EncounterStatus, NewLine, PaymentFilter, PaymentMethod, Practice
from lib.vendors.tebra.throttles import DOCUMENTED_GAPS_MS
from sandbox.running import TebraControl
from tests.integration.tebra.office import (
    CASE,
    CUSTOMER,
    DOS,
    INSURED,
    OFFICE,
    PRACTICE,
    WORLD,
    Connect,
    encounter,
    payment,
    send,
)


def test_a_login_that_works_names_its_customer(connect: Connect) -> None:
    assert connect().check_credentials().customer_id == CUSTOMER.id


def test_the_accounts_own_gaps_come_under_our_names(connect: Connect, control: TebraControl) -> None:
    control.configure(throttle_scale=2)
    assert connect().get_throttles() == {name: gap * 2 for name, gap in DOCUMENTED_GAPS_MS.items()}


def test_practices_locations_and_providers_are_the_offices(connect: Connect) -> None:
    tebra = connect()
    assert {practice.name for practice in tebra.get_practices()} == {office.name for office in CUSTOMER.practices}
    for office in CUSTOMER.practices:
        practice = Practice(id=office.id, name=office.name)
        locations = tebra.get_service_locations(practice)
        assert {(place.id, place.name) for place in locations} == {(place.id, place.name) for place in office.locations}
        providers = tebra.get_providers(practice)
        assert {(who.id, who.full_name, who.npi, who.active) for who in providers} == {
            (who.id, who.full_name, who.npi, who.active) for who in office.providers
        }
        assert {who.id for who in providers if who.is_referring} == {
            who.id for who in office.providers if who.kind == "referring"
        }


def test_a_patient_comes_with_cases_policies_and_practice(connect: Connect) -> None:
    found = connect().get_patient(INSURED.id)
    assert found is not None
    assert (found.id, found.full_name, found.dob) == (INSURED.id, INSURED.full_name, INSURED.born)
    assert (found.practice_id, found.practice_name) == (OFFICE.id, OFFICE.name)
    policy = CASE.policies[0]
    assert found.primary_case is not None and found.primary_case.id == CASE.id
    read = found.primary_case.policies[0]
    assert (read.number, read.plan_name, read.company_name) == (policy.number, policy.payer.plan, policy.payer.name)
    assert (read.effective_start, read.effective_end) == (policy.starts, policy.ends)


def test_every_patient_of_the_office_can_be_read(connect: Connect) -> None:
    tebra = connect()
    for id in WORLD.patient_ids(OFFICE.id):
        known, found = WORLD.patient(id), tebra.get_patient(id)
        assert known is not None and found is not None
        assert [case.id for case in found.cases] == [case.id for case in known.cases]
        assert (found.primary_case and found.primary_case.id) == (known.primary_case and known.primary_case.id)


def test_an_unknown_or_hidden_patient_is_none(connect: Connect, control: TebraControl) -> None:
    control.configure(hidden_patients=(INSURED.id,), throttle_scale=0)
    assert connect().get_patient(INSURED.id) is None
    assert connect().get_patient("999999999") is None


def test_a_procedure_code_is_known_or_not(connect: Connect) -> None:
    assert [found.code for found in connect().get_procedure_codes("99213")] == ["99213"]
    assert connect().get_procedure_codes("00000") == []
    assert len(connect().get_procedure_codes()) > 10


def test_a_payment_is_posted_as_said_and_found_again(connect: Connect, control: TebraControl) -> None:
    tebra = connect()
    posted = tebra.create_payment(payment(), send)
    (written,) = control.payments()
    assert (written.id, written.amount, written.method) == (posted.id, Decimal("25.10"), "Check")
    assert (written.patient_id, written.practice_id) == (INSURED.id, OFFICE.id)
    assert (written.batch, written.reference, written.post_date) == ("PP-1", "CK-1", DOS)
    wanted = PaymentFilter(
        practice_name=OFFICE.name, batch="PP-1", reference="CK-1", amount=Decimal("25.1"), post_date_from=DOS
    )
    (found,) = tebra.get_payments(wanted)
    assert (found.id, found.amount, found.method) == (posted.id, Decimal("25.10"), PaymentMethod.CHECK)
    assert (found.post_date, found.payer_type, found.payer_name) == (DOS, "Patient", INSURED.full_name)
    assert tebra.get_payments(replace(wanted, reference="CK-2")) == []


@pytest.mark.parametrize("spelling", ["names", "codes"])
@pytest.mark.parametrize("method", list(PaymentMethod))
def test_payment_methods_are_understood_in_both_spellings(
    spelling: str, method: PaymentMethod, connect: Connect, control: TebraControl
) -> None:
    control.configure(payment_methods=spelling, throttle_scale=0)
    tebra = connect(payment_method=spelling)
    tebra.create_payment(payment(method=method), send)
    (found,) = tebra.get_payments(PaymentFilter(practice_id=OFFICE.id, batch="PP-1"))
    assert found.method is method


def test_an_encounter_is_created_as_said_and_its_charges_found_again(connect: Connect, control: TebraControl) -> None:
    tebra = connect()
    posted = tebra.create_encounter(encounter(admit_date=DOS, discharge_date=DOS), send)
    (written,) = control.encounters()
    assert written.id == posted.id
    assert tuple(line.id for line in written.lines) == posted.line_ids
    assert [(line.code, line.modifiers, line.diagnoses, line.units) for line in written.lines] == [
        ("99213", ("25",), ("E11.9", "I10"), 1),
        ("36415", (), ("I10",), 2),
    ]
    wanted = encounter()
    assert (written.rendering_provider_id, written.scheduling_provider_id, written.referring_provider_id) == (
        wanted.rendering_provider_id,
        wanted.scheduling_provider_id,
        wanted.referring_provider.id if wanted.referring_provider else "",
    )
    assert (written.dos, written.post_date, written.admitted, written.discharged) == (DOS, DOS, DOS, DOS)
    assert (written.status, written.batch, written.place_of_service) == ("Draft", "CE-1", "11")

    charges = tebra.get_charges(OFFICE.name, DOS)
    assert {charge.encounter_id for charge in charges} == {posted.id}
    assert [(charge.code, charge.modifiers, charge.units) for charge in charges] == [
        ("99213", ("25",), 1),
        ("36415", (), 2),
    ]
    assert sum(charge.total_charges or 0 for charge in charges) == written.charge
    assert all(charge.patient_id == INSURED.id and charge.dos == DOS for charge in charges)

    details = tebra.get_encounter_details(posted.id, PRACTICE)
    assert details is not None
    assert (details.status_word, details.patient_id, details.dos) == ("Draft", INSURED.id, DOS)


def test_charges_of_other_days_and_like_named_practices_are_dropped(connect: Connect) -> None:
    tebra = connect()
    for days in (0, 1, 2):
        day = DOS - timedelta(days=days)
        tebra.create_encounter(encounter(dos=day, post_date=day), send)
    found = tebra.get_charges(OFFICE.name, DOS - timedelta(days=1))
    assert {charge.dos for charge in found} == {DOS - timedelta(days=1)}
    assert tebra.get_charges(OFFICE.name[:4], DOS) == []


def test_a_connection_may_ask_for_another_status_and_send_our_key(connect: Connect, control: TebraControl) -> None:
    tebra = connect(encounter_status="Submitted", external_vendor_id="9")
    tebra.create_encounter(encounter(external_id="ds-1"), send)
    (written,) = control.encounters()
    assert (written.status, written.external_id) == ("Submitted", "ds-1")


def test_a_key_that_is_taken_means_an_earlier_attempt_was_written(connect: Connect, control: TebraControl) -> None:
    control.configure(repeated_external_id="refused", throttle_scale=0)
    tebra = connect(external_vendor_id="9")
    tebra.create_encounter(encounter(external_id="ds-1"), send)
    with pytest.raises(OutcomeUnknown):
        tebra.create_encounter(encounter(external_id="ds-1"), send)


@pytest.mark.parametrize(("word", "understood"), [("guide", "Review"), ("enum", "Submitted")])
def test_an_encounter_moves_on_in_the_accounts_words(
    word: str, understood: str, connect: Connect, control: TebraControl
) -> None:
    control.configure(review_word=understood, throttle_scale=0)
    tebra = connect(status_word=word)
    posted = tebra.create_encounter(encounter(), send)
    tebra.update_encounter_status(posted.id, EncounterStatus.SUBMITTED, PRACTICE, send)
    details = tebra.get_encounter_details(posted.id, PRACTICE)
    assert details is not None and details.status_word == "Review"
    tebra.update_encounter_status(posted.id, EncounterStatus.APPROVED, PRACTICE, send)
    with pytest.raises(Refused):
        tebra.update_encounter_status(posted.id, EncounterStatus.REJECTED, PRACTICE, send)


def test_a_refused_encounter_says_which_line_which_field_which_value(connect: Connect, control: TebraControl) -> None:
    bad = (
        NewLine(code="99213", units=Decimal(1), diagnoses=("E11.9", "Z99.XX"), modifiers=("25", "QQ")),
        NewLine(code="00000", units=Decimal(1), diagnoses=("I10",)),
    )
    with pytest.raises(Refused) as caught:
        connect().create_encounter(encounter(lines=bad, rendering_provider_id="999", case_id="1"), send)
    found = {(problem.line, problem.field, problem.value) for problem in caught.value.problems}
    assert found == {
        (1, "Diag 2", "Z99.XX"),
        (1, "Mod 2", "QQ"),
        (2, "Procedures", "00000"),
        (None, "Rendering Provider", "999"),
        (None, "Case", "1"),
    }
    assert all(problem.message and "<" not in problem.message for problem in caught.value.problems)
    assert control.journal() == []


def test_a_refused_payment_says_why(connect: Connect, control: TebraControl) -> None:
    with pytest.raises(Refused) as caught:
        connect().create_payment(payment(patient_id="999999999"), send)
    assert caught.value.problems == (FieldProblem(message="Patient could not be found."),)
    assert control.journal() == []

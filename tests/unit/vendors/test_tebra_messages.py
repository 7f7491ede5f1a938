"""What is sent says exactly what the record says, in Tebra's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from lib.vendors.errors import BadRequest
from lib.vendors.tebra import messages
from lib.vendors.tebra.model import (
    EncounterStatus,
    NewEncounter,
    NewLine,
    NewPayment,
    PaymentFilter,
    PaymentMethod,
    ReferringProvider,
)

DOS = date(2026, 11, 2)
PAYMENT = NewPayment(
    practice_id="1",
    practice_name="Harbor",
    patient_id="1001",
    amount=Decimal("25"),
    method=PaymentMethod.CHECK,
    post_date=DOS,
)
ENCOUNTER = NewEncounter(
    practice_id="1",
    practice_name="Harbor",
    patient_id="1001",
    case_id="7",
    rendering_provider_id="31",
    location_id="41",
    pos="02",
    dos=DOS,
    post_date=date(2026, 11, 3),
    lines=(NewLine(code="99213", units=Decimal("1.50"), diagnoses=("E11.9", "I10"), modifiers=("25",)),),
)


def encounter(**changes: object) -> dict[str, Any]:
    made = replace(ENCOUNTER, **changes)
    return messages.new_encounter(made, status=EncounterStatus.DRAFT, external_vendor_id=9)["Encounter"]


def test_money_has_two_decimals_and_ids_stay_text_in_a_payment() -> None:
    sent = messages.new_payment(PAYMENT, methods="names")["Payment"]
    assert sent["Payment"] == {"AmountPaid": "25.00", "PaymentMethod": "Check", "ReferenceNumber": ""}
    assert sent["Patient"]["PatientID"] == "1001"
    assert sent["PostDate"] == "2026-11-02"
    assert sent["PayerType"] == "Patient"


@pytest.mark.parametrize("amount", ["0", "-5", "10.005", "NaN", "Infinity"])
def test_an_amount_that_is_no_whole_cents_is_not_rounded_but_refused(amount: str) -> None:
    with pytest.raises(BadRequest) as caught:
        messages.new_payment(replace(PAYMENT, amount=Decimal(amount)), methods="names")
    assert caught.value.attempts == 0


@pytest.mark.parametrize(
    ("method", "name", "code"),
    [
        (PaymentMethod.CHECK, "Check", "1"),
        (PaymentMethod.CREDIT_CARD, "CreditCard", "3"),
        (PaymentMethod.EFT, "ElectronicFundsTransfer", "4"),
        (PaymentMethod.CASH, "Cash", "5"),
    ],
)
def test_methods_go_out_as_names_or_codes_and_come_back_from_both(method: PaymentMethod, name: str, code: str) -> None:
    assert messages.method_sent(method, "names") == name
    assert messages.method_sent(method, "codes") == code
    assert messages.method_read(name) == messages.method_read(code) == method


def test_an_unknown_method_is_not_guessed() -> None:
    assert messages.method_read("Unknown") is None
    assert messages.method_read("") is None


def test_encounter_dates_have_no_zone_and_units_no_exponent() -> None:
    sent = encounter(lines=(NewLine(code="J1100", units=Decimal("1E+2"), diagnoses=("I10",)),))
    assert sent["ServiceStartDate"] == sent["ServiceEndDate"] == "2026-11-02T00:00:00"
    assert sent["PostDate"] == "2026-11-03T00:00:00"
    assert sent["ServiceLines"]["ServiceLineReq"][0]["Units"] == "100"


def test_a_line_carries_its_diagnoses_and_modifiers_in_order_and_no_price() -> None:
    (line,) = encounter()["ServiceLines"]["ServiceLineReq"]
    assert (line["DiagnosisCode1"], line["DiagnosisCode2"], line["ProcedureModifier1"]) == ("E11.9", "I10", "25")
    assert "UnitCharge" not in line
    assert line["Units"] == "1.5"


def test_a_referring_provider_goes_by_npi_and_name_else_by_id() -> None:
    known = ReferringProvider(id="5", npi="1234567893", first_name="Ruth", last_name="TEST")
    assert encounter(referring_provider=known)["ReferringProvider"]["NPI"] == "1234567893"
    assert encounter(referring_provider=ReferringProvider(id="5"))["ReferringProvider"] == {"ProviderID": 5}
    with pytest.raises(BadRequest):
        encounter(referring_provider=ReferringProvider())


def test_our_key_goes_out_only_with_a_vendor_id_and_never_longer_than_tebra_keeps() -> None:
    assert encounter(external_id="ds-1")["EncounterExternalID"] == "ds-1"
    made = replace(ENCOUNTER, external_id="ds-1")
    sent = messages.new_encounter(made, status=EncounterStatus.DRAFT, external_vendor_id=None)["Encounter"]
    assert sent["EncounterExternalID"] is None
    with pytest.raises(BadRequest):
        encounter(external_id="x" * 26)


def test_hospital_dates_go_out_only_where_there_are_any() -> None:
    assert encounter()["Hospitalization"] is None
    assert encounter(admit_date=DOS)["Hospitalization"] == {"EndDate": None, "StartDate": "2026-11-02T00:00:00"}


@pytest.mark.parametrize("bad", ["", "12a", "-1", "0", "1.0", "99999999999999", "٣"])
def test_what_is_no_id_is_not_sent(bad: str) -> None:
    with pytest.raises(BadRequest):
        encounter(patient_id=bad)
    with pytest.raises(BadRequest):
        messages.patient(bad)


@pytest.mark.parametrize(
    "line",
    [NewLine(code="1", units=Decimal(1), diagnoses=()), NewLine(code="1", units=Decimal(1), diagnoses=("A",) * 5)],
)
def test_a_line_that_tebra_cannot_hold_is_not_cut_but_refused(line: NewLine) -> None:
    with pytest.raises(BadRequest):
        encounter(lines=(line,))


def test_the_status_word_follows_the_account() -> None:
    def word(setting: str) -> str:
        sent = messages.encounter_status("5", EncounterStatus.SUBMITTED, "1", "Harbor", word=setting)  # ty: ignore[invalid-argument-type]
        return sent["EncounterUpdateStatus"]["EncounterStatus"]

    assert (word("guide"), word("enum")) == ("Review", "Submitted")


def test_a_payment_look_up_with_one_date_asks_for_that_day() -> None:
    sent = messages.payments(PaymentFilter(practice_name="Harbor", post_date_from=DOS, amount=Decimal("5")))
    assert (sent["FromPostDate"], sent["ToPostDate"], sent["Amount"]) == ("2026-11-02", "2026-11-02", "5.00")

"""What the Tebra stand-in gives and what it writes, with both answers to the open questions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from sandbox.sheets import IntendedEncounter, SheetOrder, draw_sheet, find_differences
from tests.integration.stand_in.caller import (
    HARBOR,
    PRACTICE,
    WORLD,
    Office,
    encounter,
    known_patient,
    payment,
    text,
    write_all,
)


def test_fields_give_data_in_the_form_that_the_switch_says(office: Office) -> None:
    asked = ("GetPractices", "PracticeData", {"ID": PRACTICE.id})
    toggles = {"ID": True, "PracticeName": True}
    assert office.rows(*asked, toggles) == [{"ID": PRACTICE.id, "PracticeName": PRACTICE.name}]
    office.vendors.tebra.configure(fields="empty")
    assert office.rows(*asked, toggles) == [{}] and office.rows(*asked)[0]["ID"] == PRACTICE.id
    office.vendors.tebra.configure(fields="toggles")
    assert office.rows(*asked) == [{}] and office.rows(*asked, toggles)[0]["ID"] == PRACTICE.id


def test_no_result_is_one_empty_row(office: Office) -> None:
    assert office.rows("GetPayments", "PaymentData", {"BatchNumber": "none"}) == [{}]


def test_a_practice_name_matches_as_a_part_and_days_around_come_along(office: Office) -> None:
    north = HARBOR.practices[1]
    other = WORLD.patient_ids(north.id)[0]
    office.call("CreateEncounter", Encounter=encounter())
    office.call(
        "CreateEncounter",
        Encounter=encounter(
            patient=other,
            Practice={"PracticeID": north.id},
            RenderingProvider={"ProviderID": north.providers[0].id},
            ServiceLocation={"LocationID": north.locations[0].id},
        ),
    )
    office.call("CreateEncounter", Encounter=encounter(dos="2026-11-18"))
    assert sorted(row["EncounterID"] for row in office.charges()) == ["700001", "700002", "700003"]
    office.vendors.tebra.configure(loose_filters=False)
    assert sorted(row["EncounterID"] for row in office.charges()) == ["700001", "700002"]
    assert [row["EncounterID"] for row in office.charges(PracticeName=north.name)] == ["700002"]


def test_draft_charges_need_asking_for_and_are_priced_by_the_fee_schedule(office: Office) -> None:
    office.call("CreateEncounter", Encounter=encounter(lines=2))
    assert [(row["TotalCharges"], row["EncounterStatus"]) for row in office.charges()] == [("250.0000", "Draft")] * 2
    assert office.charges(IncludeUnapprovedCharges="") == [{}]
    assert [entry.charge for entry in office.vendors.tebra.encounters()] == [Decimal("500.00")]


def test_a_lone_date_gets_a_partner_and_a_wide_posting_window_is_a_fault(office: Office) -> None:
    office.call("CreateEncounter", Encounter=encounter())
    assert len(office.charges(FromServiceDate="11/13/2026", ToServiceDate="")) == 1
    assert office.charges(FromServiceDate="11/10/2026", ToServiceDate="") == [{}]
    wide = {"FromPostingDate": "2026-09-01", "ToPostingDate": "2026-11-20"}
    asked = {"PracticeName": PRACTICE.name, "IncludeUnapprovedCharges": "T"} | wide
    answer = office.send("GetCharges", office.envelope("GetCharges", Fields={}, Filter=asked))
    assert answer.status_code == 500 and "InternalServiceFault" in answer.text


def test_the_same_write_twice_is_written_twice(office: Office) -> None:
    write_all(office)
    write_all(office)
    assert len(office.vendors.tebra.payments()) == len(office.vendors.tebra.encounters()) == 2


def test_a_repeated_external_id_is_duplicated_or_refused(office: Office) -> None:
    wanted = encounter(EncounterExternalID="key-1")
    for _ in range(2):
        office.call("CreateEncounter", Encounter=wanted)
    assert len(office.vendors.tebra.encounters()) == 2
    office.vendors.tebra.configure(repeated_external_id="refused")
    assert "UNIQUE KEY" in (text(office.call("CreateEncounter", Encounter=wanted), "ErrorMessage") or "")
    assert len(office.vendors.tebra.encounters()) == 2


def test_payment_methods_are_names_or_codes_and_the_rest_is_unknown(office: Office) -> None:
    office.pay(method="Check")
    office.pay(method="1")
    office.vendors.tebra.configure(payment_methods="codes")
    office.pay(method="Check")
    office.pay(method="1")
    assert [entry.method for entry in office.vendors.tebra.payments()] == ["Check", "Unknown", "Unknown", "Check"]


@pytest.mark.parametrize("amount", ["0", "-5", "abc", "NaN", "Infinity", ""])
def test_a_payment_without_a_right_amount_is_refused(office: Office, amount: str) -> None:
    reply = office.pay(amount=amount)
    assert (text(reply, "IsError"), text(reply, "PaymentID")) == ("true", "-1")
    assert office.vendors.tebra.journal() == []


def test_payer_names_come_in_the_order_that_the_switch_says(office: Office) -> None:
    known = known_patient()
    office.pay()
    office.vendors.tebra.configure(payer_name="last_first")
    office.pay()
    names = [row["PayerName"] for row in office.rows("GetPayments", "PaymentData", {"BatchNumber": "B1"})]
    assert names == [known.full_name, known.sorted_name]


def test_a_patient_of_another_practice_is_accepted_or_refused(office: Office) -> None:
    stranger = WORLD.patient_ids(HARBOR.practices[2].id)[0]
    assert text(office.pay(patient=stranger), "IsError") == "false"
    office.vendors.tebra.configure(practice_mismatch="refused")
    assert text(office.pay(patient=stranger), "IsError") == "true"
    assert text(office.call("CreateEncounter", Encounter=encounter(patient=stranger)), "IsError") == "true"


@pytest.mark.parametrize(
    ("line", "changed", "place", "value"),
    [
        ({"ProcedureCode": "99998"}, {}, "ServiceLines/ServiceLine/ProcedureCode", "99998"),
        ({"DiagnosisCode1": "Q99.X"}, {}, "ServiceLines/ServiceLine/DiagnosisCode1", "Q99.X"),
        ({"ProcedureModifier1": "ZZ"}, {}, "ServiceLines/ServiceLine/ProcedureModifier1", "ZZ"),
        ({}, {"RenderingProvider": {"ProviderID": 1}}, "RenderingProvider", None),
        ({}, {"ReferringProvider": {"NPI": "1"}}, "ReferringProvider", None),
        ({}, {"ServiceLocation": {"LocationID": 1}}, "ServiceLocation", None),
        ({}, {"Case": None}, "Case", None),
        ({}, {"PlaceOfService": {"PlaceOfServiceCode": "88"}}, "PlaceOfService/PlaceOfServiceCode", "88"),
    ],
)
def test_a_refused_encounter_is_echoed_with_the_error_where_it_belongs(
    office: Office, line: dict[str, str], changed: dict[str, Any], place: str, value: str | None
) -> None:
    wanted = encounter(**changed)
    wanted["ServiceLines"]["ServiceLineReq"][0] = wanted["ServiceLines"]["ServiceLineReq"][0] | line
    reply = office.call("CreateEncounter", Encounter=wanted)
    assert (text(reply, "IsError"), text(reply, "EncounterID")) == ("true", "-1")
    echo = etree.fromstring(text(reply, "ErrorMessage") or "")
    marked = echo.find(place)
    assert marked is not None and marked.text == value and marked.find("err") is not None
    assert (echo.find("ServiceLines/err[@id='6100']") is not None) == bool(line)
    assert office.vendors.tebra.journal() == []


def test_writes_are_seen_only_after_the_visibility_delay(office: Office) -> None:
    office.vendors.tebra.configure(visibility_seconds=3600)
    write_all(office)
    assert office.charges() == office.rows("GetPayments", "PaymentData", {"BatchNumber": "B1"}) == [{}]
    assert len(office.vendors.tebra.journal()) == 2


def test_a_drawn_sheet_posted_by_the_vendors_members_is_found_again_and_nothing_else(office: Office) -> None:
    drawn = draw_sheet(WORLD, SheetOrder(rows=25, today=date(2026, 11, 20), payment_share=1))
    assert len(find_differences(drawn, ())) == len(drawn.payments) + len(drawn.encounters)
    methods = {"CHECK": "Check", "CREDIT CARD": "CreditCard", "EFT": "ElectronicFundsTransfer", "CASH": "Cash"}
    for asked in drawn.payments:
        wanted = payment(
            patient=asked.patient_id,
            amount=str(asked.amount),
            method=methods[asked.source],
            reference=asked.reference,
            batch=asked.batch,
        )
        office.call("CreatePayment", Payment=wanted | {"Practice": {"PracticeID": asked.practice_id}})
    for asked in drawn.encounters:
        office.call("CreateEncounter", Encounter=_as_asked(asked))
    assert find_differences(drawn, office.vendors.tebra.journal()) == []
    office.call("CreateEncounter", Encounter=_as_asked(drawn.encounters[0]))
    assert len(find_differences(drawn, office.vendors.tebra.journal())) == 1


def _as_asked(asked: IntendedEncounter) -> dict:
    practice = WORLD.practice(asked.practice_id)
    assert practice
    lines = [
        {"ProcedureCode": line.code, "Units": line.units, "ServiceStartDate": f"{asked.dos}T00:00:00"}
        | {f"ProcedureModifier{nth}": code for nth, code in enumerate(line.modifiers, start=1)}
        | {f"DiagnosisCode{nth}": code for nth, code in enumerate(line.diagnoses, start=1)}
        for line in asked.lines
    ]
    stay = {"StartDate": f"{asked.admitted}T00:00:00", "EndDate": f"{asked.discharged}T00:00:00"}
    referring = {"ProviderID": asked.referring_provider_id} if asked.referring_provider_id else None
    return encounter(
        patient=asked.patient_id,
        dos=str(asked.dos),
        BatchNumber=asked.batch,
        Hospitalization=stay if asked.admitted else None,
        PlaceOfService={"PlaceOfServiceCode": asked.pos},
        Practice={"PracticeID": asked.practice_id},
        RenderingProvider={"ProviderID": asked.rendering_provider_id},
        ReferringProvider=referring,
        SchedulingProvider={"ProviderID": asked.scheduling_provider_id},
        ServiceLines={"ServiceLineReq": lines},
        ServiceLocation={"LocationID": practice.locations[0].id},
    )

"""What the Tebra stand-in serves, whom it lets in, and how it reads requests."""

from __future__ import annotations

from datetime import date

import pytest
import requests
import zeep
from lxml import etree

from sandbox.running import RunningVendors
from sandbox.tebra.members import OPERATIONS, TYPES
from sandbox.tebra.wsdl import SERVICE_PATH
from tests.integration.stand_in.caller import (
    CONTRACT,
    DOS,
    HARBOR,
    PRACTICE,
    WORLD,
    Office,
    encounter,
    known_patient,
    patient_id,
    payment,
    text,
    write_all,
)


def test_wsdl_names_the_address_that_was_asked(running: RunningVendors) -> None:
    for query in ("wsdl", "singleWsdl"):
        body = requests.get(f"{running.base_url}{SERVICE_PATH}?{query}", timeout=10).text
        assert f'location="{running.base_url}{SERVICE_PATH}"' in body


@pytest.mark.parametrize("source", ["wsdl_2021_single.wsdl", "wsdl_2025/KareoServices_2025.wsdl"])
def test_requests_from_the_vendors_own_wsdl_are_understood(office: Office, source: str) -> None:
    if not CONTRACT.exists():
        pytest.skip("the vendor's contract is not beside this repository")
    theirs = Office(vendors=office.vendors, wsdl=zeep.Client(str(CONTRACT / source)))
    assert text(theirs.call("GetPatient", Filter={"PatientID": patient_id()}), "ID") == patient_id()
    assert theirs.rows("GetServiceLocations", "ServiceLocationData", {"PracticeID": PRACTICE.id}, {"ID": True})[0]["ID"]
    assert text(theirs.pay(), "PaymentID") == "900001"
    assert text(theirs.call("CreateEncounter", Encounter=encounter()), "EncounterID") == "700001"
    assert [row["EncounterID"] for row in theirs.charges()] == ["700001"]


def test_members_of_own_wsdl_are_the_vendors_in_name_and_order() -> None:
    if not CONTRACT.exists():
        pytest.skip("the vendor's contract is not beside this repository")
    theirs = zeep.Client(str(CONTRACT / "wsdl_2025" / "KareoServices_2025.wsdl"))
    for name, declared in TYPES.items():
        members = [member for member, _ in theirs.get_type(f"{{{declared.namespace}}}{name}").elements]
        own = [member.name for member in declared.members]
        assert members[len(members) - len(own) :] == own, name


def test_every_operation_gives_its_records(office: Office) -> None:
    write_all(office)
    by_practice = {"PracticeID": PRACTICE.id}
    assert text(office.call("GetCustomerIdFromKey"), "CustomerId") == HARBOR.id
    assert text(office.call("GetThrottles"), "ThrottleTimeMs") == "0"
    assert len(office.rows("GetPractices", "PracticeData", {"Active": "True"})) == len(HARBOR.practices)
    assert len(office.rows("GetProviders", "ProviderData", by_practice)) == len(PRACTICE.providers)
    assert len(office.rows("GetProviders", "ProviderData", by_practice | {"Type": "Referring Provider"})) == 3
    assert (
        office.rows("GetProcedureCodes", "ProcedureCodeData", {"ProcedureCode": "99213"})[0]["BillableCode"] == "99213"
    )
    assert office.rows("GetPatients", "PatientData", by_practice | {"FullName": "TEST"})[0]["ID"] == patient_id()
    assert office.rows("GetPayments", "PaymentData", {"BatchNumber": "B1"})[0]["Amount"] == "25.0000"
    details = office.rows("GetEncounterDetails", "EncounterDetailsData", {"EncounterID": "700001"})
    assert (details[0]["EncounterStatus"], details[0]["ServiceStartDate"]) == ("1", "11/19/2026 12:00:00 AM")
    changed = office.call(
        "UpdateEncounterStatus", EncounterUpdateStatus={"EncounterID": 700001, "EncounterStatus": "Approved"}
    )
    assert text(changed, "EncounterID") == "700001"
    again = office.call(
        "UpdateEncounterStatus", EncounterUpdateStatus={"EncounterID": 700001, "EncounterStatus": "Draft"}
    )
    assert text(again, "IsError") == "true"
    assert {operation for operation, count in office.vendors.tebra.calls().items() if count.answered} >= set(
        OPERATIONS
    ) - {
        "GetServiceLocations",
        "GetPatient",
        "GetCharges",
    }


def test_patient_comes_with_cases_policies_and_us_dates(office: Office) -> None:
    known = next(patient for nth in range(20) if len((patient := known_patient(nth)).cases) == 2)
    reply = office.call("GetPatient", Filter={"PatientID": known.id})
    cases = reply.findall(".//{*}PatientCaseData")
    assert [text(case, "IsPrimaryCase") for case in cases] == [str(case.primary).lower() for case in known.cases]
    assert text(reply, "DOB") == f"{known.born.month}/{known.born.day}/{known.born.year} 12:00:00 AM"
    assert text(reply, "PracticeName") == PRACTICE.name


def test_patient_of_another_customer_is_nil(office: Office) -> None:
    other = WORLD.patient_ids(WORLD.customers[1].practices[0].id)[0]
    patient = office.call("GetPatient", Filter={"PatientID": other}).find(".//{*}Patient")
    assert patient is not None and len(patient) == 0


@pytest.mark.parametrize(
    ("login", "key_valid", "result"),
    [
        ({"Password": "wrong"}, "true", "Invalid user name and/or password"),
        ({"User": "nobody@practice.example"}, "true", "Unable to find user"),
        ({"CustomerKey": "wrong"}, "false", "Customer key is not valid"),
    ],
)
def test_a_wrong_login_is_told_by_the_security_response_alone(
    office: Office, login: dict[str, str], key_valid: str, result: str
) -> None:
    wrong = Office(vendors=office.vendors, wsdl=office.wsdl, login=login)
    reply = wrong.pay()
    assert (text(reply, "Authenticated"), text(reply, "CustomerKeyValid")) == ("false", key_valid)
    assert (text(reply, "SecurityResult"), text(reply, "IsError"), text(reply, "PaymentID")) == (result, "false", None)
    assert text(wrong.call("GetCustomerIdFromKey"), "CustomerId") == "-1"
    assert office.vendors.tebra.journal() == []


def test_a_user_without_permission_is_told_which_is_missing(office: Office) -> None:
    reader = HARBOR.users[1]
    allowed = Office(vendors=office.vendors, wsdl=office.wsdl, login={"User": reader.name, "Password": reader.password})
    reply = allowed.pay()
    assert (text(reply, "Authenticated"), text(reply, "Authorized")) == ("true", "false")
    assert "CreatePayment" in [missing.text for missing in reply.iter("{*}string")]
    assert text(allowed.call("GetPatient", Filter={"PatientID": patient_id()}), "ID") == patient_id()


def test_header_members_out_of_order_are_dropped_and_so_the_login_fails(office: Office) -> None:
    envelope = office.envelope("GetThrottles")
    root = etree.fromstring(envelope)
    header = root.find(".//{*}RequestHeader")
    assert header is not None
    header.append(header[0])
    reply = etree.fromstring(office.send("GetThrottles", etree.tostring(root)).content)
    assert text(reply, "CustomerKeyValid") == "false"


def test_unknown_and_misplaced_members_are_dropped_in_silence(office: Office) -> None:
    root = etree.fromstring(office.envelope("CreatePayment", Payment=payment()))
    paid = root.find(".//{*}Payment")
    assert paid is not None
    batch = paid.find("{*}BatchNumber")
    paid.append(batch)
    etree.SubElement(paid, "{urn:elsewhere}PostDate").text = "1999-01-01"
    office.send("CreatePayment", etree.tostring(root))
    assert [(entry.batch, entry.post_date) for entry in office.vendors.tebra.payments()] == [("", date(2026, 11, 20))]


def test_fields_in_the_wrong_namespace_are_a_deserialization_fault(office: Office) -> None:
    envelope = office.envelope("GetServiceLocations", Fields={"ID": True}, Filter={"PracticeID": "101"})
    moved = envelope.replace(b'"http://www.kareo.com/api/schemas"', b'"http://www.kareo.com/api/schemas/"')
    answer = office.send("GetServiceLocations", moved)
    assert answer.status_code == 500 and "Expecting element 'Fields'" in answer.text


@pytest.mark.parametrize("dos", ["11/19/2026", "2026-13-01T00:00:00"])
def test_dates_that_are_not_iso_are_a_deserialization_fault(office: Office, dos: str) -> None:
    envelope = office.envelope("CreateEncounter", Encounter=encounter())
    answer = office.send("CreateEncounter", envelope.replace(f"{DOS}T00:00:00".encode(), dos.encode()))
    assert answer.status_code == 500 and "DeserializationFailed" in answer.text
    assert office.vendors.tebra.journal() == []


def test_a_zone_in_a_date_moves_the_day_of_service(office: Office) -> None:
    envelope = office.envelope("CreateEncounter", Encounter=encounter())
    office.send("CreateEncounter", envelope.replace(f"{DOS}T00:00:00".encode(), f"{DOS}T00:00:00Z".encode()))
    assert [entry.dos for entry in office.vendors.tebra.encounters()] == [date(2026, 11, 18)]


def test_an_action_without_the_service_segment_is_a_contract_mismatch(office: Office) -> None:
    answer = office.send("GetThrottles", office.envelope("GetThrottles"), action="http://www.kareo.com/api/schemas/")
    assert answer.status_code == 500 and "ContractFilter mismatch" in answer.text


@pytest.mark.parametrize("body", [b"", b"<", b"<a/>", b"\xff\xfe", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
def test_nonsense_is_a_fault_and_the_service_goes_on(office: Office, body: bytes) -> None:
    assert office.send("GetThrottles", body).status_code == 500
    assert text(office.call("GetCustomerIdFromKey"), "IsAuthorized") == "true"


def test_a_missing_filter_is_a_null_reference(office: Office) -> None:
    assert "Object reference not set" in (text(office.call("GetPayments", Fields={}), "ErrorMessage") or "")

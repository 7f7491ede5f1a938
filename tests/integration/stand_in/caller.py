"""A caller of the stand-in with a login, and requests that are right until a test changes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import zeep
from lxml import etree

from sandbox.running import RunningVendors
from sandbox.tebra.wsdl import SERVICE_PATH
from sandbox.world import Customer, Patient, World

CONTRACT = Path(__file__).resolve().parents[3].parent / "shared" / "contracts" / "tebra"
ACTION = "http://www.kareo.com/api/schemas/KareoServices/"
DOS = "2026-11-19"
WORLD = World()
HARBOR = WORLD.customers[0]
PRACTICE = HARBOR.practices[0]


@dataclass
class Office:
    """A caller with a login, and what it got back."""

    vendors: RunningVendors
    wsdl: zeep.Client
    customer: Customer = HARBOR
    login: dict[str, str] = field(default_factory=dict)

    def envelope(self, operation: str, **request: Any) -> bytes:
        user = self.customer.users[0]
        login = {"CustomerKey": self.customer.customer_key, "User": user.name, "Password": user.password} | self.login
        header = login if operation == "GetCustomerIdFromKey" else {"RequestHeader": login}
        message = self.wsdl.create_message(self.wsdl.service, operation, request=header | request)
        return etree.tostring(message)

    def send(self, operation: str, envelope: bytes, *, action: str = ACTION, timeout: float = 10) -> requests.Response:
        return requests.post(
            self.vendors.base_url + SERVICE_PATH,
            data=envelope,
            headers={"SOAPAction": f'"{action}{operation}"', "Content-Type": "text/xml; charset=utf-8"},
            timeout=timeout,
            allow_redirects=False,
        )

    def call(self, operation: str, **request: Any) -> etree._Element:
        """The reply, whatever its status."""
        return etree.fromstring(self.send(operation, self.envelope(operation, **request)).content)

    def rows(
        self, operation: str, item: str, filter: dict[str, str], fields: dict[str, bool] | None = None
    ) -> list[dict]:
        reply = self.call(operation, Fields=fields or {}, Filter=filter)
        return [{etree.QName(member).localname: member.text for member in row} for row in reply.iter(f"{{*}}{item}")]

    def pay(self, **changed: str) -> etree._Element:
        return self.call("CreatePayment", Payment=payment(**changed))

    def charges(self, **filter: str) -> list[dict]:
        asked = {"PracticeName": PRACTICE.name, "FromServiceDate": DOS, "ToServiceDate": DOS}
        return self.rows("GetCharges", "ChargeData", asked | {"IncludeUnapprovedCharges": "T"} | filter)


def known_patient(nth: int = 0) -> Patient:
    known = WORLD.patient(patient_id(nth))
    assert known
    return known


def patient_id(nth: int = 0) -> str:
    return WORLD.patient_ids(PRACTICE.id)[nth]


def payment(
    *, patient: str = "", amount: str = "25.00", method: str = "Check", reference: str = "R1", batch: str = "B1"
) -> dict:
    return {
        "BatchNumber": batch,
        "Patient": {"PatientID": patient or patient_id()},
        "PayerType": "Patient",
        "Payment": {"AmountPaid": amount, "PaymentMethod": method, "ReferenceNumber": reference},
        "PostDate": "2026-11-20",
        "Practice": {"PracticeID": PRACTICE.id},
    }


def encounter(*, patient: str = "", dos: str = DOS, lines: int = 1, **changed: Any) -> dict:
    known = WORLD.patient(patient or patient_id())
    assert known and known.primary_case
    line = {
        "DiagnosisCode1": "E11.9",
        "ProcedureCode": "99213",
        "ProcedureModifier1": "25",
        "ServiceStartDate": f"{dos}T00:00:00",
        "Units": 2,
    }
    return {
        "BatchNumber": "CE1",
        "Case": {"CaseID": known.primary_case.id},
        "EncounterStatus": "Draft",
        "Patient": {"PatientID": known.id},
        "PlaceOfService": {"PlaceOfServiceCode": "11"},
        "PostDate": "2026-11-20T00:00:00",
        "Practice": {"PracticeID": PRACTICE.id},
        "RenderingProvider": {"ProviderID": PRACTICE.providers[0].id},
        "ServiceLines": {"ServiceLineReq": [line] * lines},
        "ServiceLocation": {"LocationID": PRACTICE.locations[0].id},
        "ServiceStartDate": f"{dos}T00:00:00",
    } | changed


def text(reply: etree._Element, name: str) -> str | None:
    found = reply.find(f".//{{*}}{name}")
    return None if found is None else found.text


def write_all(office: Office) -> None:
    """One payment and one encounter."""
    office.pay()
    office.call("CreateEncounter", Encounter=encounter())

"""Requests built from the vendor's own WSDLs are what its schemas demand, and what practice mode's WSDL yields."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from lib.vendors.errors import VendorError
from lib.vendors.http import BoundedHttp, HttpLimits
from lib.vendors.tebra.client import TebraClient
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.tebra.model import (
    EncounterStatus,
    NewEncounter,
    NewLine,
    NewPayment,
    PaymentFilter,
    PaymentMethod,
    Practice,
    ReferringProvider,
)
from lib.vendors.tebra.wsdl import load_wsdl
from lib.vendors.throttle import NoThrottle
from sandbox.tebra.wsdl import write_wsdl
from tests.integration.scripted_server import Server, say, serving, whole

_CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / "tebra"
_XS = "{http://www.w3.org/2001/XMLSchema}"
VENDOR_WSDLS = ("wsdl_2021_single.wsdl", "wsdl_2025/KareoServices_2025.wsdl")
#: These came after 2021 (contract §1).
NEW_IN_2025 = {"GetCustomerIdFromKey", "GetThrottles"}
DAY = date(2026, 11, 2)
PRACTICE = Practice(id="1", name="Harbor & Sons <TEST>")

PAYMENT = NewPayment(
    practice_id=PRACTICE.id,
    practice_name=PRACTICE.name,
    patient_id="1001",
    amount=Decimal("25.00"),
    method=PaymentMethod.EFT,
    post_date=DAY,
    reference="R-1",
    batch="PP-1",
    first_name="Amber",
    middle_name="Q",
    last_name="TEST",
)
ENCOUNTER = NewEncounter(
    practice_id=PRACTICE.id,
    practice_name=PRACTICE.name,
    patient_id="1001",
    case_id="7",
    rendering_provider_id="31",
    scheduling_provider_id="32",
    referring_provider=ReferringProvider(
        id="33", npi="1234567893", first_name="Zoë", middle_name="B", last_name="TEST"
    ),
    location_id="41",
    pos="21",
    dos=DAY,
    post_date=DAY,
    batch="CE-1",
    admit_date=DAY,
    discharge_date=DAY,
    external_id="ds-1",
    lines=(
        NewLine(
            code="99213",
            units=Decimal("1.5"),
            diagnoses=("E11.9", "I10", "J45.909", "M54.5"),
            modifiers=("25", "GT", "95", "59"),
        ),
        NewLine(code="J1100", units=Decimal(2), diagnoses=("I10",)),
    ),
)
SEARCH = PaymentFilter(
    practice_id=PRACTICE.id,
    practice_name=PRACTICE.name,
    batch="PP-1",
    reference="R-1",
    amount=Decimal("25.00"),
    post_date_from=DAY,
    post_date_to=DAY,
    payer_name="Amber TEST",
    payment_id="5",
)


def _nothing() -> None:
    """The write is not recorded anywhere."""


CALLS: dict[str, Callable[[TebraClient], object]] = {
    "GetCustomerIdFromKey": lambda tebra: tebra.check_credentials(),
    "GetThrottles": lambda tebra: tebra.get_throttles(),
    "GetPractices": lambda tebra: tebra.get_practices(),
    "GetServiceLocations": lambda tebra: tebra.get_service_locations(PRACTICE),
    "GetProviders": lambda tebra: tebra.get_providers(PRACTICE),
    "GetProcedureCodes": lambda tebra: tebra.get_procedure_codes(),
    "GetPatient": lambda tebra: tebra.get_patient("1001"),
    "GetPayments": lambda tebra: tebra.get_payments(SEARCH),
    "GetCharges": lambda tebra: tebra.get_charges(PRACTICE.name, DAY),
    "GetEncounterDetails": lambda tebra: tebra.get_encounter_details("5001", PRACTICE),
    "CreatePayment": lambda tebra: tebra.create_payment(PAYMENT, _nothing),
    "CreateEncounter": lambda tebra: tebra.create_encounter(ENCOUNTER, _nothing),
    "UpdateEncounterStatus": lambda tebra: tebra.update_encounter_status(
        "5001", EncounterStatus.SUBMITTED, PRACTICE, _nothing
    ),
}


def vendor_file(name: str) -> Path:
    path = _CONTRACT / name
    if not path.exists():
        pytest.skip("the vendor's WSDLs are not beside this checkout")
    return path


def tebra_client(wsdl: Path | str, endpoint: str | None, **options: str) -> TebraClient:
    connection = TebraConnection.from_settings(
        {
            "url": str(wsdl),
            "endpoint": endpoint,
            "customer_key": "key-<1>",
            "user": "api@example.test",
            "external_vendor_id": "9",
            **options,
        },
        password="p&ss<word>'\"é",
    )
    return TebraClient(connection, NoThrottle(sleep=lambda seconds: None), sleep=lambda seconds: None)


@pytest.fixture(scope="module")
def listener() -> Iterator[Server]:
    """A server that keeps what it is sent and never has an answer."""
    with serving(say(whole(b"<nothing/>"))) as server:
        yield server


@pytest.fixture(scope="module")
def own_wsdl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Practice mode's WSDL as a file."""
    path = tmp_path_factory.mktemp("wsdl") / "practice.wsdl"
    path.write_bytes(write_wsdl("http://127.0.0.1"))
    return path


def sent(listener: Server, wsdl: Path, operation: str, **options: str) -> etree._Element:
    """The element in the Body that the client sends for an operation."""
    listener.requests.clear()
    with pytest.raises(VendorError):
        CALLS[operation](tebra_client(wsdl, listener.url, **options))
    head, _, body = listener.requests[0].partition(b"\r\n\r\n")
    assert f'SOAPAction: "http://www.kareo.com/api/schemas/KareoServices/{operation}"'.encode() in head
    (content,) = etree.fromstring(body).find("{*}Body")
    return content


@cache
def schema_of(name: str, folder: Path) -> etree.XMLSchema:
    """The vendor's schemas as one, every import pointed at its file."""
    wsdl = vendor_file(name)
    roots = [etree.parse(path).getroot() for path in sorted(wsdl.parent.glob("*.xsd"))]
    roots += [root for root in etree.parse(wsdl).iter(f"{_XS}schema") if root.get("targetNamespace")]
    places = {root.get("targetNamespace"): folder / f"{number}.xsd" for number, root in enumerate(roots)}
    driver = etree.Element(f"{_XS}schema")
    for namespace, place in places.items():
        etree.SubElement(driver, f"{_XS}import", namespace=namespace, schemaLocation=place.name)
    for root in roots:
        for imported in root.iter(f"{_XS}import"):
            imported.set("schemaLocation", places[imported.get("namespace")].name)
        places[root.get("targetNamespace")].write_bytes(etree.tostring(root))
    (folder / "all.xsd").write_bytes(etree.tostring(driver))
    return etree.XMLSchema(etree.parse(folder / "all.xsd"))


def members(element: etree._Element) -> tuple:
    """An element as nested tuples of name, text, attributes and members, in order."""
    attributes = tuple(sorted(element.attrib.items()))
    return (element.tag, (element.text or "").strip(), attributes, tuple(members(child) for child in element))


@pytest.mark.parametrize("name", VENDOR_WSDLS)
@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("fields", ["toggles", "empty"])
def test_requests_are_valid_by_the_vendors_schemas(
    name: str, operation: str, fields: str, listener: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    wsdl = vendor_file(name)
    if "2021" in name and operation in NEW_IN_2025:
        pytest.skip("this operation came later than this WSDL")
    folder = tmp_path_factory.getbasetemp() / re.sub(r"\W", "_", name)
    folder.mkdir(exist_ok=True)
    schema_of(name, folder).assertValid(sent(listener, wsdl, operation, fields=fields))


def test_the_schema_check_would_see_a_wrong_order(listener: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    wsdl = vendor_file(VENDOR_WSDLS[1])
    folder = tmp_path_factory.mktemp("order")
    request = sent(listener, wsdl, "CreatePayment")
    payment = request.find(".//{*}Payment/{*}Payment")
    payment.append(payment[0])
    assert not schema_of(VENDOR_WSDLS[1], folder).validate(request)


@pytest.mark.parametrize("name", VENDOR_WSDLS)
@pytest.mark.parametrize("operation", CALLS)
def test_practice_modes_wsdl_yields_the_same_requests(
    name: str, operation: str, listener: Server, own_wsdl: Path
) -> None:
    wsdl = vendor_file(name)
    if "2021" in name and operation in NEW_IN_2025:
        pytest.skip("this operation came later than this WSDL")
    assert members(sent(listener, wsdl, operation)) == members(sent(listener, own_wsdl, operation))


def test_the_password_is_escaped_once(listener: Server, own_wsdl: Path) -> None:
    request = sent(listener, own_wsdl, "GetPatient")
    assert request.findtext(".//{*}Password") == "p&ss<word>'\"é"


@pytest.mark.parametrize("name", VENDOR_WSDLS)
def test_without_a_web_address_calls_go_where_the_wsdl_says(name: str) -> None:
    limits = HttpLimits(connect_seconds=1, read_seconds=1, call_seconds=1, max_bytes=1)
    wsdl = load_wsdl(str(vendor_file(name)), BoundedHttp(limits))
    assert wsdl.endpoint == "https://webservice.kareo.com/services/soap/2.1/KareoServices.svc"

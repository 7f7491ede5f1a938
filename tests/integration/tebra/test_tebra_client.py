"""One client in many threads, with many WSDLs, and never indiscreet."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lib.vendors.errors import Refused, Unavailable, UnexpectedReply, VendorError
from lib.vendors.tebra.client import TebraClient
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.tebra.model import EncounterStatus, PaymentFilter
from sandbox.running import RunningVendors, TebraControl
from tests.integration.tebra.office import (
    CASE,
    CUSTOMER,
    DOS,
    INSURED,
    OFFICE,
    PRACTICE,
    WORLD,
    Connect,
    Gate,
    encounter,
    payment,
    send,
)

VENDOR_WSDLS = ("wsdl_2021_single.wsdl", "wsdl_2025/KareoServices_2025.wsdl")
_CONTRACT = Path(__file__).parents[4] / "shared" / "contracts" / "tebra"


def test_many_threads_share_one_client(connect: Connect, control: TebraControl) -> None:
    tebra = connect()
    ids = list(WORLD.patient_ids(OFFICE.id))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(tebra.get_patient, ids))
        posted = list(pool.map(lambda id: tebra.create_payment(payment(patient_id=id), send), ids))
    assert [patient.id for patient in found if patient] == ids
    written = {entry.id: entry.patient_id for entry in control.payments()}
    assert [written[entry.id] for entry in posted] == ids


def test_every_call_is_counted_with_its_outcome(
    connect: Connect, vendors: RunningVendors, control: TebraControl
) -> None:
    counted: list[tuple[str, str]] = []
    user = CUSTOMER.users[0]
    settings = {"url": vendors.wsdl_url, "customer_key": CUSTOMER.customer_key, "user": user.name}
    connection = TebraConnection.from_settings(settings, password=user.password)
    guard = threading.Lock()

    def count(operation: str, outcome: str) -> None:
        with guard:
            counted.append((operation, outcome))

    tebra = TebraClient(connection, Gate(), count_call=count, sleep=lambda seconds: None)
    control.fault("throttle", "GetPatient", times=1)
    control.fault("drop_before", "GetPatient", times=1)
    tebra.get_patient(INSURED.id)
    with pytest.raises(Refused):
        tebra.create_payment(payment(patient_id="999999999"), send)
    assert counted == [
        ("GetPatient", "throttled"),
        ("GetPatient", "failed"),
        ("GetPatient", "answered"),
        ("CreatePayment", "refused"),
    ]


def test_no_log_error_or_repr_tells_a_secret_or_a_patient(
    connect: Connect, control: TebraControl, caplog: pytest.LogCaptureFixture
) -> None:
    user = CUSTOMER.users[0]
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        tebra = connect()
        patient = tebra.get_patient(INSURED.id)
        tebra.create_payment(payment(reference="REF-77731"), send)
        shown += [repr(tebra), repr(patient), repr(payment(reference="REF-77731", last_name=INSURED.last_name))]
        shown += [repr(found) for found in tebra.get_payments(PaymentFilter(practice_id=OFFICE.id, batch="PP-1"))]
        for kind in ("throttle", "drop_after", "error_after", "garbage", "empty_after", "redirect", "bad_login"):
            control.clear_faults()
            control.fault(kind, "*")
            for call in (
                lambda: tebra.create_payment(payment(reference="REF-77731"), send),
                lambda: tebra.get_patient(INSURED.id),
            ):
                try:
                    call()
                except VendorError as error:
                    shown += [str(error), repr(error), *map(str, error.args)]
                    cause = error.__cause__
                    while cause is not None:
                        shown.append(f"{cause} {cause!r}")
                        cause = cause.__cause__
    told = caplog.text + "\n".join(shown)
    policy = CASE.policies[0].number
    secrets = [CUSTOMER.customer_key, user.password, INSURED.full_name, INSURED.last_name, policy, "REF-77731"]
    assert [secret for secret in secrets if secret in told] == []
    assert len(shown) > 10


@pytest.mark.parametrize("name", VENDOR_WSDLS)
def test_requests_built_from_the_vendors_wsdls_are_answered(
    name: str, connect: Connect, vendors: RunningVendors, control: TebraControl
) -> None:
    wsdl = _CONTRACT / name
    if not wsdl.exists():
        pytest.skip("the vendor's WSDLs are not beside this checkout")
    tebra = connect(url=str(wsdl), endpoint=vendors.wsdl_url.removesuffix("?wsdl"), external_vendor_id="9")
    assert len(tebra.get_practices()) == len(CUSTOMER.practices)
    assert tebra.get_service_locations(PRACTICE)
    assert tebra.get_providers(PRACTICE)
    assert tebra.get_procedure_codes("99213")
    assert tebra.get_patient(INSURED.id)
    tebra.create_payment(payment(), send)
    assert tebra.get_payments(PaymentFilter(practice_id=OFFICE.id, batch="PP-1"))
    posted = tebra.create_encounter(encounter(external_id="ds-1", admit_date=DOS), send)
    tebra.update_encounter_status(posted.id, EncounterStatus.SUBMITTED, PRACTICE, send)
    assert tebra.get_charges(OFFICE.name, DOS)
    assert tebra.get_encounter_details(posted.id, PRACTICE)
    (written,) = control.encounters()
    assert (written.external_id, written.admitted, len(written.lines)) == ("ds-1", DOS, 2)
    if "2025" in name:
        assert tebra.check_credentials().customer_id == CUSTOMER.id
        assert tebra.get_throttles()


def test_calls_go_to_the_wsdls_own_origin_whatever_address_it_names(connect: Connect, vendors: RunningVendors) -> None:
    other_name = vendors.wsdl_url.replace("127.0.0.1", "localhost")
    assert connect(url=other_name).check_credentials().customer_id == CUSTOMER.id


def test_what_is_no_wsdl_is_said_so(connect: Connect, vendors: RunningVendors) -> None:
    with pytest.raises(UnexpectedReply):
        connect(url=f"{vendors.base_url}/control/world").get_patient(INSURED.id)
    with pytest.raises(UnexpectedReply):
        connect(url=f"{vendors.base_url}/nowhere?wsdl").get_patient(INSURED.id)
    with pytest.raises(Unavailable):
        connect(url="http://127.0.0.1:9/x?wsdl").create_payment(payment(), send)

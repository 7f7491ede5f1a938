"""The limits of the Tebra stand-in, its faults on demand, and its memory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import requests
import zeep
from lxml import etree

from sandbox.running import practice_vendors
from sandbox.tebra.faults import FaultKind
from sandbox.tebra.wsdl import SERVICE_PATH
from tests.integration.stand_in.caller import (
    ACTION,
    HARBOR,
    WORLD,
    Office,
    encounter,
    patient_id,
    payment,
    text,
    write_all,
)


def test_a_call_too_early_is_refused_inside_a_good_reply_and_not_written(office: Office) -> None:
    office.vendors.tebra.configure(throttle_scale=100)
    office.pay()
    reply = office.pay()
    expected = "429: CreatePayment endpoint requested more than allowed over time interval 50000 milliseconds."
    assert (text(reply, "ErrorMessage") or "").startswith(expected)
    assert text(office.call("GetPatient", Filter={"PatientID": patient_id()}), "ID") == patient_id()
    meadow = Office(vendors=office.vendors, wsdl=office.wsdl, customer=WORLD.customers[1])
    assert "429" not in (text(meadow.pay(), "ErrorMessage") or "")
    office.vendors.tebra.configure(throttle_answer="http_429")
    assert office.send("CreatePayment", office.envelope("CreatePayment", Payment=payment())).status_code == 429
    assert len(office.vendors.tebra.payments()) == 1
    assert office.vendors.tebra.calls()["CreatePayment"].throttled == 2


def test_an_account_tells_its_own_limits(office: Office) -> None:
    office.vendors.tebra.configure(throttle_scale=1, throttles_ms={HARBOR.id: {"GetPatient": 300}})
    reply = office.call("GetThrottles")
    gaps = {text(detail, "Endpoint"): text(detail, "ThrottleTimeMs") for detail in reply.iter("{*}ThrottleDetail")}
    assert (gaps["GetPatient"], gaps["CreatePayments"], gaps["GetCharges"]) == ("300", "500", "1000")


@pytest.mark.parametrize(
    ("kind", "written"), [("drop_before", 0), ("drop_after", 1), ("cut_off", 1), ("truncated", 1), ("garbage", 1)]
)
def test_replies_that_do_not_arrive_whole(office: Office, kind: FaultKind, written: int) -> None:
    office.vendors.tebra.fault(kind, "CreatePayment", times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError, etree.XMLSyntaxError)):
        office.pay()
    assert [entry.answered for entry in office.vendors.tebra.payments()] == [kind] * written
    assert text(office.pay(), "IsError") == "false"


@pytest.mark.parametrize(("kind", "written"), [("error_before", 0), ("error_after", 1)])
def test_outages_that_wrote_or_did_not(office: Office, kind: FaultKind, written: int) -> None:
    office.vendors.tebra.fault(kind, "writes", times=2)
    for operation, request in (
        ("CreatePayment", {"Payment": payment()}),
        ("CreateEncounter", {"Encounter": encounter()}),
    ):
        answer = office.send(operation, office.envelope(operation, **request))
        assert answer.status_code == 500 and "InternalServiceFault" in answer.text
    assert len(office.vendors.tebra.journal()) == 2 * written


@pytest.mark.parametrize(("kind", "written"), [("empty_before", 0), ("empty_after", 1)])
@pytest.mark.parametrize("empty_id", ["0", "-1"])
def test_successes_without_an_id(office: Office, kind: FaultKind, written: int, empty_id: str) -> None:
    office.vendors.tebra.fault(kind, empty_id=empty_id)
    reply = office.pay()
    assert (text(reply, "IsError"), text(reply, "PaymentID")) == ("false", empty_id)
    assert text(office.call("CreateEncounter", Encounter=encounter()), "EncounterID") == empty_id
    assert len(office.vendors.tebra.journal()) == 2 * written


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("deserialization", 500, "DeserializationFailed"),
        ("null_reference", 500, "Object reference not set"),
        ("null_reference_reply", 200, "Object reference not set"),
        ("bad_login", 200, "Invalid user name and/or password"),
        ("throttle", 200, "requested more than allowed over time interval 500 milliseconds"),
    ],
)
def test_refusals_on_demand_write_nothing(office: Office, kind: FaultKind, status: int, said: str) -> None:
    office.vendors.tebra.fault(kind)
    answer = office.send("CreatePayment", office.envelope("CreatePayment", Payment=payment()))
    assert answer.status_code == status and said in answer.text
    assert office.vendors.tebra.journal() == []
    office.vendors.tebra.clear_faults()
    assert text(office.pay(), "PaymentID") == "900001"


def test_a_slow_write_arrives_after_the_connection_has_gone(office: Office) -> None:
    office.vendors.tebra.fault("slow_write", "CreatePayment", times=1, seconds=0.3)
    with pytest.raises(requests.ConnectionError):
        office.pay()
    assert office.vendors.tebra.journal() == []
    for _ in range(100):
        if office.vendors.tebra.journal():
            break
        time.sleep(0.05)
    assert [entry.answered for entry in office.vendors.tebra.payments()] == ["slow_write"]


def test_a_delayed_answer_was_written_before_it(office: Office) -> None:
    office.vendors.tebra.fault("delay", "CreatePayment", times=1, seconds=60)
    with pytest.raises(requests.ReadTimeout):
        office.send("CreatePayment", office.envelope("CreatePayment", Payment=payment()), timeout=0.3)
    assert len(office.vendors.tebra.payments()) == 1


def test_a_redirect_names_another_place_and_writes_nothing(office: Office) -> None:
    office.vendors.tebra.fault("redirect")
    answer = office.send("CreatePayment", office.envelope("CreatePayment", Payment=payment()))
    assert (answer.status_code, answer.headers["location"]) == (307, "/elsewhere")
    assert office.vendors.tebra.journal() == [] and "/elsewhere" not in office.vendors.tebra.calls()


def test_an_endless_reply_goes_on_past_any_bound(office: Office) -> None:
    office.vendors.tebra.fault("endless", times=1)
    url, envelope = office.vendors.base_url + SERVICE_PATH, office.envelope("CreatePayment", Payment=payment())
    with requests.post(
        url, data=envelope, headers={"SOAPAction": f"{ACTION}CreatePayment"}, stream=True, timeout=10
    ) as answer:
        read = 0
        for chunk in answer.iter_content(1 << 20):
            read += len(chunk)
            if read > 20 << 20:
                break
    assert read > 20 << 20
    assert text(office.pay(), "IsError") == "false"


def test_unknown_members_leave_the_known_ones_readable(office: Office) -> None:
    office.vendors.tebra.fault("unknown_members")
    reply = office.pay()
    assert (text(reply, "PaymentID"), text(reply, "IsError")) == ("900001", "false")
    assert reply.find(".//{*}AnnouncedLater") is not None
    names = [etree.QName(member).localname for member in reply.find(".//{*}CreatePaymentResult")]
    assert names.index("ErrorResponse") > names.index("PaymentID")


def test_faults_hit_as_often_and_as_late_as_ordered(office: Office) -> None:
    office.vendors.tebra.fault("empty_before", "CreatePayment", skip=2, times=1)
    assert [text(office.pay(), "PaymentID") for _ in range(4)] == ["900001", "900002", "0", "900003"]
    office.vendors.tebra.reset()
    office.vendors.tebra.configure(throttle_scale=0)
    office.vendors.tebra.fault("empty_before", probability=0.5, seed=3)
    hit = [text(office.pay(), "PaymentID") == "0" for _ in range(30)]
    assert 5 < sum(hit) < 25


def test_wrong_orders_to_the_control_are_refused(office: Office) -> None:
    base = office.vendors.base_url
    for path, body in (
        ("faults", '{"kind": "x"}'),
        ("faults", '{"kind": "delay", "operation": "X"}'),
        ("settings", '{"a": 1}'),
    ):
        assert requests.post(f"{base}/control/tebra/{path}", data=body, timeout=10).status_code == 422


def test_what_was_written_outlives_the_process(tmp_path: Path, own_wsdl: zeep.Client) -> None:
    with practice_vendors(home=tmp_path) as vendors:
        first = Office(vendors=vendors, wsdl=own_wsdl)
        write_all(first)
        first.call("UpdateEncounterStatus", EncounterUpdateStatus={"EncounterID": 700001, "EncounterStatus": "Review"})
        before = vendors.tebra.journal()
    journal = next((tmp_path / "practice").glob("tebra-journal-*.jsonl"))
    journal.write_bytes(journal.read_bytes() + b'{"kind": "payment", "id": "9')
    with practice_vendors(home=tmp_path) as vendors:
        again = Office(vendors=vendors, wsdl=own_wsdl)
        assert vendors.tebra.journal() == before
        assert [row["EncounterStatus"] for row in again.charges()] == ["Submitted"]
        assert text(again.pay(), "PaymentID") == "900002"
        assert len(vendors.tebra.journal()) == 4


def test_told_to_stop_it_ends_at_once_even_in_the_middle_of_an_answer(own_wsdl: zeep.Client) -> None:
    with practice_vendors() as vendors:
        office = Office(vendors=vendors, wsdl=own_wsdl)
        vendors.tebra.fault("delay", seconds=600)
        with pytest.raises(requests.ReadTimeout):
            office.send("CreatePayment", office.envelope("CreatePayment", Payment=payment()), timeout=0.2)
        vendors.process.terminate()
        assert vendors.process.wait(timeout=10) == 0

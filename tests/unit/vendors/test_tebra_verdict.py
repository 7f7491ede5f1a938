"""Every shape of reply in the contract's section 6 means what the section says."""

from __future__ import annotations

import pytest

from lib.vendors.errors import (
    BadRequest,
    CustomerKeyRefused,
    LoginRefused,
    NotPermitted,
    Refused,
    Throttled,
    Unavailable,
    UnexpectedReply,
)
from lib.vendors.http import HttpReply
from lib.vendors.tebra.verdict import is_certain, judge
from tests.unit.vendors.soap import NO_ERROR, SECURITY_OK, fault, refusal, reply, security

TOO_SOON = (
    "429: GetPatients endpoint requested more than allowed over time interval 1000 milliseconds. "
    "Please wait to try again."
)


def test_a_good_reply_is_read_whatever_the_order_and_whatever_is_unknown() -> None:
    inner = f"<Zebra>1</Zebra><PaymentID>7</PaymentID>{SECURITY_OK}{NO_ERROR}<PracticeName>TEST</PracticeName>"
    result = judge("CreatePayment", reply("CreatePayment", inner))
    assert result.text("PaymentID") == "7"
    assert result.text("PracticeName") == "TEST"


def test_a_reply_in_another_namespace_is_read_by_local_name() -> None:
    result = judge("GetThrottles", reply("GetThrottles", "<A>1</A>", namespace="http://example.test/other"))
    assert result.text("A") == "1"


def test_missing_and_nil_security_are_tolerated() -> None:
    assert judge("GetPatient", reply("GetPatient", NO_ERROR))
    assert judge("GetPatient", reply("GetPatient", f'{NO_ERROR}<SecurityResponse i:nil="true"/>'))


def test_security_result_success_is_never_looked_at() -> None:
    assert judge("GetPatient", reply("GetPatient", SECURITY_OK))  # it says false there
    refused = security(authenticated=False, authorized=False)  # it says true there
    with pytest.raises(LoginRefused):
        judge("GetPatient", reply("GetPatient", refused))


@pytest.mark.parametrize("where", [TOO_SOON, "GetX requested more than allowed over time interval 1000 milliseconds"])
def test_throttling_inside_http_200_names_its_interval(where: str) -> None:
    with pytest.raises(Throttled) as caught:
        judge("GetPatients", refusal("GetPatients", where, security=""))
    assert caught.value.interval_ms == 1000
    assert is_certain(caught.value)


def test_throttling_wins_over_a_security_response_full_of_no() -> None:
    answer = refusal("GetPatient", TOO_SOON, security=security(authenticated=False, authorized=False, key_valid=False))
    with pytest.raises(Throttled):
        judge("GetPatient", answer)


@pytest.mark.parametrize(
    ("answer", "interval"),
    [
        (HttpReply(status=429, body=TOO_SOON.encode()), 1000),
        (HttpReply(status=429, body=b"", retry_after=3), 3000),
        (HttpReply(status=429, body=b"<html>slow down"), None),
        (fault("s:Client", TOO_SOON), 1000),
        (refusal("GetPatient", "429 too many requests"), None),
        (HttpReply(status=200, body=TOO_SOON.encode()), 1000),
        (HttpReply(status=200, body=f"<Envelope><Body><Other>{TOO_SOON}</Other></Body></Envelope>".encode()), 1000),
    ],
)
def test_throttling_in_its_other_dresses(answer: HttpReply, interval: int | None) -> None:
    with pytest.raises(Throttled) as caught:
        judge("GetPatient", answer)
    assert caught.value.interval_ms == interval


def test_a_refusal_that_mentions_429_as_a_value_is_no_throttling() -> None:
    with pytest.raises(Refused):
        judge("CreateEncounter", refusal("CreateEncounter", "Procedure 429 is unknown."))


def test_a_bad_login_a_bad_key_and_missing_rights_are_told_apart() -> None:
    with pytest.raises(LoginRefused):
        judge("GetPatient", reply("GetPatient", security(authenticated=False, authorized=False)))
    with pytest.raises(CustomerKeyRefused):
        judge("GetPatient", reply("GetPatient", security(authenticated=False, authorized=False, key_valid=False)))
    with pytest.raises(NotPermitted) as caught:
        missing = ("Create Encounter", "Read Patient")
        judge("GetPatient", reply("GetPatient", security(authenticated=True, authorized=False, missing=missing)))
    assert caught.value.missing == missing
    assert "Create Encounter" in str(caught.value)


def test_a_login_refusal_comes_before_the_error_text_that_goes_with_it() -> None:
    answer = refusal("GetPatient", "Unable to find user", security=security(authenticated=False, authorized=False))
    with pytest.raises(LoginRefused):
        judge("GetPatient", answer)


def test_a_business_error_is_refused_and_its_text_stays_out_of_the_error_text() -> None:
    with pytest.raises(Refused) as caught:
        judge("CreatePayment", refusal("CreatePayment", "Patient TEST, Amber has no account", trace="at Kareo.Save"))
    assert [problem.message for problem in caught.value.problems] == ["Patient TEST, Amber has no account"]
    assert "Amber" not in str(caught.value) + repr(caught.value) + repr(caught.value.problems)
    assert is_certain(caught.value)


@pytest.mark.parametrize(("operation", "member"), [("CreatePayment", "PaymentID"), ("CreateEncounter", "EncounterID")])
def test_an_error_that_names_a_new_record_all_the_same_leaves_a_write_open(operation: str, member: str) -> None:
    error = "<ErrorResponse><ErrorMessage>late trouble</ErrorMessage><IsError>true</IsError></ErrorResponse>"
    with pytest.raises(UnexpectedReply) as caught:
        judge(operation, reply(operation, f"{error}{SECURITY_OK}<{member}>77</{member}>"))
    assert not is_certain(caught.value)
    with pytest.raises(Refused):
        judge(operation, reply(operation, f"{error}{SECURITY_OK}<{member}>-1</{member}>"))


def test_an_error_response_with_is_error_false_is_no_error() -> None:
    error = "<ErrorResponse><ErrorMessage>all well</ErrorMessage><IsError>False</IsError></ErrorResponse>"
    assert judge("GetPatient", reply("GetPatient", error + SECURITY_OK))


def test_an_unreadable_is_error_with_a_message_counts_as_an_error() -> None:
    error = "<ErrorResponse><ErrorMessage>no such record</ErrorMessage></ErrorResponse>"
    with pytest.raises(Refused):
        judge("GetPatient", reply("GetPatient", error + SECURITY_OK))


def test_an_internal_service_fault_leaves_a_write_open() -> None:
    with pytest.raises(Unavailable) as caught:
        judge("GetPatient", fault("a:InternalServiceFault", "The server was unable to process the request."))
    assert not is_certain(caught.value)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("a:DeserializationFailed", "The formatter threw an exception. Expecting element 'Fields'."),
        ("a:ActionNotSupported", "ContractFilter mismatch at the EndpointDispatcher"),
        ("s:Client", "Error in deserializing body of request message"),
    ],
)
def test_a_request_that_was_not_understood_is_our_fault_and_wrote_nothing(code: str, text: str) -> None:
    with pytest.raises(BadRequest) as caught:
        judge("CreateEncounter", fault(code, text))
    assert is_certain(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        fault("s:Server", "Object reference not set to an instance of an object."),
        refusal("GetCharges", "Object reference not set to an instance of an object.", trace="at Kareo.Validate"),
        refusal("GetCharges", "An error occurred", trace="NullReference: Object reference not set"),
    ],
)
def test_a_null_reference_is_our_fault_but_leaves_a_write_open(answer: HttpReply) -> None:
    with pytest.raises(BadRequest) as caught:
        judge("GetCharges", answer)
    assert not is_certain(caught.value)


def test_a_breakdown_told_in_http_200_leaves_a_write_open() -> None:
    with pytest.raises(Unavailable) as caught:
        judge("CreatePayment", refusal("CreatePayment", "Timeout expired. The timeout period elapsed"))
    assert not is_certain(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_a_gateway_failure_may_pass(status: int) -> None:
    with pytest.raises(Unavailable):
        judge("GetPatient", HttpReply(status=status, body=b"<html><body>Bad gateway</body></html>"))


@pytest.mark.parametrize("body", [b"", b"not xml at all", b"\x00\x01", reply("GetPatient", NO_ERROR).body[:-40]])
def test_garbage_and_cut_off_replies_may_pass(body: bytes) -> None:
    with pytest.raises(Unavailable) as caught:
        judge("GetPatient", HttpReply(status=200, body=body))
    assert not is_certain(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        HttpReply(status=302, body=b""),
        HttpReply(status=403, body=b"forbidden"),
        HttpReply(status=404, body=b"<html/>"),
        HttpReply(status=200, body=b"<html><body>Sign in</body></html>"),
        reply("GetPayments", NO_ERROR),
    ],
)
def test_what_is_no_answer_to_this_call_is_unexpected(answer: HttpReply) -> None:
    with pytest.raises(UnexpectedReply) as caught:
        judge("GetPatient", answer)
    assert not is_certain(caught.value)


def test_entities_are_never_expanded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "boom">]>' + reply("GetPatient", "<Patient>&a;</Patient>").body
    with pytest.raises(Unavailable):
        judge("GetPatient", HttpReply(status=200, body=bomb))

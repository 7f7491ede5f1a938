"""Reads are patient with what passes, and ask once where asking again cannot help."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.vendors.errors import (
    BadRequest,
    CustomerKeyRefused,
    LoginRefused,
    NotPermitted,
    Throttled,
    Unavailable,
    UnexpectedReply,
    VendorError,
)
from lib.vendors.throttle import NoThrottle
from sandbox.running import TebraControl
from tests.integration.tebra.office import CUSTOMER, DOS, INSURED, OFFICE, Connect, Gate, encounter, payment, send


@pytest.mark.parametrize("kind", ["drop_before", "error_before", "truncated", "cut_off", "garbage"])
def test_a_read_gets_over_passing_trouble(kind: str, connect: Connect, control: TebraControl) -> None:
    control.fault(kind, "GetPatient", times=3)  # ty: ignore[invalid-argument-type]
    found = connect().get_patient(INSURED.id)
    assert found is not None and found.id == INSURED.id


def test_a_read_gives_up_in_the_end_and_says_how_often_it_tried(connect: Connect, control: TebraControl) -> None:
    control.fault("error_before", "GetPatient")
    with pytest.raises(Unavailable) as caught:
        connect().get_patient(INSURED.id)
    assert caught.value.attempts == control.calls()["GetPatient"].received == 4


@pytest.mark.parametrize("answer", ["error_response", "http_429"])
def test_a_throttled_read_tells_the_throttle_and_goes_again(
    answer: str, connect: Connect, control: TebraControl
) -> None:
    control.configure(throttle_answer=answer, throttle_scale=0)
    control.fault("throttle", "GetPatient", times=5)
    gate = Gate()
    assert connect(gate).get_patient(INSURED.id) is not None
    assert [told for told in gate.told if told[0] == "refused"] == [("refused", "GetPatient", 250)] * 5


def test_a_read_that_is_refused_for_ever_ends_as_throttled(connect: Connect, control: TebraControl) -> None:
    control.fault("throttle", "GetCharges")
    with pytest.raises(Throttled) as caught:
        connect().get_charges(OFFICE.name, DOS)
    assert caught.value.attempts == control.calls()["GetCharges"].received == 9


def test_without_a_throttle_a_refused_read_waits_the_interval_out(connect: Connect, control: TebraControl) -> None:
    control.fault("throttle", "GetPatient", times=2)
    slept: list[float] = []
    assert connect(NoThrottle(sleep=slept.append)).get_patient(INSURED.id) is not None
    assert slept == [0.5, 0.5]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("deserialization", BadRequest),
        ("null_reference", BadRequest),
        ("null_reference_reply", BadRequest),
        ("bad_login", LoginRefused),
        ("redirect", UnexpectedReply),
        ("endless", UnexpectedReply),
    ],
)
def test_what_will_not_get_better_is_asked_once(
    kind: str, error: type[VendorError], connect: Connect, control: TebraControl
) -> None:
    control.fault(kind, "GetPatient")  # ty: ignore[invalid-argument-type]
    with pytest.raises(error) as caught:
        connect(max_response_mib="0.5").get_patient(INSURED.id)
    assert caught.value.attempts == control.calls()["GetPatient"].received == 1
    assert "/elsewhere" not in control.calls()


def test_members_that_nobody_knows_and_any_order_do_no_harm(connect: Connect, control: TebraControl) -> None:
    control.fault("unknown_members", "*")
    tebra = connect()
    assert tebra.get_patient(INSURED.id) is not None
    assert tebra.create_payment(payment(), send).id == control.payments()[0].id
    assert len(tebra.create_encounter(encounter(), send).line_ids) == 2
    assert tebra.get_charges(OFFICE.name, DOS)


def test_a_wrong_password_key_or_right_is_told_apart(connect: Connect, control: TebraControl) -> None:
    with pytest.raises(LoginRefused):
        connect(password="wrong").get_patient(INSURED.id)
    with pytest.raises(LoginRefused):
        connect(password="wrong").check_credentials()
    with pytest.raises(CustomerKeyRefused):
        connect(customer_key="no-such-key").get_patient(INSURED.id)
    control.configure(permissions_missing={CUSTOMER.users[0].name: ("CreatePayment",)}, throttle_scale=0)
    with pytest.raises(NotPermitted) as caught:
        connect().create_payment(payment(), send)
    assert caught.value.missing == ("CreatePayment",)
    assert control.journal() == []


def test_a_password_full_of_markup_is_sent_as_it_is(connect: Connect) -> None:
    with pytest.raises(LoginRefused):
        connect(password="a&b<c>\"d'é").check_credentials()


@pytest.mark.parametrize("answered", ["toggles", "empty", "both"])
def test_lists_are_read_however_the_account_wants_its_columns(
    answered: str, connect: Connect, control: TebraControl
) -> None:
    control.configure(fields=answered, throttle_scale=0)
    tebra = connect()
    assert len(tebra.get_practices()) == len(CUSTOMER.practices)
    assert len(tebra.get_practices()) == len(CUSTOMER.practices)
    assert control.calls()["GetPractices"].received == (3 if answered == "empty" else 2)


def test_an_empty_list_is_empty_and_asked_again_only_while_the_columns_are_in_doubt(
    connect: Connect, control: TebraControl
) -> None:
    tebra = connect()
    assert tebra.get_charges(OFFICE.name, DOS) == []
    tebra.create_encounter(encounter(), send)
    assert len(tebra.get_charges(OFFICE.name, DOS)) == 2
    before = control.calls()["GetCharges"].received
    assert tebra.get_charges(OFFICE.name, DOS - timedelta(days=20)) == []
    assert control.calls()["GetCharges"].received == before + 1

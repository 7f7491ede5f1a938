"""A connection knows its options, refuses what it does not know, and never shows a secret."""

from __future__ import annotations

import pickle

import pytest
from pydantic import ValidationError

from lib.core.errors import BadInput
from lib.vendors.tebra.connection import TebraConnection
from lib.vendors.tebra.model import EncounterStatus

SETTINGS = {
    "url": "https://tebra.example.test/KareoServices.svc?wsdl",
    "customer_key": "key-9f",
    "user": "api@example.test",
}


def connection(**more: str) -> TebraConnection:
    return TebraConnection.from_settings({**SETTINGS, **more}, password="se&cret<1>")


def test_options_come_as_text_and_get_their_types() -> None:
    made = connection(
        visibility_delay_seconds="5", practice="true", encounter_status="Submitted", external_vendor_id="3"
    )
    assert made.visibility_delay_seconds == 5
    assert made.practice is True
    assert made.encounter_status is EncounterStatus.SUBMITTED
    assert made.external_vendor_id == 3


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput) as caught:
        connection(visibility="5")
    assert "visibility_delay_seconds" in str(caught.value)


def test_the_password_is_no_option_to_type() -> None:
    with pytest.raises(BadInput):
        connection(password="typed")


def test_a_wrong_value_names_its_option_and_not_the_value() -> None:
    with pytest.raises(BadInput) as caught:
        connection(payment_method="sometimes")
    assert "payment_method" in str(caught.value)
    assert "sometimes" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://tebra.example.test/x?wsdl", "https://user:pw@tebra.example.test/x?wsdl"])
def test_an_address_that_would_give_the_password_away_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        connection(url=url)


def test_practice_mode_and_this_machine_may_do_without_encryption() -> None:
    assert connection(url="http://127.0.0.1:8701/KareoServices.svc?wsdl")
    assert connection(url="http://practice.example.test/KareoServices.svc?wsdl", practice="true")


def test_nothing_printable_holds_a_secret() -> None:
    made = connection()
    shown = f"{made!r} {made} {made.model_dump_json()} {made.account}"
    assert "se&cret" not in shown
    assert "key-9f" not in shown


def test_the_account_is_stable_and_differs_by_customer_key_only() -> None:
    assert connection().account == connection(user="other@example.test").account
    assert connection().account != connection(customer_key="key-10").account


def test_every_option_is_described_in_one_line() -> None:
    described = TebraConnection.options()
    assert set(described) == set(TebraConnection.model_fields)
    assert all(text and "\n" not in text and len(text) < 100 for text in described.values())


def test_a_connection_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        connection().url = "https://elsewhere.example.test"  # ty: ignore[invalid-assignment]


def test_a_connection_survives_the_way_to_another_process() -> None:
    made = connection()
    assert pickle.loads(pickle.dumps(made)) == made

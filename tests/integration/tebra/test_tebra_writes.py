"""A write goes out at most once, and nobody claims to know what is not known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lib.core.errors import Stopped
from lib.vendors.errors import BadRequest, OutcomeUnknown, Throttled, Unavailable
from sandbox.running import TebraControl
from tests.integration.tebra.office import Connect, Gate, encounter, payment, send

#: Kinds of trouble with a write after which nobody knows, and whether it was written.
UNKNOWN_AFTER = {
    "drop_before": False,
    "drop_after": True,
    "error_before": False,
    "error_after": True,
    "truncated": True,
    "cut_off": True,
    "garbage": True,
    "empty_before": False,
    "empty_after": True,
    "null_reference": False,
    "null_reference_reply": False,
    "redirect": False,
    "endless": True,
}


@pytest.mark.parametrize("kind", UNKNOWN_AFTER)
@pytest.mark.parametrize("operation", ["CreatePayment", "CreateEncounter"])
def test_trouble_with_a_write_is_an_unknown_outcome_and_is_never_sent_again(
    kind: str, operation: str, connect: Connect, control: TebraControl
) -> None:
    control.fault(kind, operation)  # ty: ignore[invalid-argument-type]
    tebra = connect(max_response_mib="0.5")
    with pytest.raises(OutcomeUnknown) as caught:
        if operation == "CreatePayment":
            tebra.create_payment(payment(), send)
        else:
            tebra.create_encounter(encounter(), send)
    assert (caught.value.operation, caught.value.attempts) == (operation, 1)
    assert control.calls()[operation].received == 1
    assert len(control.journal()) == int(UNKNOWN_AFTER[kind])
    assert "/elsewhere" not in control.calls()


def test_an_answer_that_comes_too_late_is_an_unknown_outcome(connect: Connect, control: TebraControl) -> None:
    control.fault("delay", "CreatePayment", seconds=3)
    with pytest.raises(OutcomeUnknown):
        connect(read_timeout="0.3").create_payment(payment(), send)
    assert len(control.payments()) == 1


def test_a_minus_one_is_no_id(connect: Connect, control: TebraControl) -> None:
    control.fault("empty_before", "writes", empty_id="-1")
    with pytest.raises(OutcomeUnknown):
        connect().create_payment(payment(), send)


def test_a_throttled_write_was_not_written_and_is_not_sent_again(connect: Connect, control: TebraControl) -> None:
    control.fault("throttle", "CreatePayment", times=1)
    gate = Gate()
    with pytest.raises(Throttled) as caught:
        connect(gate).create_payment(payment(), send)
    assert caught.value.interval_ms == 500
    assert gate.told == [("wait", "CreatePayment", None), ("refused", "CreatePayment", 500)]
    assert control.payments() == []
    assert control.calls()["CreatePayment"].received == 1


def test_a_request_that_was_not_understood_was_not_written(connect: Connect, control: TebraControl) -> None:
    control.fault("deserialization", "CreateEncounter")
    with pytest.raises(BadRequest):
        connect().create_encounter(encounter(), send)
    assert control.journal() == []


def test_a_write_that_never_left_is_unavailable_and_not_unknown(connect: Connect, control: TebraControl) -> None:
    tebra = connect(endpoint="http://127.0.0.1:9/closed")
    with pytest.raises(Unavailable) as caught:
        tebra.create_payment(payment(), send)
    assert caught.value.attempts == 0
    assert control.journal() == []


def test_the_intent_is_recorded_when_its_turn_comes_and_before_the_bytes(
    connect: Connect, control: TebraControl
) -> None:
    gate = Gate()
    seen: list[tuple[int, int]] = []
    connect(gate).create_payment(payment(), lambda: seen.append((len(gate.told), len(control.journal()))))
    assert seen == [(0, 0)]
    assert [told[0] for told in gate.told] == ["wait", "accepted"]


def test_nothing_is_sent_where_the_intent_cannot_be_recorded(connect: Connect, control: TebraControl) -> None:
    def lost_lock() -> None:
        raise Stopped("The run lost its lock.")

    with pytest.raises(Stopped):
        connect().create_encounter(encounter(), lost_lock)
    assert "CreateEncounter" not in control.calls()


def test_nothing_is_sent_or_recorded_where_the_throttle_says_stop(connect: Connect, control: TebraControl) -> None:
    class Closed(Gate):
        def wait(self, operation: str, first: Callable[[], None] | None = None) -> None:
            raise Stopped("The run was asked to stop.")

    recorded: list[int] = []
    with pytest.raises(Stopped):
        connect(Closed()).create_payment(payment(), lambda: recorded.append(1))
    assert recorded == []
    assert control.calls().get("CreatePayment") is None


def test_a_record_that_cannot_be_sent_is_not_recorded_as_sending(connect: Connect) -> None:
    recorded: list[int] = []
    with pytest.raises(BadRequest):
        connect().create_payment(payment(reference="bell\x07"), lambda: recorded.append(1))
    assert recorded == []

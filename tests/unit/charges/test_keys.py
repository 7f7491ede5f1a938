"""Natural keys: equal for the same payment or encounter, different for any other, and free of names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.charges.model import PaymentPart, PaymentSource, ServiceLine
from lib.charges.planning.keys import lines_fingerprint, natural_key_encounter, natural_key_payment, plain_units

CHECK = PaymentPart(amount=Decimal("25.00"), source=PaymentSource.CHECK, reference="1234", batch="PP-1")
LINE = ServiceLine(row=2, procedure="99213", units=Decimal(1), modifiers=("25", "59"), diagnoses=("E11.9", "I10"))


def key(part: PaymentPart = CHECK, ordinal: int = 1, **changes: Any) -> str:
    place: dict[str, Any] = {"practice_id": "12", "patient_id": "1001", "dos": date(2026, 11, 2)} | changes
    return natural_key_payment(part=part, ordinal=ordinal, **place)


def test_keys_keep_their_form_because_they_are_stored():
    assert key() == "payment|12|1001|2026-11-02|25.00|CHECK|1234|PP-1|1"
    assert (
        natural_key_encounter(practice_id="12", patient_id="1001", dos=date(2026, 11, 2), rendering_provider_id="77")
        == "encounter|12|1001|2026-11-02|77"
    )


def test_a_reference_is_the_same_in_any_case_and_spacing_and_an_amount_with_any_zeros():
    assert key(replace(CHECK, reference="ab 12", batch="pp-1 ")) == key(replace(CHECK, reference="AB12"))
    assert key(replace(CHECK, amount=Decimal(25))) == key()


@pytest.mark.parametrize(
    "other",
    [
        key(practice_id="13"),
        key(patient_id="1002"),
        key(dos=date(2026, 11, 3)),
        key(ordinal=2),
        key(replace(CHECK, amount=Decimal("25.01"))),
        key(replace(CHECK, source=PaymentSource.EFT)),
        key(replace(CHECK, reference="1235")),
        key(replace(CHECK, batch="PP-2")),
    ],
)
def test_any_difference_makes_another_payment(other: str):
    assert other != key()


TEXTS = st.text(alphabet="|%7C 1a", max_size=6)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_no_text_in_a_reference_or_batch_makes_two_payments_one(
    reference: str, batch: str, other: str, other_batch: str
):
    def plain(text: str) -> str:
        return "".join(text.split()).upper()

    same = (plain(reference), plain(batch)) == (plain(other), plain(other_batch))
    one = key(replace(CHECK, reference=reference, batch=batch))
    assert (one == key(replace(CHECK, reference=other, batch=other_batch))) is same


def test_a_bar_in_a_reference_is_no_separator():
    assert key(replace(CHECK, reference="1|2", batch="3")) != key(replace(CHECK, reference="1", batch="2|3"))
    assert key(replace(CHECK, reference="|")) != key(replace(CHECK, reference="%7C"))


def test_lines_have_one_fingerprint_in_any_order_and_in_any_row():
    second = replace(LINE, row=3, procedure="36415")
    assert lines_fingerprint([LINE, second]) == lines_fingerprint(
        [replace(second, row=9), replace(LINE, units=Decimal("1.0"))]
    )


@pytest.mark.parametrize(
    "other",
    [
        [replace(LINE, procedure="99214")],
        [replace(LINE, units=Decimal(2))],
        [replace(LINE, modifiers=("59", "25"))],
        [replace(LINE, diagnoses=("E11.9",))],
        [LINE, LINE],
        [],
    ],
)
def test_other_lines_have_another_fingerprint(other: list[ServiceLine]):
    assert lines_fingerprint(other) != lines_fingerprint([LINE])


def test_units_are_plain_numbers():
    assert [plain_units(Decimal(text)) for text in ("1.00", "10", "1E+2", "0.50")] == ["1", "10", "100", "0.5"]

"""The natural keys under which a payment or an encounter may be sent once ("At most once").

Keys are stable text of ids, codes and numbers, never of a person's name; they are stored, so their form must not
change. Parts stand between bars; a bar inside a part is written %7C.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lib.charges.model import PaymentPart, ServiceLine


def plain_reference(text: str) -> str:
    """A reference or batch as keys and look-ups compare it: upper case, no spaces ("chk 0012" is "CHK0012")."""
    return "".join(text.split()).upper()


def natural_key_payment(*, practice_id: str, patient_id: str, dos: date, part: PaymentPart, ordinal: int) -> str:
    """The key of one payment, e.g. payment|12|1001|2026-11-02|25.00|CHECK|1234|PP-1|1; ids are Tebra's."""
    return _joined(
        "payment",
        practice_id,
        patient_id,
        dos.isoformat(),
        f"{part.amount:.2f}",
        part.source.value,
        plain_reference(part.reference),
        plain_reference(part.batch),
        str(ordinal),
    )


def natural_key_encounter(*, practice_id: str, patient_id: str, dos: date, rendering_provider_id: str) -> str:
    """The key of one encounter, e.g. encounter|12|1001|2026-11-02|77; ids are Tebra's."""
    return _joined("encounter", practice_id, patient_id, dos.isoformat(), rendering_provider_id)


def lines_fingerprint(lines: Iterable[ServiceLine]) -> str:
    """Thirty-two hex digits that are equal for the same lines in any order: code, modifiers, diagnoses and units.

    An encounter planned under the key of a posted one with another fingerprint has other lines: a person decides.
    """
    described = sorted(
        f"{line.procedure};{','.join(line.modifiers)};{','.join(line.diagnoses)};{plain_units(line.units)}"
        for line in lines
    )
    return hashlib.sha256("\n".join(described).encode()).hexdigest()[:32]


def plain_units(units: Decimal) -> str:
    """Units without trailing zeros or exponent: 1.00 is "1", 0.50 is "0.5"."""
    text = f"{units:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _joined(*parts: str) -> str:
    return "|".join(part.replace("%", "%25").replace("|", "%7C") for part in parts)

"""Reading an encounter back from the practice-and-day charge list (contract §7).

The list has one record a charge line and answers for all patients of the day, at times for more than was asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from lib.charges.model import ServiceLine
from lib.charges.planning.keys import plain_units
from lib.vendors.tebra.model import ChargeFound

_Line = tuple[str, tuple[str, ...], str]


def match_encounter(
    charges: Iterable[ChargeFound], patient_id: str, dos: date, lines: Sequence[ServiceLine]
) -> tuple[str, ...]:
    """Ids of the encounters of this patient and day that have exactly these lines, the oldest (lowest) id first.

    Lines are compared by code, modifiers and units, in any order; the same line twice must be there twice.
    """
    wanted = Counter(_sent(line) for line in lines)
    found: dict[str, dict[str, _Line]] = {}
    for number, charge in enumerate(charges):
        if charge.encounter_id and charge.patient_id == patient_id and charge.dos == dos:
            by_charge = found.setdefault(charge.encounter_id, {})
            by_charge[charge.id or f"#{number}"] = _listed(charge)
    matching = [encounter for encounter, listed in found.items() if Counter(listed.values()) == wanted]
    return tuple(sorted(matching, key=id_order))


def encounter_total(charges: Iterable[ChargeFound], encounter_id: str) -> Decimal | None:
    """The encounter's total in dollars, each charge once; None while it is not listed or a charge has no price."""
    amounts = {charge.id: charge.total_charges for charge in charges if charge.encounter_id == encounter_id}
    total = Decimal("0.00")
    for amount in amounts.values():
        if amount is None:
            return None
        total += amount
    return total if amounts else None


def charge_status(charges: Iterable[ChargeFound], encounter_id: str) -> str:
    """Tebra's words for the state of the encounter's charges, each once: "Draft", or "Pending, Completed"."""
    words = [charge.status or charge.encounter_status for charge in charges if charge.encounter_id == encounter_id]
    return ", ".join(dict.fromkeys(word for word in words if word))


def id_order(vendor_id: str) -> tuple[int, str]:
    """A sort key that puts Tebra's numeric ids in the order in which they were given."""
    return len(vendor_id), vendor_id


def _sent(line: ServiceLine) -> _Line:
    return line.procedure.upper(), tuple(sorted(line.modifiers)), plain_units(line.units)


def _listed(charge: ChargeFound) -> _Line:
    modifiers = tuple(sorted(modifier.strip().upper() for modifier in charge.modifiers if modifier.strip()))
    units = plain_units(charge.units) if charge.units is not None else ""
    return charge.code.strip().upper(), modifiers, units

"""Compares what a drawn sheet asks for with what a vendor really wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sandbox.sheets.model import Drawn
from sandbox.tebra.journal import Encounter, Entry, Payment

_METHODS = {"CHECK": "Check", "CREDIT CARD": "CreditCard", "EFT": "ElectronicFundsTransfer", "CASH": "Cash"}


def find_differences(drawn: Drawn, written: Iterable[Entry], *, repeats_once: bool = False) -> list[str]:
    """Every payment and encounter that is missing, too many or not as the sheet says; empty when all is posted once.

    `repeats_once` counts a payment that the lines of an encounter repeat as one. Post dates are not compared, nor is
    the service location, which the sheet does not name.
    """
    entries = list(written)
    wanted_payments = Counter(
        (asked.practice_id, asked.patient_id, asked.amount, _METHODS[asked.source], asked.reference, asked.batch)
        for asked in (drawn.payments_once() if repeats_once else drawn.payments)
    )
    posted = Counter(
        (entry.practice_id, entry.patient_id, entry.amount, entry.method, entry.reference, entry.batch)
        for entry in entries
        if isinstance(entry, Payment)
    )
    wanted_encounters = Counter(
        (
            *(asked.practice_id, asked.patient_id, asked.dos, asked.case_id, asked.pos, asked.batch, asked.charge),
            *(asked.rendering_provider_id, asked.scheduling_provider_id, asked.referring_provider_id),
            *(asked.admitted, asked.discharged),
            tuple((line.code, line.units, line.modifiers, line.diagnoses) for line in asked.lines),
        )
        for asked in drawn.encounters
    )
    created = Counter(
        (
            *(entry.practice_id, entry.patient_id, entry.dos, entry.case_id, entry.place_of_service, entry.batch),
            *(entry.charge, entry.rendering_provider_id, entry.scheduling_provider_id, entry.referring_provider_id),
            *(entry.admitted, entry.discharged),
            tuple((line.code, line.units, line.modifiers, line.diagnoses) for line in entry.lines),
        )
        for entry in entries
        if isinstance(entry, Encounter)
    )
    return [
        *(f"payment missing: {key}" for key in (wanted_payments - posted).elements()),
        *(f"payment not asked for: {key}" for key in (posted - wanted_payments).elements()),
        *(f"encounter missing: {key}" for key in (wanted_encounters - created).elements()),
        *(f"encounter not asked for: {key}" for key in (created - wanted_encounters).elements()),
    ]

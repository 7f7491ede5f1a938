"""The members of every request, as the contract names them (§3); zeep puts them in the XSD's order.

A None is left out. Dates of encounters go out as ISO 8601 without a zone, which Tebra would shift by (§4).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from lib.vendors.errors import BadRequest
from lib.vendors.tebra.model import EncounterStatus, NewEncounter, NewLine, NewPayment, PaymentFilter, PaymentMethod

#: Longest external id that Tebra surely keeps whole (contract §7).
EXTERNAL_ID_LENGTH = 25
_TRUE = "true"
_METHOD_NAMES: Mapping[PaymentMethod, str] = {
    PaymentMethod.CHECK: "Check",
    PaymentMethod.CREDIT_CARD: "CreditCard",
    PaymentMethod.EFT: "ElectronicFundsTransfer",
    PaymentMethod.CASH: "Cash",
}
_METHOD_CODES: Mapping[PaymentMethod, str] = {
    PaymentMethod.CHECK: "1",
    PaymentMethod.CREDIT_CARD: "3",
    PaymentMethod.EFT: "4",
    PaymentMethod.CASH: "5",
}


def method_sent(method: PaymentMethod, spelling: Literal["names", "codes"]) -> str:
    """A payment method as the account wants it (open question 1)."""
    return (_METHOD_NAMES if spelling == "names" else _METHOD_CODES)[method]


def method_read(text: str) -> PaymentMethod | None:
    """The method behind Tebra's name or code for it, None where it is none of ours."""
    word = text.replace(" ", "").casefold()
    for spelling in (_METHOD_NAMES, _METHOD_CODES):
        for method, sent in spelling.items():
            if sent.casefold() == word:
                return method
    return {"eft": PaymentMethod.EFT, "cc": PaymentMethod.CREDIT_CARD}.get(word)


def patient(patient_id: str) -> dict[str, Any]:
    """GetPatient."""
    return {"Filter": {"PatientID": _number("GetPatient", patient_id)}}


def practices() -> dict[str, Any]:
    """The filter of GetPractices: the active ones, since a list wants at least one filter (§4)."""
    return {"Active": _TRUE}


def of_practice(practice_id: str) -> dict[str, Any]:
    """The filter of the lists of one practice (providers, locations)."""
    return {"PracticeID": practice_id}


def procedure_codes(code: str | None) -> dict[str, Any]:
    """The filter of GetProcedureCodes: one code, or the active ones."""
    return {"ProcedureCode": code} if code else {"Active": True}


def payments(wanted: PaymentFilter) -> dict[str, Any]:
    """The filter of GetPayments, patient payments only. A date range needs both ends (§4): one stands for both."""
    first, last = wanted.post_date_from or wanted.post_date_to, wanted.post_date_to or wanted.post_date_from
    return {
        "Amount": None if wanted.amount is None else _money("GetPayments", wanted.amount),
        "BatchNumber": wanted.batch or None,
        "FromPostDate": first and first.isoformat(),
        "ID": wanted.payment_id,
        "PayerName": wanted.payer_name or None,
        "PayerType": "Patient",
        "PracticeID": wanted.practice_id,
        "PracticeName": wanted.practice_name,
        "ReferenceNumber": wanted.reference or None,
        "ToPostDate": last and last.isoformat(),
    }


def charges(practice_name: str, dos: date) -> dict[str, Any]:
    """The filter of GetCharges for a practice and day, Draft encounters' charges included."""
    return {
        "FromServiceDate": dos.isoformat(),
        "IncludeUnapprovedCharges": _TRUE,
        "PracticeName": practice_name,
        "ToServiceDate": dos.isoformat(),
    }


def encounter_details(encounter_id: str, practice_id: str, practice_name: str) -> dict[str, Any]:
    """The filter of GetEncounterDetails."""
    return {
        "EncounterID": encounter_id,
        "Practice": {"PracticeID": practice_id or None, "PracticeName": practice_name or None},
    }


def encounter_status(
    encounter_id: str, status: EncounterStatus, practice_id: str, practice_name: str, *, word: Literal["guide", "enum"]
) -> dict[str, Any]:
    """UpdateEncounterStatus; the guide calls a submitted encounter Review (§3, enumerations)."""
    told = "Review" if status is EncounterStatus.SUBMITTED and word == "guide" else status.value
    return {
        "EncounterUpdateStatus": {
            "EncounterID": _number("UpdateEncounterStatus", encounter_id),
            "EncounterStatus": told,
            "Practice": {"PracticeID": practice_id or None, "PracticeName": practice_name or None},
        }
    }


def new_payment(payment: NewPayment, *, methods: Literal["names", "codes"]) -> dict[str, Any]:
    """CreatePayment: every member is a string, ids too. An empty reference is sent as empty, as production does."""
    return {
        "Payment": {
            "BatchNumber": payment.batch or None,
            "Patient": {
                "FirstName": payment.first_name or None,
                "LastName": payment.last_name or None,
                "MiddleName": payment.middle_name or None,
                "PatientID": payment.patient_id,
            },
            "PayerType": "Patient",
            "Payment": {
                "AmountPaid": _money("CreatePayment", payment.amount),
                "PaymentMethod": method_sent(payment.method, methods),
                "ReferenceNumber": payment.reference,
            },
            "PostDate": payment.post_date.isoformat(),
            "Practice": {"PracticeID": payment.practice_id, "PracticeName": payment.practice_name},
        }
    }


def new_encounter(
    encounter: NewEncounter, *, status: EncounterStatus, external_vendor_id: int | None
) -> dict[str, Any]:
    """CreateEncounter: `status` where the encounter names none; our key only with a registered vendor id."""
    operation = "CreateEncounter"
    if not encounter.lines:
        raise _bad(operation, "an encounter needs a charge line")
    external_id = encounter.external_id if external_vendor_id is not None else ""
    if len(external_id) > EXTERNAL_ID_LENGTH:
        raise _bad(operation, f"an external id has at most {EXTERNAL_ID_LENGTH} characters")
    return {
        "Encounter": {
            "BatchNumber": encounter.batch or None,
            "Case": {"CaseID": _number(operation, encounter.case_id)},
            "EncounterExternalID": external_id or None,
            "EncounterStatus": (encounter.status or status).value,
            "ExternalVendorID": external_vendor_id if external_id else None,
            "Hospitalization": _hospitalization(encounter),
            "Patient": {"PatientID": _number(operation, encounter.patient_id)},
            "PlaceOfService": {"PlaceOfServiceCode": encounter.pos},
            "PostDate": _midnight(encounter.post_date),
            "Practice": {
                "PracticeID": _number(operation, encounter.practice_id),
                "PracticeName": encounter.practice_name,
            },
            "ReferringProvider": _referring_provider(encounter),
            "RenderingProvider": {"ProviderID": _number(operation, encounter.rendering_provider_id)},
            "SchedulingProvider": (
                {"ProviderID": _number(operation, encounter.scheduling_provider_id)}
                if encounter.scheduling_provider_id
                else None
            ),
            "ServiceEndDate": _midnight(encounter.dos),
            "ServiceLines": {"ServiceLineReq": [_line(line, encounter.dos) for line in encounter.lines]},
            "ServiceLocation": {"LocationID": _number(operation, encounter.location_id)},
            "ServiceStartDate": _midnight(encounter.dos),
        }
    }


def _line(line: NewLine, dos: date) -> dict[str, Any]:
    if not 1 <= len(line.diagnoses) <= 4 or len(line.modifiers) > 4:
        raise _bad("CreateEncounter", "a charge line has one to four diagnoses and at most four modifiers")
    return {
        **{f"DiagnosisCode{n}": code for n, code in enumerate(line.diagnoses, 1)},
        "ProcedureCode": line.code,
        **{f"ProcedureModifier{n}": code for n, code in enumerate(line.modifiers, 1)},
        "ServiceEndDate": _midnight(dos),
        "ServiceStartDate": _midnight(dos),
        "Units": format(line.units.normalize(), "f"),
    }


def _referring_provider(encounter: NewEncounter) -> dict[str, Any] | None:
    who = encounter.referring_provider
    if who is None:
        return None
    # NPI with names as production sends it, else Tebra's own id (§3).
    if who.npi and who.last_name:
        return {
            "FirstName": who.first_name or None,
            "LastName": who.last_name,
            "MiddleName": who.middle_name or None,
            "NPI": who.npi,
        }
    if not who.id:
        raise _bad("CreateEncounter", "a referring provider needs an id, or an NPI and a last name")
    return {"ProviderID": _number("CreateEncounter", who.id)}


def _hospitalization(encounter: NewEncounter) -> dict[str, Any] | None:
    if encounter.admit_date is None and encounter.discharge_date is None:
        return None
    return {
        "EndDate": encounter.discharge_date and _midnight(encounter.discharge_date),
        "StartDate": encounter.admit_date and _midnight(encounter.admit_date),
    }


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"


def _money(operation: str, amount: Decimal) -> str:
    if not amount.is_finite() or amount <= 0 or amount != round(amount, 2):
        raise _bad(operation, "an amount is not a positive number of whole cents")
    return f"{amount:.2f}"


def _number(operation: str, record_id: str) -> int:
    # Only ASCII digits, at most an xs:int: what else looks like an id was mistyped.
    if not (record_id.isascii() and record_id.isdecimal() and 0 < int(record_id[:12]) < 2**31 and len(record_id) < 12):
        raise _bad(operation, "an id is not a whole number that Tebra could have given")
    return int(record_id)


def _bad(operation: str, why: str) -> BadRequest:
    return BadRequest(f"{operation} was not sent: {why}.", fix="Correct the record.", operation=operation, attempts=0)

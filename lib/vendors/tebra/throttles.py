"""Tebra's own minimum gaps: the documented ones, and how an account's answer names them (contract §5)."""

from __future__ import annotations

import math
from collections.abc import Mapping

#: Documented minimum gaps in milliseconds (April 2025); an account's own come from `TebraClient.get_throttles`.
DOCUMENTED_GAPS_MS: Mapping[str, int] = {
    "GetPatient": 250,
    "GetEncounterDetails": 500,
    "GetPractices": 500,
    "GetProcedureCodes": 500,
    "GetProviders": 500,
    "GetServiceLocations": 500,
    "CreateEncounter": 500,
    "CreatePayment": 500,
    "UpdateEncounterStatus": 500,
    "GetCharges": 1_000,
    "GetPatients": 1_000,
    "GetPayments": 1_000,
    "GetThrottles": 5_000,
}
_ALIASES = {
    "createpayments": "CreatePayment",
    "createencounters": "CreateEncounter",
    "getprocedurecode": "GetProcedureCodes",
    "getpractice": "GetPractices",
    "getprovider": "GetProviders",
    "getservicelocation": "GetServiceLocations",
    "getcharge": "GetCharges",
    "getpayment": "GetPayments",
    "getthrottle": "GetThrottles",
    "getencounterdetail": "GetEncounterDetails",
}
_OURS = {name.casefold(): name for name in DOCUMENTED_GAPS_MS}


def operation_named(endpoint: str) -> str:
    """Our name of an operation that Tebra's documents and answers spell in several ways; unknown ones stay as told."""
    told = endpoint.strip().rpartition("/")[2]
    word = told.replace(" ", "").casefold()
    return _OURS.get(word) or _ALIASES.get(word) or told


def gaps_ms(told: Mapping[str, float]) -> dict[str, int]:
    """Minimum gaps by our operation names, rounded up to whole milliseconds; of two for one operation the longer."""
    gaps: dict[str, int] = {}
    for endpoint, gap in told.items():
        operation = operation_named(endpoint)
        if operation and math.isfinite(gap) and gap >= 0:
            gaps[operation] = max(gaps.get(operation, 0), math.ceil(gap))
    return gaps

"""The vendor's minimum gaps between two calls of one account (contract section 5)."""

from __future__ import annotations

from sandbox.tebra.settings import Settings

#: Milliseconds between two accepted calls of one operation, per account.
MINIMUM_GAPS_MS: dict[str, float] = {
    "GetPatient": 250,
    "GetEncounterDetails": 500,
    "GetPractices": 500,
    "GetProcedureCodes": 500,
    "GetProviders": 500,
    "GetServiceLocations": 500,
    "CreateEncounter": 500,
    "CreatePayment": 500,
    "UpdateEncounterStatus": 500,
    "GetCharges": 1000,
    "GetPatients": 1000,
    "GetPayments": 1000,
    "GetThrottles": 5000,
}

#: Operations that the vendor's list of limits calls by another name.
_LISTED_NAMES = {"CreatePayment": "CreatePayments"}


class Throttles:
    """Remembers when each account's operations were last accepted."""

    def __init__(self) -> None:
        self._accepted_at: dict[tuple[str, str], float] = {}

    def admit(self, settings: Settings, customer_id: str, operation: str, now: float) -> float | None:
        """None when the call may go, else the gap in ms that it broke; `now` is a monotonic time in seconds.

        A refused call does not move the moment from which the gap counts.
        """
        gap = gap_ms(settings, customer_id, operation)
        if not gap:
            return None
        last = self._accepted_at.get((customer_id, operation))
        if last is not None and (now - last) * 1000 < gap:
            return gap
        self._accepted_at[customer_id, operation] = now
        return None

    def forget(self) -> None:
        """Forget all calls, as after a reset."""
        self._accepted_at.clear()


def gap_ms(settings: Settings, customer_id: str, operation: str) -> float:
    """The account's minimum gap for an operation, in ms; 0 when it has none."""
    own = {**settings.throttles_ms.get("*", {}), **settings.throttles_ms.get(customer_id, {})}
    return own.get(operation, MINIMUM_GAPS_MS.get(operation, 0)) * settings.throttle_scale


def list_gaps(settings: Settings, customer_id: str) -> dict[str, float]:
    """What GetThrottles tells: ms by the vendor's name of the operation."""
    return {
        _LISTED_NAMES.get(operation, operation): gap_ms(settings, customer_id, operation)
        for operation in MINIMUM_GAPS_MS
    }

"""The claims of one tax id at one payer, in order of their first days of service."""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from sandbox.uhc.clients import UhcClient
from sandbox.uhc.query import PatientFilter
from sandbox.uhc.settings import Crowd
from sandbox.world.names import PATIENT_FIRST_NAMES, PATIENT_LAST_NAME
from sandbox.world.payer_side import Decision, DecisionLine, Draft, PayerClaim
from sandbox.world.payer_side.model import NOTHING
from sandbox.world.payer_side.spelling import in_capitals

_CHARGED, _ALLOWED = Decimal("125.00"), Decimal("80.00")
_DECIDED_AFTER = timedelta(days=14)


class Shelf:
    """Finds claims by window; their order on pages follows nothing that a caller knows."""

    def __init__(self, claims: Iterable[PayerClaim]) -> None:
        self.claims = sorted(claims, key=lambda claim: claim.first_day)
        self._days = [claim.first_day for claim in self.claims]

    def find(self, first: date, last: date, patient: PatientFilter | None = None) -> list[PayerClaim]:
        """The claims whose first day of service is in the window, of that patient alone where one is given."""
        found = self.claims[bisect_left(self._days, first) : bisect_right(self._days, last)]
        if patient:
            found = [claim for claim in found if _is_of(patient, claim)]
        return sorted(found, key=lambda claim: zlib.crc32(claim.number.encode()))


def invent_crowd(
    client: UhcClient, crowd: Crowd, payer_id: str, today: date
) -> Iterable[tuple[PayerClaim, tuple[Decision, ...]]]:
    """The claims of a crowd, all alike and paid, with the one decision on each."""
    practice = next(practice for practice in client.practices if practice.tin == crowd.tin)
    decided = min(crowd.day + _DECIDED_AFTER, today)
    for nth in range(crowd.claims):
        account_number = f"9{crowd.day:%y%m%d}{nth:04d}"
        number = f"FX{crowd.tin[-3:]}{account_number}"
        whose = nth % crowd.patients
        claim = PayerClaim(
            number=number,
            account_number=account_number,
            payer_id=payer_id,
            client=client.name,
            practice=practice.name,
            tin=crowd.tin,
            npi=practice.npi,
            provider="",
            member_id=f"TSX{whose:07d}",
            group_number="",
            first_name=in_capitals(PATIENT_FIRST_NAMES[whose % len(PATIENT_FIRST_NAMES)]),
            last_name=PATIENT_LAST_NAME,
            born=date(1940, 1, 1) + timedelta(days=97 * whose),
            first_day=crowd.day,
            last_day=crowd.day,
            institutional=False,
            received_on=crowd.day,
            processed_on=decided,
            stage="finalized",
            outcome="paid",
            charged=_CHARGED,
            allowed=_ALLOWED,
            paid=_ALLOWED,
            written_off=_CHARGED - _ALLOWED,
            refused=NOTHING,
            refused_to_patient=NOTHING,
            copay=NOTHING,
            coinsurance=NOTHING,
            deductible=NOTHING,
            refusals=(),
            checks=(number[-8:],),
        )
        yield claim, (_pay_whole(claim, decided),)


def _pay_whole(claim: PayerClaim, decided: date) -> Decision:
    line = DecisionLine(
        place=1,
        line_id=claim.account_number,
        code="99213",
        revenue_code="",
        units=1,
        charged=claim.charged,
        allowed=claim.allowed,
        paid=claim.paid,
        written_off=claim.written_off,
        share=NOTHING,
        share_kind="",
        refused=NOTHING,
        refusal=None,
    )
    draft = Draft(
        number=claim.checks[0],
        amount=claim.paid,
        check_number=claim.checks[0],
        check_amount=claim.paid,
        issued_on=decided,
    )
    return Decision(suffix="01", decided_on=decided, lines=(line,), draft=draft)


def _is_of(patient: PatientFilter, claim: PayerClaim) -> bool:
    return (
        patient.first_name in ("", claim.first_name)
        and patient.last_name in ("", claim.last_name)
        and patient.born in (None, claim.born)
    )

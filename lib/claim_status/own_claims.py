"""Claims of our own reports: their days of service, their practice, and which of them payers still owe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lib.core.database import Session, named_queries

_SQL = named_queries("claim_status")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnClaim:
    """What our reports know of a claim."""

    claim_id: str
    first_day: date
    last_day: date
    practice: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenClaim(OwnClaim):
    """One that a payer still owes; `due` in dollars."""

    patient_name: str = field(repr=False)
    due: Decimal


def own_claims(session: Session, client_id: str, numbers: Sequence[str]) -> dict[str, OwnClaim]:
    """What our own reports know of claims, by the numbers that they were billed under."""
    return {
        row.claim_id: OwnClaim(
            claim_id=row.claim_id, first_day=row.first_day, last_day=row.last_day, practice=row.practice or ""
        )
        for row in _SQL.own_claims(session.raw, client_id=client_id, numbers=list(numbers))
    }


def find_open_claims(
    session: Session, client_id: str, *, today: date, days: int, earliest: date, most: int
) -> list[OpenClaim]:
    """Claims that payers still owe, whose service was so many days ago at least; oldest first."""
    rows = _SQL.open_claims(session.raw, client_id=client_id, today=today, days=days, earliest=earliest, most=most)
    return [
        OpenClaim(
            claim_id=row.claim_id,
            first_day=row.first_day,
            last_day=row.last_day,
            practice=row.practice or "",
            patient_name=row.patient_name or "",
            due=row.due,
        )
        for row in rows
    ]

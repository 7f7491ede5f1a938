"""What the clearinghouse tells of a claim: category and status codes of a 277, amounts as texts, days as YYYYMMDD."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.world.payer_side import ClaimOutcome, Decision, DecisionLine, PayerClaim

Json = dict[str, Any]

#: Category and status code with our own short words for them, by outcome.
_CODES: dict[ClaimOutcome, tuple[str, str]] = {
    "paid": ("F1", "65"),
    "partly paid": ("F1", "65"),
    "denied": ("F2", "104"),
    "patient owes": ("F4", "98"),
    "rejected": ("A3", "21"),
    "misdirected": ("A0", "16"),
}
_STILL_OPEN = {"acknowledged": ("A2", "20"), "in review": ("P2", "46"), "pending": ("P1", "20")}
#: Status codes of some reasons for which a claim is denied.
_OF_REASON = {"18": "54", "27": "88"}
_CATEGORIES = {
    "A0": "passed on",
    "A2": "accepted",
    "A3": "rejected",
    "D0": "not found",
    "F1": "finalized, paid",
    "F2": "finalized, denied",
    "F4": "finalized, nothing to pay",
    "P1": "in process",
    "P2": "in review",
}


def tell_found(claim: PayerClaim, decisions: Sequence[Decision]) -> Json:
    """A claim that the payer knows."""
    category, status = _codes(claim)
    issued = [decision.draft for decision in decisions if decision.draft and decision.draft.amount > 0]
    return {
        "claimStatus": {
            "statusCategoryCode": category,
            "statusCategoryCodeValue": _CATEGORIES[category],
            "statusCode": status,
            "statusCodeValue": "",
            "submittedAmount": str(claim.charged),
            "amountPaid": str(claim.paid),
            "paidDate": _day(issued[-1].issued_on if issued else None),
            "checkIssueDate": _day(issued[-1].issued_on if issued else None),
            "checkNumber": issued[-1].check_number if issued else "",
            "claimServiceDate": f"{_day(claim.first_day)}-{_day(claim.last_day)}",
            "effectiveDate": _day(claim.processed_on or claim.received_on),
            "tradingPartnerClaimNumber": claim.number,
            "patientAccountNumber": claim.account_number,
            "trackingNumber": f"T{claim.account_number}",
        },
        "serviceDetails": [_service(line, category, status) for line in decisions[-1].lines] if decisions else [],
    }


def tell_not_found(tracking_number: str) -> Json:
    """The one entry of an answer about a claim that the payer does not know."""
    return {
        "claimStatus": {
            "statusCategoryCode": "D0",
            "statusCategoryCodeValue": _CATEGORIES["D0"],
            "statusCode": "35",
            "statusCodeValue": "",
            "trackingNumber": tracking_number,
        },
        "serviceDetails": [],
    }


def _codes(claim: PayerClaim) -> tuple[str, str]:
    if claim.outcome == "in process":
        return _STILL_OPEN[claim.stage]
    category, status = _CODES[claim.outcome]
    if claim.outcome == "denied":
        status = next((_OF_REASON[why.reason] for why in claim.refusals if why.reason in _OF_REASON), status)
    return category, status


def _service(line: DecisionLine, category: str, status: str) -> Json:
    return {
        "service": {
            "serviceIdQualifierCode": "HC",
            "procedureId": line.code,
            "revenueCode": line.revenue_code,
            "submittedUnits": str(line.units),
            "submittedAmount": str(line.charged),
            "amountPaid": str(line.paid),
        },
        "status": {"statusCategoryCode": category, "statusCode": status},
    }


def _day(day: date | None) -> str:
    return f"{day:%Y%m%d}" if day else ""

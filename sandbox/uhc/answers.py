"""What the payer tells of claims, in its own shapes (contract sections 2 to 4)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sandbox.world.payer_side import Decision, DecisionLine, Draft, PayerClaim
from sandbox.world.payer_side.model import NOTHING, ClaimStage

Json = dict[str, Any]

_STATUS: dict[ClaimStage, str] = {
    "acknowledged": "Acknowledged",
    "in review": "In Review",
    "pending": "Pending",
    "rejected": "Rejected",
    "misdirected": "Misdirected",
    "finalized": "Finalized",
}
_SHARE_CARC = {"copay": "3", "coinsurance": "2", "deductible": "1"}
_CONTRACTUAL_CARC = "45"


def tell_claim(claim: PayerClaim, decisions: Sequence[Decision], statuses: Mapping[str, str]) -> Json:
    """One claim of a summary; `statuses` holds other words for the status, by claim number."""
    return {
        "claimNumber": claim.number,
        "claimStatus": statuses.get(claim.number, _STATUS[claim.stage]),
        "detailsAvailable": "T" if decisions else "F",
        "memberInfo": {
            "subscriberId": claim.member_id,
            "policyNbr": claim.group_number,
            "ptntFn": claim.first_name,
            "ptntLn": claim.last_name,
            "ptntDob": _day(claim.born),
        },
        "provInfo": {
            "submitted": {
                "tin": claim.tin,
                "billProvNm": claim.practice,
                "billingNpi": claim.npi,
                "servicingProvNm": claim.provider,
            },
            "adjudicated": {"tin": claim.tin, "tinPrfx": "1", "tinSufx": "00001", "billProvNm": claim.practice},
        },
        "claimSummary": _sums(claim, decisions),
    }


def tell_detail(claim: PayerClaim, decisions: Sequence[Decision]) -> Json:
    """One claim with the lines of every decision, which its suffix tells apart."""
    return {
        "claimNumber": claim.number,
        "payerId": claim.payer_id,
        "claimReprocessedIndicator": "Y" if len(decisions) > 1 else "N",
        "electronicPayerID": claim.payer_id,
        "initialDecisionDate": _day(decisions[0].decided_on if decisions else None),
        "dateReceived": _day(claim.received_on),
        "providerTin": claim.tin,
        "billingProviderName": claim.practice,
        "renderingProviderName": claim.provider,
        "patientName": f"{claim.first_name} {claim.last_name}",
        "patientAccountNumber": claim.account_number,
        "patientGroupNumber": claim.group_number,
        "patientSubscriberNumber": claim.member_id,
        "typeOfClaim": _kind(claim),
        "lines": [_line(claim, decision, line) for decision in decisions for line in decision.lines],
    }


def tell_payments(decisions: Sequence[Decision]) -> list[Json] | None:
    """What was paid on a claim, or null."""
    paid = [_payment(decision.draft) for decision in decisions if decision.draft and decision.draft.amount > 0]
    return paid or None


def _sums(claim: PayerClaim, decisions: Sequence[Decision]) -> Json:
    # Of a claim that belongs to another payer this one knows no sums but the charge.
    is_ours = claim.stage != "misdirected"
    amounts = {
        "provWriteOffAmt": claim.written_off,
        "ptntNoCovAmt": claim.refused_to_patient,
        "provNotCovAmt": claim.refused - claim.refused_to_patient,
        "totalAllowdAmt": claim.allowed,
        "deductibleAmt": claim.deductible,
        "totalCopayAmt": claim.copay,
        "totalCoinsAmt": claim.coinsurance,
        "totalPaidAmt": claim.paid,
        "totalPtntRespAmt": claim.share,
    }
    remarks = dict.fromkeys(remark for refusal in claim.refusals for remark in refusal.remarks)
    return {
        "receivedDt": _day(claim.received_on),
        "processedDt": _day(claim.processed_on),
        "processedTm": _time_of_day(claim) if claim.processed_on else "",
        "firstSrvcDt": _day(claim.first_day),
        "lastSrvcDt": _day(claim.last_day),
        "ptntAcctNbr": claim.account_number,
        "networkStatus": "I",
        "claimType": _kind(claim),
        "statusEfctDt": _day(claim.processed_on or claim.received_on),
        "totalChargedAmt": str(claim.charged),
        **{name: str(amount if is_ours else NOTHING) for name, amount in amounts.items()},
        "faclOrProfCd": "F" if claim.institutional else "P",
        "dccFln": "0000000000000",
        "clmXWalkData": [_crosswalk(claim, decision) for decision in decisions],
        "chkInfo": [_check(decision.draft) for decision in decisions if decision.draft and decision.draft.amount > 0],
        "claimCodes": [_code("REMARK", remark) for remark in remarks],
    }


def _crosswalk(claim: PayerClaim, decision: Decision) -> Json:
    category, status = ("A0", "16") if claim.stage == "misdirected" else ("F1", "65" if claim.paid > 0 else "104")
    return {
        "clm507Cd": category,
        "clm507CdDesc": "",
        "clm508Cd": status,
        "clm508CdDesc": "",
        "clmIcnSufxCd": decision.suffix,
        "clmDrftNbr": decision.draft.number if decision.draft else "",
    }


def _check(draft: Draft) -> Json:
    return {
        "chkSrsDesg": "1A",
        "chkEftInd": "E",
        "chkNbr": draft.check_number,
        "chkAmt": str(draft.check_amount),
        "paymentIssueDt": _day(draft.issued_on),
        "draftAmt": str(draft.amount),
        "draftNbr": draft.number,
        "payeeTypeCode": "P",
    }


def _payment(draft: Draft) -> Json:
    return {
        "paymentIssueDt": _day(draft.issued_on),
        "checkNbr": draft.check_number,
        "checkAmt": str(draft.check_amount),
        "checkEFTIndicator": "E",
        "chkSrsDesg": "1A",
        "checkStatus": None,
        "draftAmt": str(draft.amount),
        "draftNbr": draft.number,
        "cashedDt": None,
        "payeeTypeCode": "P",
        "paymentType": "ACH",
    }


def _line(claim: PayerClaim, decision: Decision, line: DecisionLine) -> Json:
    of_patient = line.refused if line.refusal and line.refusal.group == "PR" else NOTHING
    return {
        "lineNbr": str(line.place),
        "processedDt": _day(decision.decided_on),
        "firstSrvcDt": _day(claim.first_day),
        "lastSrvcDt": _day(claim.last_day),
        "revenueCode": line.revenue_code,
        "procedureCd": line.code,
        "procedureTypeCd": "HC",
        "unitCount": str(line.units),
        "billedAmt": str(line.charged),
        "allowdAmt": str(line.allowed),
        "paidAmt": str(line.paid),
        "provWrtOffAmt": str(line.written_off),
        "notCovAmt": str(line.refused),
        "provNotCovAmt": str(line.refused - of_patient),
        "ptntNoCovAmt": str(of_patient),
        "totalMemResp": str(line.share),
        **{kind: str(line.share if line.share_kind == kind else NOTHING) for kind in _SHARE_CARC},
        "networkStatus": "I",
        "claimCodes": _codes(line),
        "icnSuffix": decision.suffix,
        "icnVersionNumber": "1",
        "lineKey": line.line_id,
    }


def _codes(line: DecisionLine) -> list[Json]:
    codes = [_code("CARC", _CONTRACTUAL_CARC)] if line.written_off else []
    codes += [_code("CARC", _SHARE_CARC[line.share_kind])] if line.share_kind else []
    if line.refusal:
        codes.append(_code("CARC", line.refusal.reason))
        codes += [_code("REMARK", remark) for remark in line.refusal.remarks]
    return codes


def _code(kind: str, code: str) -> Json:
    return {"type": kind, "code": code, "description": ""}


def _kind(claim: PayerClaim) -> str:
    return "I" if claim.institutional else "P"


def _day(day: date | None) -> str:
    return f"{day:%m/%d/%Y}" if day else ""


def _time_of_day(claim: PayerClaim) -> str:
    second = zlib.crc32(claim.number.encode()) % (8 * 3600)
    return f"{9 + second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"

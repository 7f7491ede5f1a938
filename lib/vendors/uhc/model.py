"""What UHC is asked and answers, as records; what it leaves out is None or empty (contract §2 to §4).

Amounts are dollars, dates the payer's calendar days. Fields that nobody here needs are left where they are.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel


def _read_day(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    return datetime.strptime(given.strip(), "%m/%d/%Y").date() if given.strip() else None


def _read_amount(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    text = given.strip().replace(",", "")
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        raise ValueError("not an amount") from None


def _or_empty(given: Any) -> Any:
    return "" if given is None else given


def _or_none_of_them(given: Any) -> Any:
    return () if given is None else given


Day = Annotated[date | None, BeforeValidator(_read_day)]
Amount = Annotated[Decimal | None, BeforeValidator(_read_amount)]
Text = Annotated[str, BeforeValidator(_or_empty)]
_SHAPE = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)


class ClaimCode(BaseModel):
    """A code with its list: CARC or REMARK."""

    model_config = _SHAPE

    type: Text = ""
    code: Text = ""


class Check(BaseModel):
    """A check or transfer that a claim's money came with; `number` may cover several claims."""

    model_config = _SHAPE

    number: Text = Field("", validation_alias=AliasChoices("chkNbr", "checkNbr"))
    amount: Amount = Field(None, validation_alias=AliasChoices("chkAmt", "checkAmt"))
    issued_on: Day = Field(None, validation_alias="paymentIssueDt")
    draft_number: Text = Field("", validation_alias="draftNbr")
    draft_amount: Amount = Field(None, validation_alias="draftAmt")


class Crosswalk(BaseModel):
    """The 277's codes of one decision on a claim, and the draft that paid it."""

    model_config = _SHAPE

    category: Text = Field("", validation_alias="clm507Cd")
    status: Text = Field("", validation_alias="clm508Cd")
    suffix: Text = Field("", validation_alias="clmIcnSufxCd")
    draft_number: Text = Field("", validation_alias="clmDrftNbr")


class Member(BaseModel):
    """Whose claim it is."""

    model_config = _SHAPE

    subscriber_id: Text = ""
    first_name: Text = Field("", validation_alias="ptntFn", repr=False)
    last_name: Text = Field("", validation_alias="ptntLn", repr=False)
    date_of_birth: Day = Field(None, validation_alias="ptntDob", repr=False)


class Sums(BaseModel):
    """The days and amounts of a claim; `patient_not_covered` and `provider_not_covered` are what is refused."""

    model_config = _SHAPE

    received_on: Day = Field(None, validation_alias="receivedDt")
    processed_on: Day = Field(None, validation_alias="processedDt")
    first_service_date: Day = Field(None, validation_alias="firstSrvcDt")
    last_service_date: Day = Field(None, validation_alias="lastSrvcDt")
    account_number: Text = Field("", validation_alias="ptntAcctNbr")
    charged: Amount = Field(None, validation_alias="totalChargedAmt")
    allowed: Amount = Field(None, validation_alias="totalAllowdAmt")
    paid: Amount = Field(None, validation_alias="totalPaidAmt")
    patient_responsibility: Amount = Field(None, validation_alias="totalPtntRespAmt")
    patient_not_covered: Amount = Field(None, validation_alias="ptntNoCovAmt")
    provider_not_covered: Amount = Field(None, validation_alias="provNotCovAmt")
    crosswalk: Annotated[tuple[Crosswalk, ...], BeforeValidator(_or_none_of_them)] = Field(
        (), validation_alias="clmXWalkData"
    )
    checks: Annotated[tuple[Check, ...], BeforeValidator(_or_none_of_them)] = Field((), validation_alias="chkInfo")
    codes: Annotated[tuple[ClaimCode, ...], BeforeValidator(_or_none_of_them)] = Field(
        (), validation_alias="claimCodes"
    )


class ClaimSummary(BaseModel):
    """One claim as a summary shows it; `status` is UHC's word in whatever case it comes."""

    model_config = _SHAPE

    claim_number: str
    claim_status: Text = ""
    details_available: Text = ""
    member: Member = Field(default_factory=Member, validation_alias="memberInfo")
    sums: Sums = Field(default_factory=Sums, validation_alias="claimSummary")


class SummaryPage(BaseModel):
    """A page of a window's claims; `transaction_id` asks for the next one and is empty on the last."""

    model_config = _SHAPE

    claims: Annotated[tuple[ClaimSummary, ...], BeforeValidator(_or_none_of_them)] = Field(
        validation_alias=AliasChoices("claims", "claimsSummaryInfo")
    )
    transaction_id: Text = ""


class ServiceLine(BaseModel):
    """One service line of a decision."""

    model_config = _SHAPE

    number: Text = Field("", validation_alias="lineNbr")
    procedure: Text = Field("", validation_alias="procedureCd")
    charged: Amount = Field(None, validation_alias="billedAmt")
    allowed: Amount = Field(None, validation_alias="allowdAmt")
    paid: Amount = Field(None, validation_alias="paidAmt")
    not_covered: Amount = Field(None, validation_alias="notCovAmt")
    suffix: Text = Field("", validation_alias="icnSuffix")
    codes: Annotated[tuple[ClaimCode, ...], BeforeValidator(_or_none_of_them)] = Field(
        (), validation_alias="claimCodes"
    )


class ClaimDetail(BaseModel):
    """A claim with the lines of every decision on it."""

    model_config = _SHAPE

    claim_number: str
    lines: Annotated[tuple[ServiceLine, ...], BeforeValidator(_or_none_of_them)] = ()


class Details(BaseModel):
    """The answer to a detail; its `transaction_id` is good for 24 hours and is what payments are asked with."""

    model_config = _SHAPE

    transaction_id: Text = ""
    claims: Annotated[tuple[ClaimDetail, ...], BeforeValidator(_or_none_of_them)] = Field(
        validation_alias="claimsDetailInfo"
    )


class Payments(BaseModel):
    """What was paid on the claim of a detail."""

    model_config = _SHAPE

    payments: Annotated[tuple[Check, ...], BeforeValidator(_or_none_of_them)]

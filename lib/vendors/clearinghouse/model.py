"""One inquiry of a 276 as JSON and the statuses of the 277 that answer it (contract §8)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel


def _read_day(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    text = given.strip()
    return datetime.strptime(text, "%Y%m%d").date() if text else None


def _read_amount(given: Any) -> Any:
    if isinstance(given, int | float):
        return Decimal(str(given))
    if not isinstance(given, str):
        return given
    try:
        return Decimal(given.strip()) if given.strip() else None
    except InvalidOperation:
        raise ValueError("not an amount") from None


def _or_empty(given: Any) -> Any:
    return "" if given is None else given


Day = Annotated[date | None, BeforeValidator(_read_day)]
Amount = Annotated[Decimal | None, BeforeValidator(_read_amount)]
Text = Annotated[str, BeforeValidator(_or_empty)]


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusInquiry:
    """Which claim is asked for: whose, of which provider, of which days, and by its payer's number where known."""

    payer_id: str
    organization: str
    npi: str
    member_id: str = dataclasses.field(repr=False)
    first_name: str = dataclasses.field(repr=False)
    last_name: str = dataclasses.field(repr=False)
    date_of_birth: date = dataclasses.field(repr=False)
    first: date
    last: date
    claim_number: str = ""

    def body(self) -> dict[str, Any]:
        """The inquiry as the clearinghouse takes it."""
        encounter = {"beginningDateOfService": f"{self.first:%Y%m%d}", "endDateOfService": f"{self.last:%Y%m%d}"}
        if self.claim_number:
            encounter["tradingPartnerClaimNumber"] = self.claim_number
        return {
            "tradingPartnerServiceId": self.payer_id,
            "providers": [{"organizationName": self.organization, "npi": self.npi, "providerType": "BillingProvider"}],
            "subscriber": {
                "memberId": self.member_id,
                "firstName": self.first_name,
                "lastName": self.last_name,
                "dateOfBirth": f"{self.date_of_birth:%Y%m%d}",
            },
            "encounter": encounter,
        }


class ClaimStatus(BaseModel):
    """One status; `category` and `status` are the 277's codes. Amounts are dollars, dates calendar days.

    A claim that the payer does not know is a status too: its category begins with D, or is A4.
    """

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)

    category: str = Field(validation_alias="statusCategoryCode", min_length=1)
    status: Text = Field("", validation_alias="statusCode")
    charged: Amount = Field(None, validation_alias="submittedAmount")
    paid: Amount = Field(None, validation_alias="amountPaid")
    paid_on: Day = Field(None, validation_alias="paidDate")
    check_issued_on: Day = Field(None, validation_alias="checkIssueDate")
    check_number: Text = ""
    claim_service_date: Text = ""
    effective_on: Day = Field(None, validation_alias="effectiveDate")
    claim_number: Text = Field("", validation_alias="tradingPartnerClaimNumber")
    account_number: Text = Field("", validation_alias="patientAccountNumber")

    @property
    def service_dates(self) -> tuple[date, date] | None:
        """The first and last day of service, where they are told as YYYYMMDD or YYYYMMDD-YYYYMMDD."""
        first, _, last = self.claim_service_date.partition("-")
        try:
            begins = datetime.strptime(first, "%Y%m%d").date()
            return begins, datetime.strptime(last, "%Y%m%d").date() if last else begins
        except ValueError:
            return None


class _Claim(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    status: ClaimStatus = Field(validation_alias="claimStatus")


class StatusReply(BaseModel):
    """The answer to an inquiry: the statuses of all claims that fit it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    claims: tuple[_Claim, ...]

    @property
    def statuses(self) -> tuple[ClaimStatus, ...]:
        """The statuses in the reply's order."""
        return tuple(claim.status for claim in self.claims)

"""The body of a status call (contract section 8): which claim is asked for, and at which payer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandbox.world.payer_side import PayerClaim
from sandbox.world.payer_side.spelling import in_capitals


def _read_day(given: object) -> object:
    if not isinstance(given, str) or len(given) != 8:
        raise ValueError("A date is eight digits, YYYYMMDD.")
    return datetime.strptime(given, "%Y%m%d").date()


Day = Annotated[date, BeforeValidator(_read_day)]
_SHAPE = ConfigDict(frozen=True, alias_generator=to_camel)


class Provider(BaseModel):
    """Who billed the claim."""

    model_config = _SHAPE

    organization_name: str = ""
    npi: str = Field(pattern=r"^\d{10}$")
    provider_type: str


class Subscriber(BaseModel):
    """Whose claim it is."""

    model_config = _SHAPE

    member_id: str = Field(min_length=1)
    first_name: str
    last_name: str
    date_of_birth: Day


class Encounter(BaseModel):
    """When the service was, and the payer's number of the claim where it is known."""

    model_config = _SHAPE

    beginning_date_of_service: Day
    end_date_of_service: Day
    trading_partner_claim_number: str = ""


class Inquiry(BaseModel):
    """One status call."""

    model_config = _SHAPE

    trading_partner_service_id: str = Field(min_length=1)
    providers: tuple[Provider, ...] = Field(min_length=1)
    subscriber: Subscriber
    encounter: Encounter

    def is_about(self, claim: PayerClaim) -> bool:
        """Whether a claim of the payer is the one, or one of those, that are asked for."""
        whose, when = self.subscriber, self.encounter
        return (
            claim.member_id == whose.member_id
            and claim.born == whose.date_of_birth
            and claim.last_name == in_capitals(whose.last_name)
            and claim.first_name == in_capitals(whose.first_name)
            and any(provider.npi == claim.npi for provider in self.providers)
            and when.beginning_date_of_service <= claim.first_day <= when.end_date_of_service
            and when.trading_partner_claim_number in ("", claim.number)
        )

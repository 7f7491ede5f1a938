"""What can be switched about the stand-in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

_ZONE = ZoneInfo("America/New_York")


class Crowd(BaseModel):
    """More claims on one day than the world has: `claims` paid ones of `patients` patients of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tin: str = Field(pattern=r"^\d{9}$")
    day: date
    claims: int = Field(ge=1, le=5_000)
    patients: int = Field(50, ge=1)


class Settings(BaseModel):
    """The behaviour of one stand-in; what the contract leaves open is behind a switch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    today: date | None = Field(None, description="The day it is for the payer; the real one unless set.")
    token_seconds: float = Field(3600, gt=0, description="How long a token is good.")
    transaction_hours: float = Field(24, ge=0, description="How long a transaction id is good.")
    latency_ms: float = Field(0, ge=0, description="Every call waits so long before it is worked on.")
    calls_per_minute: int = Field(0, ge=0, description="More of one client are refused with HTTP 429; 0 is no limit.")
    page_size: int = Field(50, ge=1)
    most_claims: int = Field(500, ge=1, description="A query that finds more is refused.")
    longest_window: int = Field(90, ge=1, description="Days of a window, its first and last day included.")
    list_name: Literal["claims", "claimsSummaryInfo"] = "claims"
    last_page_has_transaction: bool = Field(
        False, description="Whether a last page has a transaction id too; sent again, it finds nothing."
    )
    detail_needs_transaction: bool = Field(
        False, description="Whether a detail needs the transaction id of a summary besides the claim number."
    )
    statuses: dict[str, str] = Field(default_factory=dict, description="Another status word, by claim number.")
    crowds: tuple[Crowd, ...] = Field((), description="Claims that are there besides those of the world.")
    claims: int | None = Field(
        None, ge=1, description="Claims that a client has in three years, instead of the world's number."
    )

    @property
    def day(self) -> date:
        """The day it is for the payer."""
        return self.today or datetime.now(UTC).astimezone(_ZONE).date()

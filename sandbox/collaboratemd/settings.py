"""What can be switched about the stand-in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.collaboratemd.csv_text import NegativeStyle

#: The vendor's days are those of its own coast, which is also where the practice clients are.
_ZONE = ZoneInfo("America/New_York")


class Settings(BaseModel):
    """The behaviour of one stand-in; both answers to every open question of the contract are behind a switch."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    today: date | None = Field(None, description="The day it is for the vendor; the real one unless set.")
    as_of: date | None = Field(
        None, description="The evening that reports show; today unless set, or said by the filter."
    )
    build_seconds: float = Field(0, ge=0, description="How long a report is built; its login is busy meanwhile.")
    running_answers: int = Field(0, ge=0, description="How often each result is still running when asked for.")
    latency_ms: float = Field(0, ge=0, description="Every call waits so long before it is worked on.")
    negative_style: NegativeStyle = "parentheses"
    plain_accounts: tuple[str, ...] = Field(
        ("10005001",), description="Accounts whose saved reports lack the columns that are optional extensions."
    )
    get_results: Literal["answered", "405"] = "answered"
    data_namespace: bool = Field(True, description="Whether Data is in the vendor's XML namespace.")

    @property
    def day(self) -> date:
        """The day it is for the vendor."""
        return self.today or datetime.now(UTC).astimezone(_ZONE).date()

    @model_validator(mode="after")
    def _order_of_days(self) -> Self:
        if self.as_of and self.as_of > self.day:
            raise ValueError("as_of is after today.")
        return self

"""What can be switched about the stand-in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

_ZONE = ZoneInfo("America/New_York")


class Settings(BaseModel):
    """The behaviour of one stand-in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    today: date | None = Field(None, description="The day it is for the payers; the real one unless set.")
    latency_ms: float = Field(0, ge=0, description="Every call waits so long before it is worked on.")
    calls_per_minute: int = Field(0, ge=0, description="More of one key are refused with HTTP 429; 0 is no limit.")

    @property
    def day(self) -> date:
        """The day it is for the payers."""
        return self.today or datetime.now(UTC).astimezone(_ZONE).date()

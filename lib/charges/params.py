"""The parameters of a Charges run, as they are kept with it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from lib.charges.model import Choices, RepeatedPayments

KIND = "charges"
VENDOR = "tebra"
#: Age of a DOS from which a row is warned about, unless the client's settings say otherwise.
TIMELY_FILING_MONTHS = 12


class Mode(StrEnum):
    """How far a run may go: a check sends no write."""

    CHECK = "check"
    RUN = "run"


class ChargesParams(BaseModel):
    """What a Charges run was asked to do; frozen with the run, so that a resume does exactly the same.

    `today` is the day of the upload in the client's zone, `post_date` what every payment and encounter is posted on.
    """

    model_config = ConfigDict(frozen=True)

    file_name: str
    mode: Mode
    today: date
    post_date: date
    mapping: dict[str, str] = {}
    repeated_payments: RepeatedPayments | None = None
    split_by_provider: bool = False
    control_payments: Decimal | None = None
    control_charges: Decimal | None = None
    timely_filing_months: int = TIMELY_FILING_MONTHS
    #: Practices, locations and providers fetched before this are asked for again; None: since the upload.
    lists_since: datetime | None = None

    @property
    def choices(self) -> Choices:
        """The biller's decisions, as the planning takes them."""
        return Choices(
            repeated_payments=self.repeated_payments,
            split_by_provider=self.split_by_provider,
            control_payments=self.control_payments,
            control_charges=self.control_charges,
            mapping=self.mapping,
        )

"""What can be asked, as records that FastAPI checks and describes; what they do not name is refused, not ignored."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from lib.analytics.reading.filters import Filters
from lib.analytics.reading.views import Clock, Dimension
from lib.analytics.subjects import ar, denials
from lib.core.row_files import ExportFormat

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIRST, _LAST = date(1990, 1, 1), date(2199, 12, 31)


def _iso(value: Any) -> Any:
    # Left to itself, pydantic takes 20261120 for seconds since 1970.
    if value is not None and not (isinstance(value, str) and _ISO.fullmatch(value)):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


def _within_reach(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise ValueError(f"a day lies between {_FIRST} and {_LAST}")
    return day


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a text holds no NUL")
    return text


Day = Annotated[date, BeforeValidator(_iso), AfterValidator(_within_reach)]
Word = Annotated[str, StringConstraints(max_length=300), AfterValidator(_without_nul)]


class Scope(BaseModel):
    """Whose rows, as known on which day."""

    model_config = ConfigDict(extra="forbid")

    client: list[Word] = Field([], max_length=500, description="Of these clients, by name or id; none: of all.")
    as_of: Day | None = Field(None, description="As it was known on this day; else the latest.")


class Narrowed(Scope):
    """The filters of the pages."""

    practice: list[Word] = Field([], description="Of these practices, as the reports write them.")
    payer: list[Word] = Field([], description="Of these primary payers.")
    facility: list[Word] = Field([], description="Of these facilities.")
    provider: list[Word] = Field([], description="Of these rendering providers.")
    first_day: Day | None = Field(None, alias="from", description="From this day on, by the figure's clock.")
    last_day: Day | None = Field(None, alias="to", description="Up to this day.")
    clock: Clock = Field(Clock.DOS, description="The date to go by, where the figure has a choice.")

    def filters(self) -> Filters:
        """The same for the services; the clients are the reader's business."""
        chosen = {
            Dimension.PRACTICE: self.practice,
            Dimension.PAYER: self.payer,
            Dimension.FACILITY: self.facility,
            Dimension.PROVIDER: self.provider,
        }
        return Filters(
            chosen={dimension: tuple(values) for dimension, values in chosen.items() if values},
            first_day=self.first_day,
            last_day=self.last_day,
            clock=self.clock,
            as_of=self.as_of,
        )


class KpiAsked(Narrowed):
    """A key figure with its filters."""

    settings: list[Word] = Field([], alias="set", description="Settings of the figure, each NAME=VALUE.")


class AgingAsked(Narrowed):
    """Open balances with filters."""

    by: Literal["payer", "kind", "practice", "provider", "facility", "client"] = Field(
        "payer", description="By what open balances are told apart; kind is the kind of payer."
    )

    @property
    def split(self) -> ar.Split:
        """The same for the service."""
        return ar.Split(self.by)


class DenialsAsked(Narrowed):
    """Denials with filters; they go by the day of posting, whatever clock is asked for."""

    by: Literal["payer", "category", "code", "provider", "cpt"] = Field(
        "payer", description="By what denials are told apart; code is the reason code, cpt the CPT code."
    )

    @property
    def split(self) -> denials.Split:
        """The same for the service."""
        return denials.Split[self.by.upper()]


class ExportAsked(Scope):
    """A view as a file; filters stand in the body, so that what narrows them never stands in an address."""

    view: Word = Field(description="A view of GET /v1/views.")
    format: ExportFormat = Field(ExportFormat.CSV, description="CSV, Excel or Parquet.")
    columns: list[Word] = Field([], description="These columns in this order; none: all.")
    filters: dict[Word, list[Word | None]] = Field(
        {}, description="By column, the values of which one must hold; null means an empty one."
    )
    deidentified: bool = Field(
        False, description="Without the identifiers of Safe Harbor; a token that does not see patients gets no other."
    )


AskedKpi = Annotated[KpiAsked, Query()]
AskedAging = Annotated[AgingAsked, Query()]
AskedDenials = Annotated[DenialsAsked, Query()]
AskedScope = Annotated[Scope, Query()]

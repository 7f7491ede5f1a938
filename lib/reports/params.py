"""The parameters of a reports run, as they are kept with it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

KIND = "reports"
VENDOR = "collaboratemd"


class Action(StrEnum):
    """How far a run takes its reports."""

    #: Ask for them and bring them here, sealed.
    TRIGGER = "trigger"
    #: Load what is here or still building; ask for nothing.
    LOAD = "load"
    #: Both, one report after the other.
    SYNC = "sync"

    @property
    def asks(self) -> bool:
        """Whether the vendor is asked for new reports."""
        return self is not Action.LOAD

    @property
    def loads(self) -> bool:
        """Whether what is here is loaded."""
        return self is not Action.TRIGGER


class RefusalReason(StrEnum):
    """Why a cell is left out of a run."""

    #: A run that is alive has it: asked for, waiting, building or being loaded.
    BUILDING = "building"
    #: Loaded today already, for the same day.
    LOADED = "loaded"
    #: The client has no report and filter id for it.
    NO_SETTINGS = "no_settings"
    #: Nothing of it waits to be loaded.
    NOTHING = "nothing"
    #: Another scheduler was faster.
    SCHEDULED = "scheduled"


class RefusedCell(BaseModel):
    """A report of an account that a run leaves out; `said` tells a person why and what to do."""

    model_config = ConfigDict(frozen=True)

    report: str
    account: str
    reason: RefusalReason
    said: str


class ReportsParams(BaseModel):
    """What a reports run was asked to do; its cells are its requests (warehouse.account_reports).

    `as_of` is the day that the saved filters show; None: the client's day on which each report is asked for.
    """

    model_config = ConfigDict(frozen=True)

    action: Action
    as_of: date | None = None
    force: bool = False
    refused: tuple[RefusedCell, ...] = ()

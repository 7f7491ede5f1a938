"""What CollaborateMD answers, as records (contract §1 and §2)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum


class ReportStatus(StrEnum):
    """Where a report stands, in the vendor's words but for the last two, which it says in other ways."""

    SUCCESS = "SUCCESS"
    #: Built, by its word; of `fetch_result`: no data came with it, so look once more.
    COMPLETE = "REPORT COMPLETE"
    RUNNING = "REPORT RUNNING"
    TIMED_OUT = "REPORT TIMED OUT"
    ERROR = "ERROR"
    #: Also the HTTP status 404: the account, the report or the filter is not known, or not to this login.
    NOT_FOUND = "NOT FOUND"
    #: Also said of a report that was deleted at the vendor.
    INVALID_CRITERIA = "INVALID CRITERIA"
    #: Said by a message only: the report is built and has no rows.
    NO_RECORDS = "NO RECORDS"

    @property
    def waits(self) -> bool:
        """Whether asking again later may bring the result."""
        return self in {ReportStatus.RUNNING, ReportStatus.COMPLETE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The answer to a request to build a report: ours has an `identifier`, or another one occupies the login.

    `running_identifier` is the id of that other report, which somebody else may have asked for: never ours.
    `message` is the vendor's sentence, for a person to read; it is kept out of logs.
    """

    status: ReportStatus
    identifier: str | None = None
    running_identifier: str | None = None
    message: str = dataclasses.field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """The answer to a look at a report. SUCCESS exactly when its file was written; `bytes` is that file's size."""

    status: ReportStatus
    bytes: int = 0
    message: str = dataclasses.field(default="", repr=False)

"""Records of the report feature: what was asked for, what came, and how a client's reports are set up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class RequestState(StrEnum):
    """Where a report stands that was asked for; docs/reports.md draws the ways between the states."""

    #: In the queue of its login; the vendor knows nothing of it.
    WAITING = "waiting"
    #: The request went out and its answer was not read: the vendor may be building it under a number nobody knows.
    ASKING = "asking"
    #: The vendor has named its identifier.
    BUILDING = "building"
    #: It is here, sealed, or the vendor said that it has no records; not loaded yet.
    READY = "ready"
    LOADED = "loaded"
    #: Loaded, and its package waits for a person.
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether something is still to be done for it."""
        return self in OPEN


OPEN = (RequestState.WAITING, RequestState.ASKING, RequestState.BUILDING, RequestState.READY)


class PackageState(StrEnum):
    """Where a load package stands."""

    LOADING = "loading"
    #: A person publishes it or throws it away, with a reason.
    HELD = "held"
    #: Published once; whether readers see it now is said by `shown`.
    PUBLISHED = "published"
    FAILED = "failed"
    DISCARDED = "discarded"
    #: Its rows and its raw file are gone, by retention.
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Cell:
    """The place of a report: what is loaded there replaces only what was loaded there."""

    client_id: str
    report: str
    account: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRequest:
    """A report that is or was asked for; times in UTC, `as_of` a day of the client's zone."""

    id: str
    cell: Cell
    login: str
    state: RequestState
    as_of: date
    report_seq: str
    filter_seq: str
    run_id: str | None
    requested_by: str
    requested_at: datetime
    asked_at: datetime | None
    identifier: str | None
    ready_at: datetime | None
    loaded_at: datetime | None
    package_id: str | None
    attempts: int
    error: str | None
    #: The sealed file of a request that is READY, relative to the folder of raw files; None: no records.
    raw_path: str | None = dataclasses.field(default=None, repr=False)
    raw_sha256: str | None = None
    raw_bytes: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Package:
    """A load package; `totals` sum the money columns of its rows, `days` are the first and last window date.

    `raw_path` is relative to the folder of raw files; None where nothing came or it has been cleaned up.
    """

    id: str
    cell: Cell
    state: PackageState
    as_of: date
    request_id: str | None
    identifier: str | None
    run_id: str | None
    began_at: datetime
    loaded_at: datetime | None
    published_at: datetime | None
    seconds: float | None
    raw_path: str | None = dataclasses.field(repr=False)
    raw_sha256: str | None
    raw_bytes: int | None
    labels: tuple[str, ...]
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    rows_padded: int
    totals: Mapping[str, Decimal]
    differences: Mapping[str, Any]
    days: tuple[date, date] | None
    undated: bool
    findings: tuple[str, ...]
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    #: Whether readers who ask for the latest see rows of it.
    shown: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportSetting:
    """How one report of a client is called at the vendor; `labels` maps the client's own labels to columns.

    `version` counts the changes: whoever saves says which one was seen. `scheduled_from` is when it was switched on
    last: scheduled times from then on are kept to.
    """

    client_id: str
    report: str
    report_seq: str
    filter_seq: str
    labels: Mapping[str, str]
    enabled: bool
    scheduled_from: datetime
    version: int
    updated_at: datetime
    updated_by: str

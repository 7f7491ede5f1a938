"""Batches of claim status as they are asked for and answered; amounts are text with their cents, days ISO."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lib.api.asked import Day, Word
from lib.claim_status.model import ClaimAsked, Outcome
from lib.claim_status.reading.claims import ReadClaims
from lib.claim_status.service import SMALL_BATCH
from lib.claim_status.store import ResultRow
from lib.core.runs import Run, RunState

_Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]{0,39}$")]
_Tin = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]


class ClaimQuestion(BaseModel):
    """One claim; an SSN is no field, for no payer uses it."""

    model_config = ConfigDict(extra="forbid")

    claim_number: _Number = Field(description="The payer's number, or the one that the claim was billed under.")
    first_name: Word | None = None
    last_name: Word | None = None
    date_of_birth: Day | None = None
    subscriber_id: Word | None = None
    first_service_date: Day | None = Field(None, description="None: taken from the client's own reports.")
    last_service_date: Day | None = None
    practice_tin: _Tin | None = Field(None, description="None: where the client has one practice, or reports tell.")


class ClaimsAsked(BaseModel):
    """A small batch, which is answered at once where the payer is quick enough."""

    model_config = ConfigDict(extra="forbid")

    client: Word = Field(description="Whose claims, by name or id.")
    claims: list[ClaimQuestion] = Field(min_length=1, max_length=SMALL_BATCH)
    payer: Word | None = Field(None, description="The payer's code; none: the first that the client is connected to.")
    force: bool = Field(False, description="Ask anew for what is known of the last days.")

    def read(self) -> ReadClaims:
        """The claims as if they had been read from a file."""
        asked = [ClaimAsked(row=row, **claim.model_dump()) for row, claim in enumerate(self.claims, start=1)]
        return ReadClaims(asked=tuple(asked), faults=())


class JobState(StrEnum):
    """How far a batch is."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


_STATES = {
    RunState.QUEUED: JobState.PENDING,
    RunState.RUNNING: JobState.PROCESSING,
    RunState.FINISHED: JobState.COMPLETED,
}


class ClaimResult(BaseModel):
    """A row and what the payer says; `status` is in our words, `payer_status` in the payer's."""

    row: int
    claim_number: str
    status: Outcome | None
    payer_status: str
    patient_name: str
    charged: str | None
    allowed: str | None
    paid: str | None
    patient_responsibility: str | None
    processed_date: date | None
    checks: list[str]
    reason_codes: list[str]
    success: bool
    known_since: datetime | None = Field(description="When the payer said so last.")
    error: str

    @classmethod
    def of(cls, row: ResultRow) -> ClaimResult:
        """A row as it is answered."""
        return cls(
            row=row.row,
            claim_number=row.asked.claim_number,
            status=row.outcome,
            payer_status=row.status,
            patient_name=row.patient_name,
            charged=_cents(row.charged),
            allowed=_cents(row.allowed),
            paid=_cents(row.paid),
            patient_responsibility=_cents(row.patient_responsibility),
            processed_date=row.processed_on,
            checks=list(row.check_numbers),
            reason_codes=list(row.reasons),
            success=row.state == "answered",
            known_since=row.asked_at,
            error=row.error,
        )


class JobAnswer(BaseModel):
    """A batch; counts are of rows."""

    id: str
    client_id: str
    client: str
    state: JobState
    total: int
    processed: int
    success: int
    failure: int
    outcomes: dict[str, int]
    calls: dict[str, int] = Field(description="Calls to the payer by operation.")
    notes: list[str]
    error: str | None
    results: list[ClaimResult] | None = Field(
        description="Of a batch of at most 100 claims that is over, for a token that sees patients; else None."
    )

    @classmethod
    def of(cls, run: Run, results: list[ClaimResult] | None = None) -> JobAnswer:
        """A batch as it is answered."""
        result = {} if run.open else run.result or {}
        phases = {phase["name"]: phase for phase in run.progress.get("phases", [])}
        claims = phases.get("Claims", {"done": 0, "total": 0})
        return cls(
            id=run.id,
            client_id=run.client_id,
            client=run.client_name,
            state=_STATES.get(run.state, JobState.FAILED),
            total=result.get("rows_total", claims["total"]),
            processed=result.get("rows_processed", claims["done"]),
            success=result.get("success", 0),
            failure=result.get("failure", 0),
            outcomes=result.get("outcomes", {}),
            calls=result.get("calls", {}),
            notes=result.get("notes", []),
            error=run.error or ("The batch was cancelled." if run.state is RunState.CANCELLED else None),
            results=results,
        )


class ResultsAnswer(BaseModel):
    """A page of results in the file's order; `total` rows there are in all."""

    total: int
    results: list[ClaimResult]


def _cents(amount: Decimal | None) -> str | None:
    return f"{amount:.2f}" if amount is not None else None

"""Charges runs as they are answered; amounts are text with their cents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from lib.charges.intake import TakenIn, count_questions
from lib.charges.params import ChargesParams, Mode
from lib.core.runs import Run, RunState


class SumAnswer(BaseModel):
    """So many of one outcome, and what they add up to."""

    count: int
    total: str


class RunAnswer(BaseModel):
    """A charges run. `state` is draft until its columns are explained, checked when it waits for its posting."""

    id: str
    client_id: str
    client: str
    file: str
    state: RunState
    posting: bool = Field(description="Whether it was asked to post, or to check only.")
    created_at: datetime
    finished_at: datetime | None
    rows: int | None = Field(description="Rows of the sheet, once it was checked.")
    outcomes: dict[str, int] = Field(description="Rows by outcome.")
    payments: dict[str, SumAnswer] = Field(description="Payments by outcome.")
    encounters: dict[str, SumAnswer] = Field(description="Encounters by outcome.")
    questions: int | None = Field(
        description="Not in a list. What a person has to answer on the Charges page; their rows are held back."
    )
    asks: list[str] = Field(description="Just taken in: what of its header row has to be explained on the page first.")
    error: str | None
    files: list[str] | None = Field(description="Not in a list. Files to take away, by role.")

    @classmethod
    def of(cls, run: Run, *, files: list[str] | None, taken: TakenIn | None = None) -> RunAnswer:
        """A run as it is answered; without its files, as one of a list."""
        result = run.result or {}
        return cls(
            id=run.id,
            client_id=run.client_id,
            client=run.client_name,
            file=run.title,
            state=run.state,
            posting=ChargesParams.model_validate(run.params).mode is Mode.RUN,
            created_at=run.created_at,
            finished_at=run.finished_at,
            rows=result.get("rows_total"),
            outcomes=result.get("rows", {}),
            payments=_sums(result.get("payments", {})),
            encounters=_sums(result.get("encounters", {})),
            questions=count_questions(run) if files is not None else None,
            asks=_asks(taken) if taken else [],
            error=run.error,
            files=files,
        )


class RunsAnswer(BaseModel):
    """Runs, newest first."""

    runs: list[RunAnswer]


def _asks(taken: TakenIn) -> list[str]:
    missing = [f"The column “{title}” is missing." for title in taken.headers.missing]
    return missing + [
        f"The column {column.letter} may be one of ours under another name."
        for column in taken.headers.own
        if column.suggestions
    ]


def _sums(found: dict[str, dict[str, Any]]) -> dict[str, SumAnswer]:
    return {word: SumAnswer(count=each["count"], total=str(each["total"])) for word, each in found.items()}

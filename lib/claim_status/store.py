"""The SQL of claim status: rows of a batch, what payers said, windows that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from lib.claim_status.model import ClaimAnswer, ClaimAsked, Outcome
from lib.core.database import Session, as_json, named_queries

_SQL = named_queries("claim_status")
_ASKED = TypeAdapter(ClaimAsked)
_COLUMNS = (
    "claim_number, account_number, outcome, final, status, patient_name, subscriber_id, first_service_date,"
    " last_service_date, received_on, processed_on, charged, allowed, paid, patient_responsibility, check_numbers,"
    " reasons, detailed"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """One line of claims at a payer: whose answers they are."""

    payer: str
    tin: str = field(repr=False)
    payer_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedWindow:
    """A window of days as far as it was read; `patient` is a digest, `days` counts claims found by their first day."""

    first: date
    last: date
    patient: str
    pages: int
    days: Mapping[date, int]
    next_page: str
    overflowed: bool

    @property
    def whole(self) -> bool:
        """Whether it was read to its end."""
        return not self.overflowed and not self.next_page


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """So many rows of a state and an outcome; `outcome` is None where nothing was answered."""

    state: str
    outcome: Outcome | None
    rows: int
    from_cache: int
    charged: Decimal
    paid: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultRow:
    """A row of a batch and what was answered; amounts in dollars, None where the payer says nothing."""

    row: int
    asked: ClaimAsked
    state: str
    error: str
    from_cache: bool
    claim_number: str
    account_number: str
    outcome: Outcome | None
    status: str
    patient_name: str = field(repr=False)
    charged: Decimal | None
    allowed: Decimal | None
    paid: Decimal | None
    patient_responsibility: Decimal | None
    processed_on: date | None
    check_numbers: tuple[str, ...]
    reasons: tuple[str, ...]
    asked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultPage:
    """Some rows of a batch, and the count of all that the same question would give."""

    rows: tuple[ResultRow, ...]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Undetailed:
    """A refused claim whose reasons were not asked for, and a row that it answers."""

    answer_id: int
    row: int
    claim_number: str
    first_service_date: date | None


def add_rows(
    session: Session, run_id: str, client_id: str, asked: Iterable[ClaimAsked], faults: Mapping[int, str]
) -> None:
    """Keep the rows of a new batch; a row of `faults` has failed before anything is asked."""
    rows = [(run_id, client_id, each.row, _asked_text(each), "pending", "") for each in asked]
    rows += [
        (run_id, client_id, row, _asked_text(ClaimAsked(row=row, claim_number="")), "failed", said)
        for row, said in faults.items()
    ]
    session.insert_many(
        "INSERT INTO ops.claim_status_rows (run_id, client_id, row_number, asked, state, error) VALUES %s", rows
    )


def pending_rows(session: Session, run_id: str) -> list[ClaimAsked]:
    """The rows that are still to be answered, in the order of the file."""
    return [_ASKED.validate_python(row.asked) for row in _SQL.pending(session.raw, run_id=run_id)]


def place_rows(session: Session, run_id: str, placed: Sequence[tuple[ClaimAsked, str, str]]) -> None:
    """Keep where rows are asked for, tax id and payer id, with the days that were found for them."""
    _SQL.place_rows(
        session.raw,
        run_id=run_id,
        rows=[asked.row for asked, _, _ in placed],
        tins=[tin for _, tin, _ in placed],
        payer_ids=[payer_id for _, _, payer_id in placed],
        asked=[_asked_text(asked) for asked, _, _ in placed],
    )


def fail_rows(session: Session, run_id: str, said: Mapping[int, str]) -> None:
    """Close pending rows that cannot be answered, each with its sentence."""
    if said:
        _SQL.fail_rows(session.raw, run_id=run_id, rows=list(said), errors=list(said.values()))


def settle_from_kept(session: Session, run_id: str, payer: str, *, final_since: datetime, other_since: datetime) -> int:
    """Answer pending rows with what the payer has said lately, and return how many."""
    return _SQL.settle_from_kept(
        session.raw,
        run_id=run_id,
        payer=payer,
        final_since=final_since,
        other_since=other_since,
    )


def keep_answers(session: Session, client_id: str, place: Place, answers: Sequence[ClaimAnswer]) -> dict[str, int]:
    """Keep what a payer said and return the answers' ids by the payer's claim number.

    An answer that says what the last one said is the last one; a new one makes it history.
    """
    by_number = {answer.claim_number: answer for answer in answers}
    where = {"client_id": client_id, "payer": place.payer, "payer_id": place.payer_id, "tin": place.tin}
    known = {row.claim_number: row for row in _SQL.latest_answers(session.raw, **where, numbers=list(by_number))}
    same = {number: row.id for number, row in known.items() if _says(row) == _said(by_number[number])}
    if same:
        _SQL.still_so(session.raw, ids=list(same.values()))
    changed = [row.id for number, row in known.items() if number not in same]
    if changed:
        _SQL.outdate(session.raw, ids=changed)
    new = [answer for number, answer in by_number.items() if number not in same]
    added = (
        session.insert_many(
            f"INSERT INTO ops.claim_answers (client_id, payer, payer_id, tin, {_COLUMNS}) VALUES %s"
            " RETURNING claim_number, id",
            [(client_id, place.payer, place.payer_id, place.tin, *_values(answer)) for answer in new],
        )
        if new
        else []
    )
    return same | {row.claim_number: row.id for row in added}


def settle_rows(session: Session, run_id: str, answered: Mapping[int, int]) -> None:
    """Answer pending rows, by their number, with kept answers."""
    if answered:
        _SQL.settle_rows(session.raw, run_id=run_id, rows=list(answered), answers=list(answered.values()))


def undetailed(session: Session, run_id: str, place: Place, outcomes: Iterable[Outcome]) -> list[Undetailed]:
    """Answers to rows of a batch with these outcomes whose reasons were not asked for."""
    rows = _SQL.to_detail(
        session.raw,
        run_id=run_id,
        tin=place.tin,
        payer_id=place.payer_id,
        outcomes=[str(outcome) for outcome in outcomes],
    )
    return [
        Undetailed(
            answer_id=row.id,
            row=row.row_number,
            claim_number=row.claim_number,
            first_service_date=row.first_service_date,
        )
        for row in rows
    ]


def add_reasons(session: Session, answer_id: int, reasons: Sequence[str], checks: Sequence[str]) -> None:
    """Keep why a claim was refused, and how it was paid."""
    _SQL.add_reasons(session.raw, answer_id=answer_id, reasons=list(reasons), checks=list(checks))


def read_windows(session: Session, run_id: str, round_: int, place: Place) -> list[AskedWindow]:
    """The windows of a place that a batch has asked for, in order."""
    return [
        AskedWindow(
            first=row.first_day,
            last=row.last_day,
            patient=row.patient,
            pages=row.pages,
            days={date.fromisoformat(day): count for day, count in row.days.items()},
            next_page=row.next_page,
            overflowed=row.overflowed,
        )
        for row in _SQL.windows(session.raw, run_id=run_id, round=round_)
        if (row.tin, row.payer_id) == (place.tin, place.payer_id)
    ]


def put_window(session: Session, run_id: str, client_id: str, round_: int, place: Place, window: AskedWindow) -> None:
    """Keep how far a window was read."""
    _SQL.put_window(
        session.raw,
        run_id=run_id,
        client_id=client_id,
        round=round_,
        tin=place.tin,
        payer_id=place.payer_id,
        first_day=window.first,
        last_day=window.last,
        patient=window.patient,
        pages=window.pages,
        days=as_json({day.isoformat(): count for day, count in window.days.items()}),
        next_page=window.next_page,
        overflowed=window.overflowed,
    )


def places_of(session: Session, run_id: str) -> set[tuple[str, str]]:
    """Tax id and payer id of every place that rows of a batch were sent to."""
    return {(row.tin, row.payer_id) for row in _SQL.places(session.raw, run_id=run_id)}


def try_again(session: Session, run_id: str) -> int:
    """Let the failed rows of a batch be asked for anew, and return how many they are."""
    return _SQL.try_again(session.raw, run_id=run_id)


def sums(session: Session, run_id: str) -> list[Sum]:
    """Rows of a batch by state and outcome."""
    return [
        Sum(
            state=row.state,
            outcome=Outcome(row.outcome) if row.outcome else None,
            rows=row.rows,
            from_cache=row.from_cache,
            charged=row.charged or Decimal(0),
            paid=row.paid or Decimal(0),
        )
        for row in _SQL.sums(session.raw, run_id=run_id)
    ]


def result_page(
    session: Session, run_id: str, *, outcome: Outcome | None, state: str | None, skip: int, most: int
) -> ResultPage:
    """Rows of a batch in file order, of one outcome, of one state, or all."""
    found = list(
        _SQL.results(
            session.raw, run_id=run_id, outcome=str(outcome) if outcome else None, state=state, skip=skip, most=most
        )
    )
    return ResultPage(rows=tuple(_result(row) for row in found), total=found[0].total if found else 0)


def _asked_text(asked: ClaimAsked) -> str:
    return _ASKED.dump_json(asked, exclude_none=True).decode()


def _values(answer: ClaimAnswer) -> tuple[Any, ...]:
    return (
        answer.claim_number,
        answer.account_number,
        str(answer.outcome),
        answer.outcome.final,
        answer.status,
        answer.patient_name,
        answer.subscriber_id,
        answer.first_service_date,
        answer.last_service_date,
        answer.received_on,
        answer.processed_on,
        answer.charged,
        answer.allowed,
        answer.paid,
        answer.patient_responsibility,
        list(answer.check_numbers),
        list(answer.reasons),
        False,
    )


def _said(answer: ClaimAnswer) -> tuple[Any, ...]:
    return (
        str(answer.outcome),
        answer.status,
        answer.processed_on,
        answer.charged,
        answer.allowed,
        answer.paid,
        answer.patient_responsibility,
    )


def _says(row: Any) -> tuple[Any, ...]:
    return (
        row.outcome,
        row.status,
        row.processed_on,
        row.charged,
        row.allowed,
        row.paid,
        row.patient_responsibility,
    )


def _result(row: Any) -> ResultRow:
    return ResultRow(
        row=row.row_number,
        asked=_ASKED.validate_python(row.asked),
        state=row.state,
        error=row.error,
        from_cache=row.from_cache,
        claim_number=row.claim_number or "",
        account_number=row.account_number or "",
        outcome=Outcome(row.outcome) if row.outcome else None,
        status=row.status or "",
        patient_name=row.patient_name or "",
        charged=row.charged,
        allowed=row.allowed,
        paid=row.paid,
        patient_responsibility=row.patient_responsibility,
        processed_on=row.processed_on,
        check_numbers=tuple(row.check_numbers or ()),
        reasons=tuple(row.reasons or ()),
        asked_at=row.asked_at,
    )

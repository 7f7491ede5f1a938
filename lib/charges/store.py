"""The SQL of charges: rows, verified patients, read-backs, nicknames, header mappings, reference lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from lib.charges.model import Outcome, Problem
from lib.core.database import Session, as_json, named_queries
from lib.core.intents import Intent, intent_from
from lib.vendors.tebra.model import Patient, Practice, Provider, ServiceLocation

_SQL = named_queries("charges")
_PATIENT = TypeAdapter(Patient)
_LISTS = {
    "practices": TypeAdapter(list[Practice]),
    "providers": TypeAdapter(list[Provider]),
    "locations": TypeAdapter(list[ServiceLocation]),
}
_PROBLEMS = TypeAdapter(tuple[Problem, ...])
#: A patient that was verified longer ago than this is asked for again when a run goes on.
PATIENT_HOURS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class RowRecord:
    """A row of a sheet as kept with its run. `cells` are the texts by column key; `visit` its visit's first row."""

    number: int
    cells: dict[str, str]
    visit: int | None
    problems: tuple[Problem, ...]
    outcome: Outcome
    payment_intent_id: str | None = None
    encounter_intent_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RowPage:
    """Some rows of a run, and the count of all that the same question would give."""

    rows: tuple[RowRecord, ...]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadBack:
    """An encounter's total and status in the vendor's charge list."""

    amount: Decimal
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Nickname:
    """What a written name (in the plain spelling of names.py) means for a client."""

    kind: str
    written: str
    vendor_id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceList:
    """Practices, providers or locations as last seen; `practice_id` is '' for the practices."""

    kind: str
    practice_id: str
    entries: list[Any]
    fetched_at: datetime


def replace_rows(session: Session, run_id: str, client_id: str, rows: Iterable[RowRecord]) -> None:
    """Write the rows of a run anew."""
    _SQL.clear_rows(session.raw, run_id=run_id)
    session.insert_many(
        "INSERT INTO ops.charge_rows (run_id, client_id, row_number, cells, visit, problems, outcome,"
        " payment_intent_id, encounter_intent_id) VALUES %s",
        [
            (
                run_id,
                client_id,
                row.number,
                as_json(row.cells),
                row.visit,
                as_json(_PROBLEMS.dump_python(row.problems, mode="json")) if row.problems else "[]",
                str(row.outcome),
                row.payment_intent_id,
                row.encounter_intent_id,
            )
            for row in rows
        ],
    )


def row_page(
    session: Session, run_id: str, *, outcome: Outcome | None, only_problems: bool, skip: int, most: int
) -> RowPage:
    """Rows of a run in sheet order from the `skip`-th on, and how many there are in all."""
    wanted = {"run_id": run_id, "outcome": str(outcome) if outcome else None, "only_problems": only_problems}
    found = _SQL.row_page(session.raw, **wanted, skip=skip, most=most)
    return RowPage(rows=tuple(_row(r) for r in found), total=_SQL.count_rows(session.raw, **wanted))


def put_patients(session: Session, run_id: str, client_id: str, found: Mapping[str, Patient | None]) -> None:
    """Keep patients as Tebra showed them to this run, by id; None for those that Tebra does not know."""
    if found:
        _SQL.put_patients(
            session.raw,
            run_id=run_id,
            client_id=client_id,
            patient_ids=list(found),
            patients=[_PATIENT.dump_json(patient).decode() if patient else None for patient in found.values()],
        )


def patients(session: Session, run_id: str) -> dict[str, Patient | None]:
    """The patients that a run has verified and that are still fresh, by id."""
    found = _SQL.patients(session.raw, run_id=run_id, hours=PATIENT_HOURS)
    return {r.patient_id: _PATIENT.validate_python(r.patient) if r.patient else None for r in found}


def put_readback(session: Session, intent: Intent, read: ReadBack) -> None:
    """Keep what the charge list said of a posted encounter."""
    _SQL.put_readback(
        session.raw,
        intent_id=intent.id,
        client_id=intent.client_id,
        run_id=intent.run_id,
        amount=read.amount,
        status=read.status,
    )


def readbacks(session: Session, intent_ids: Iterable[str]) -> dict[str, ReadBack]:
    """What the charge list said, by intent id."""
    wanted = [int(i) for i in intent_ids]
    if not wanted:
        return {}
    found = _SQL.readbacks(session.raw, intent_ids=wanted)
    return {str(r.intent_id): ReadBack(amount=r.amount, status=r.status) for r in found}


def nicknames(session: Session, client_id: str) -> list[Nickname]:
    """The names that this client's billers have accepted."""
    return [
        Nickname(kind=r.kind, written=r.written, vendor_id=r.vendor_id, name=r.name)
        for r in _SQL.nicknames(session.raw, client_id=client_id)
    ]


def put_nickname(session: Session, client_id: str, *, kind: str, written: str, vendor_id: str, name: str) -> None:
    """Remember what a written name means for this client; `written` in the plain spelling of names.py."""
    _SQL.put_nickname(
        session.raw,
        client_id=client_id,
        kind=kind,
        written=written,
        vendor_id=vendor_id,
        name=name,
        accepted_by=session.actor.label,
    )


def forget_nickname(session: Session, client_id: str, *, kind: str, written: str) -> str | None:
    """Forget a nickname and return the id that it stood for; None when it was not known."""
    return _SQL.forget_nickname(session.raw, client_id=client_id, kind=kind, written=written)


def mappings(session: Session, client_id: str) -> dict[str, str]:
    """What this client's own headers mean: header → column key, '' for a column of their own."""
    return {r.header: r.column_key for r in _SQL.mappings(session.raw, client_id=client_id)}


def put_mappings(session: Session, client_id: str, mapping: Mapping[str, str]) -> None:
    """Remember what headers mean for this client."""
    for header, key in mapping.items():
        _SQL.put_mapping(session.raw, client_id=client_id, header=header, column_key=key)


def put_list(
    session: Session, client_id: str, account: str, *, kind: str, practice_id: str, entries: list[Any]
) -> None:
    """Keep a reference list of a vendor account."""
    kept = as_json(_LISTS[kind].dump_python(entries, mode="json"))
    _SQL.put_list(session.raw, client_id=client_id, account=account, kind=kind, practice_id=practice_id, entries=kept)


def lists(session: Session, client_id: str, account: str, *, since: datetime) -> list[ReferenceList]:
    """The reference lists of a vendor account fetched since then."""
    return [
        ReferenceList(
            kind=r.kind,
            practice_id=r.practice_id,
            entries=_LISTS[r.kind].validate_python(r.entries),
            fetched_at=r.fetched_at,
        )
        for r in _SQL.lists(session.raw, client_id=client_id, account=account, since=since)
    ]


def unknown_of_account(session: Session, account: str, kind: str) -> list[Intent]:
    """Unknown intents of an account, of whichever run in scope."""
    return [intent_from(r) for r in _SQL.unknown_of_account(session.raw, account=account, kind=kind)]


def _row(r: Any) -> RowRecord:
    return RowRecord(
        number=r.row_number,
        cells=r.cells,
        visit=r.visit,
        problems=_PROBLEMS.validate_python(r.problems),
        outcome=Outcome(r.outcome),
        payment_intent_id=str(r.payment_intent_id) if r.payment_intent_id else None,
        encounter_intent_id=str(r.encounter_intent_id) if r.encounter_intent_id else None,
    )

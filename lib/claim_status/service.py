"""What pages, API and commands call: take claims in, ask for them, wait a moment, look at the results, ask again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lib.claim_status import store
from lib.claim_status.model import ClaimAsked, Outcome
from lib.claim_status.outputs import ROLES
from lib.claim_status.own_claims import OpenClaim, find_open_claims, own_claims
from lib.claim_status.params import KIND, ClaimStatusParams
from lib.claim_status.payers.registry import Payer, payer_named, payers
from lib.claim_status.planning.limits import earliest_day
from lib.claim_status.planning.windows import likely_price
from lib.claim_status.practices import read_practices
from lib.claim_status.reading.claims import ReadClaims
from lib.claim_status.run import execute_claim_status
from lib.claim_status.store import ResultPage
from lib.core import audit, runs
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.clients import client_by_id
from lib.core.connections import connection_of, list_connections
from lib.core.database import Database, named_queries
from lib.core.errors import BadInput, NotFound
from lib.core.files import RunFile, RunFiles
from lib.core.runs import Run, RunState
from lib.core.settings import Settings

_SQL = named_queries("claim_status")
WORKS = {KIND: execute_claim_status}
#: A batch of so many claims is waited for, so long.
SMALL_BATCH = 100
WAIT_SECONDS = 20.0
#: Open claims that one batch asks for at most.
MOST_ROWS = 100_000
#: Age from which an open claim is asked for by itself, unless the client's settings say otherwise.
OPEN_DAYS = 30
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a batch would do: rows that can be asked for and rows that cannot, before anything is sent."""

    rows: int
    faults: int
    #: Rows of which neither file nor reports know a day of service.
    undated: int
    #: Calls that a scan of every month costs for those, at a guess.
    scan_calls: int
    payer: Payer
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PayerSays:
    """The latest word of a payer about a claim; `paid` in dollars."""

    payer: str
    outcome: Outcome
    status: str
    paid: Decimal | None
    processed_on: date | None
    asked_at: datetime


def payers_of(database: Database, actor: Actor, client_id: str) -> list[Payer]:
    """The payers that a client is connected to, in the order in which they are tried."""
    gate.must(database, actor, Permission.CLAIM_STATUS_VIEW)
    connected = {each.vendor for each in list_connections(database, actor) if each.client_id == client_id}
    return [payer for payer in payers().values() if payer.code in connected]


def today_of(database: Database, actor: Actor, client_id: str) -> date:
    """The day in the client's zone."""
    return datetime.now(UTC).astimezone(client_by_id(database, actor, client_id).zone).date()


def preview(database: Database, actor: Actor, *, client_id: str, read: ReadClaims, payer: str | None = None) -> Preview:
    """Look at what was read, against our own reports; nothing is kept, nothing is sent."""
    gate.must(database, actor, Permission.CLAIM_STATUS_ASK)
    chosen = _payer(database, actor, client_id, payer)
    today = today_of(database, actor, client_id)
    with database.session(actor) as session:
        own = own_claims(session, client_id, [asked.claim_number for asked in read.asked])
        practices = [each for each in read_practices(session, client_id) if each.payer == chosen.code and each.active]
    undated = [asked for asked in read.asked if asked.first_service_date is None and asked.claim_number not in own]
    tins = {asked.practice_tin for asked in undated if asked.practice_tin} or {each.tin for each in practices}
    first = earliest_day(today, chosen.limits)
    every = {first + timedelta(days=day): 0 for day in range((today - first).days + 1)}
    return Preview(
        rows=len(read.asked),
        faults=len(read.faults),
        undated=len(undated),
        scan_calls=likely_price(every, limits=chosen.limits) * len(tins) if undated and chosen.by_windows else 0,
        payer=chosen,
        notes=tuple(read.notes),
    )


def start(
    database: Database,
    actor: Actor,
    *,
    client_id: str,
    read: ReadClaims,
    name: str,
    payer: str | None = None,
    scan: bool = False,
    forced: bool = False,
    reasons: bool = True,
) -> str:
    """Make a queued batch of what was read and return the run's id; the caller puts it before the workers.

    Raises BadInput where there is nothing to ask for, NotFound where the client is connected to no payer.
    """
    gate.must(database, actor, Permission.CLAIM_STATUS_ASK)
    if not read.asked and not read.faults:
        raise BadInput("There is no claim to ask for.", fix="Give at least one row with a claim number.")
    chosen = _payer(database, actor, client_id, payer)
    params = ClaimStatusParams(
        payer=chosen.code,
        today=today_of(database, actor, client_id),
        file_name=Path(name).name,
        scan=scan,
        forced=forced,
        reasons=reasons,
        notes=tuple(read.notes),
    )
    lane = connection_of(database, actor, client_id, chosen.code).account
    with database.session(actor) as session:
        run_id = runs.create(
            session,
            client_id=client_id,
            kind=KIND,
            title=params.file_name,
            state=RunState.QUEUED,
            params=params.model_dump(mode="json"),
            lane=lane,
        )
        store.add_rows(
            session,
            run_id,
            client_id,
            read.asked,
            {fault.row: f"{fault.what} {fault.fix}".strip() for fault in read.faults},
        )
        audit.record(
            session,
            "claim_status:batch:start:done",
            f"run:{run_id}",
            client_id=client_id,
            rows=len(read.asked),
            payer=chosen.code,
        )
    return run_id


def open_claims(database: Database, actor: Actor, client_id: str, *, days: int = OPEN_DAYS) -> list[OpenClaim]:
    """Claims of a client that payers still owe, whose service was so many days ago at least; oldest first."""
    gate.must(database, actor, Permission.CLAIM_STATUS_VIEW)
    today = today_of(database, actor, client_id)
    earliest = earliest_day(today, _payer(database, actor, client_id, None).limits)
    with database.session(actor) as session:
        return find_open_claims(session, client_id, today=today, days=days, earliest=earliest, most=MOST_ROWS)


def read_open_claims(claims: Sequence[OpenClaim]) -> ReadClaims:
    """Open claims as if they had been read from a file."""
    asked = [
        ClaimAsked(
            row=row,
            claim_number=claim.claim_id,
            first_service_date=claim.first_day,
            last_service_date=claim.last_day,
        )
        for row, claim in enumerate(claims, start=1)
    ]
    return ReadClaims(asked=tuple(asked), faults=())


def retry(database: Database, actor: Actor, run_id: str) -> Run:
    """Ask for the failed rows of a batch again, and for nothing else; raises Conflict while it is at work."""
    gate.must(database, actor, Permission.CLAIM_STATUS_ASK)
    run = get(database, actor, run_id)
    params = ClaimStatusParams.model_validate(run.params)
    with database.session(actor) as session:
        store.try_again(session, run_id)
        runs.queue(
            session,
            run,
            from_states=runs.RESUMABLE,
            verb="retry",
            changes=params.model_copy(update={"round": params.round + 1}).model_dump(mode="json"),
        )
    return get(database, actor, run_id)


def get(database: Database, actor: Actor, run_id: str) -> Run:
    """A batch; raises NotFound for a run of another kind."""
    gate.must(database, actor, Permission.CLAIM_STATUS_VIEW)
    run = runs.get(database, actor, run_id)
    if run.kind != KIND:
        raise NotFound(f"There is no batch of claim status {run_id}.")
    return run


def wait(database: Database, actor: Actor, run_id: str, *, seconds: float) -> Run:
    """The batch when it is over, or after so many seconds as it is then."""
    until = time.monotonic() + seconds
    while True:
        run = get(database, actor, run_id)
        if not run.open or time.monotonic() >= until:
            return run
        time.sleep(_LOOK_SECONDS)


def results(
    database: Database,
    actor: Actor,
    run_id: str,
    *,
    outcome: Outcome | None = None,
    state: str | None = None,
    skip: int = 0,
    most: int = 500,
) -> ResultPage:
    """Rows of a batch in file order, with names: of one outcome, of one state, or all."""
    gate.must(database, actor, Permission.PATIENTS_SEE)
    run = get(database, actor, run_id)
    with database.session(actor) as session:
        page = store.result_page(session, run_id, outcome=outcome, state=state, skip=skip, most=most)
        audit.record(
            session,
            "claim_status:rows:read:done",
            f"run:{run_id}",
            client_id=run.client_id,
            skipped=skip,
            rows=len(page.rows),
        )
    return page


def take_file(database: Database, settings: Settings, actor: Actor, run: Run, role: str) -> RunFile:
    """A result file of a batch, to be taken away; that is recorded. Raises NotFound when it is not there."""
    gate.must(database, actor, Permission.CLAIM_STATUS_VIEW)
    gate.must(database, actor, Permission.PATIENTS_SEE)
    with database.session(actor) as session:
        file = RunFiles(settings).find(session, run.id, role)
        audit.record(session, "claim_status:results:download:done", f"run:{run.id}", client_id=run.client_id, file=role)
    return file


def files_of(database: Database, settings: Settings, actor: Actor, run_id: str) -> dict[str, RunFile]:
    """The result files of a batch that are there to download, by role."""
    gate.must(database, actor, Permission.CLAIM_STATUS_VIEW)
    with database.session(actor) as session:
        found = RunFiles(settings).list(session, run_id)
    return {role: found[role] for role in ROLES if role in found and found[role].path.exists()}


def payer_says(
    database: Database, actor: Actor, numbers: Sequence[str], *, client_id: str | None = None
) -> dict[tuple[str, str], PayerSays]:
    """The latest word of payers about claims, by client and the number that a claim was billed under."""
    gate.must(database, actor, Permission.CLAIM_STATUS_VIEW)
    with database.session(actor) as session:
        rows = list(_SQL.payer_says(session.raw, numbers=list(numbers), client_id=client_id))
    return {(str(row.client_id), row.account_number): _says(row) for row in rows}


def _says(row: Any) -> PayerSays:
    return PayerSays(
        payer=row.payer,
        outcome=Outcome(row.outcome),
        status=row.status,
        paid=row.paid,
        processed_on=row.processed_on,
        asked_at=row.asked_at,
    )


def _payer(database: Database, actor: Actor, client_id: str, code: str | None) -> Payer:
    if code is not None:
        return payer_named(code)
    known = payers_of(database, actor, client_id)
    # Without any connection the first payer's own sentence says how to make one.
    return known[0] if known else next(iter(payers().values()))

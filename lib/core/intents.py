"""The ledger of intents: every write to a vendor, recorded before it is sent, settled after.

The life of an intent is drawn in docs/intents.md. Every change of state is one guarded statement, so that of two
processes that try the same change one wins and the other is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lib.core import audit
from lib.core.access import gate
from lib.core.access.permissions import Permission
from lib.core.actor import Actor
from lib.core.audit import Event
from lib.core.database import Database, Session, as_json, named_queries
from lib.core.errors import BadInput, Conflict, NotFound
from lib.core.privacy.masks import DOTS

_SQL = named_queries("intents")
_INSERT = """
    INSERT INTO ops.intents (client_id, account, run_id, kind, natural_key, fingerprint, amount, body) VALUES %s
    ON CONFLICT (account, natural_key) WHERE state IN ('planned', 'sending', 'posted', 'unknown') DO NOTHING
    RETURNING id, natural_key"""


class IntentState(StrEnum):
    """Where an intent stands."""

    PLANNED = "planned"
    SENDING = "sending"
    POSTED = "posted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True, slots=True)
class IntentDraft:
    """A write to plan. `body` is everything that will be sent; it is frozen from here on."""

    kind: str
    natural_key: str
    body: dict[str, Any]
    amount: Decimal | None = None
    #: Tells two writes under one natural key apart (the lines of an encounter).
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """A write to a vendor as the ledger knows it."""

    id: str
    client_id: str
    account: str
    run_id: str
    kind: str
    natural_key: str
    fingerprint: str
    state: IntentState
    amount: Decimal | None
    body: dict[str, Any]
    vendor_id: str | None = None
    problems: list[dict[str, Any]] = field(default_factory=list)
    evidence: str | None = None
    undecidable: bool = False
    sending_at: datetime | None = None
    unknown_at: datetime | None = None
    reason: str | None = None
    client_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Posted:
    """That the vendor took a write, under which id, and for one that was looked for, how that is known."""

    intent_id: str
    vendor_id: str
    evidence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StateSum:
    """How many intents of a kind are in a state, and what they add up to."""

    kind: str
    state: IntentState
    count: int
    total: Decimal


def plan(
    session: Session, drafts: Sequence[IntentDraft], *, client_id: str, account: str, run_id: str
) -> dict[str, Intent]:
    """Plan writes and return, by natural key, the intent that now holds it: ours, or one that was there before.

    A key that another transaction holds at this very moment is waited for; one that was let go in between may be
    missing from the answer, and can be planned again.
    """
    rows = [
        (client_id, account, run_id, d.kind, d.natural_key, d.fingerprint, d.amount, as_json(d.body)) for d in drafts
    ]
    by_key = {draft.natural_key: draft for draft in drafts}
    held = {
        row.natural_key: _planned(str(row.id), by_key[row.natural_key], client_id, account, run_id)
        for row in session.insert_many(_INSERT, rows)
    }
    lost = [draft.natural_key for draft in drafts if draft.natural_key not in held]
    return held | holders(session, account, lost)


def holders(session: Session, account: str, keys: Sequence[str]) -> dict[str, Intent]:
    """The intents that hold these natural keys now, by key."""
    if not keys:
        return {}
    rows = _SQL.holders(session.raw, account=account, keys=list(keys))
    return {row.natural_key: intent_from(row) for row in rows}


def begin_sending(session: Session, intent_ids: Sequence[str]) -> list[bool]:
    """planned → sending, to be committed before the calls; False for an intent that is no longer planned."""
    begun = {str(row.id) for row in _SQL.begin_sending(session.raw, intent_ids=[int(i) for i in intent_ids])}
    return [intent_id in begun for intent_id in intent_ids]


def settle_posted(session: Session, posted: Sequence[Posted]) -> list[None]:
    """sending or unknown → posted, with the vendor's ids; one that was settled meanwhile stays as it is."""
    settled = _SQL.settle_posted(
        session.raw,
        intent_ids=[int(one.intent_id) for one in posted],
        vendor_ids=[one.vendor_id for one in posted],
        evidence=[one.evidence for one in posted],
    )
    audit.record_many(
        session,
        [
            Event(
                action=f"tebra:{row.kind}:post:done",
                record=f"intent:{row.id}",
                client_id=str(row.client_id),
                detail={"run": row.run_id, "vendor_id": row.vendor_id, "amount": row.amount, "evidence": row.evidence},
            )
            for row in settled
        ],
    )
    return [None] * len(posted)


def settle_refused(session: Session, intent_id: str, problems: Sequence[dict[str, Any]]) -> None:
    """sending → refused, with what the vendor said."""
    row = _SQL.settle_refused(session.raw, intent_id=intent_id, problems=as_json(list(problems)))
    if row is not None:
        audit.record(
            session,
            f"tebra:{row.kind}:post:refused",
            f"intent:{row.id}",
            client_id=str(row.client_id),
            run=row.run_id,
        )


def settle_unknown(session: Session, intent_id: str, evidence: str, *, call_seconds: float = 0.0) -> None:
    """sending → unknown: the write may or may not have happened, or happen within `call_seconds` of its sending."""
    row = _SQL.settle_unknown(session.raw, intent_id=intent_id, evidence=evidence, call_seconds=call_seconds)
    if row is not None:
        _record_unknown(session, [row], evidence)


def seconds_until_visible(session: Session, intent_ids: Sequence[str], *, delay: float) -> float:
    """Seconds until the last of these writes surely shows, given the account's delay; by the database's clock."""
    ids = [int(intent_id) for intent_id in intent_ids]
    return _SQL.seconds_until_visible(session.raw, intent_ids=ids, delay=delay) or 0.0


def back_to_planned(session: Session, intent_id: str) -> None:
    """sending → planned: the vendor did not take the call, so nothing was written."""
    _SQL.back_to_planned(session.raw, intent_id=intent_id)


def settle_absent(session: Session, intent_id: str, evidence: str) -> None:
    """unknown → absent: proved not to be at the vendor."""
    row = _SQL.settle_absent(session.raw, intent_id=intent_id, evidence=evidence)
    if row is not None:
        audit.record(
            session,
            f"tebra:{row.kind}:look:absent",
            f"intent:{row.id}",
            client_id=str(row.client_id),
            run=row.run_id,
            evidence=evidence,
        )


def mark_undecidable(session: Session, intent_id: str, evidence: str) -> None:
    """Leave an unknown intent to a person, with the evidence to show beside the buttons."""
    _SQL.mark_undecidable(session.raw, intent_id=intent_id, evidence=evidence)


def orphans_to_unknown(session: Session, run_id: str, *, call_seconds: float) -> int:
    """Declare the sending intents of a run unknown; the caller holds the run's lock, so nobody is at them."""
    evidence = "The work was interrupted during the call."
    orphans = list(_SQL.orphans_to_unknown(session.raw, run_id=run_id, evidence=evidence, call_seconds=call_seconds))
    _record_unknown(session, orphans, evidence)
    return len(orphans)


def cancel_planned(session: Session, run_id: str) -> int:
    """planned → cancelled for a run that stops; their natural keys are free again."""
    return _SQL.cancel_planned(session.raw, run_id=run_id)


def of_run(session: Session, run_id: str) -> list[Intent]:
    """Every intent of a run, oldest first."""
    return [intent_from(row) for row in _SQL.of_run(session.raw, run_id=run_id)]


def by_ids(session: Session, ids: Iterable[str]) -> dict[str, Intent]:
    """Intents by id, whichever run they belong to."""
    wanted = [int(i) for i in ids]
    return {str(row.id): intent_from(row) for row in _SQL.by_ids(session.raw, ids=wanted)} if wanted else {}


def by_vendor_ids(session: Session, *, account: str, kind: str, vendor_ids: Iterable[str]) -> dict[str, Intent]:
    """Posted intents of an account, by those of the vendor's ids that they hold."""
    wanted = list(vendor_ids)
    if not wanted:
        return {}
    rows = _SQL.by_vendor_ids(session.raw, account=account, kind=kind, vendor_ids=wanted)
    return {row.vendor_id: intent_from(row) for row in rows}


def claimed_vendor_ids(session: Session, *, account: str, kind: str, vendor_ids: Iterable[str]) -> set[str]:
    """Those of the vendor's ids that posted intents of the account hold already."""
    wanted = list(vendor_ids)
    if not wanted:
        return set()
    rows = _SQL.claimed_vendor_ids(session.raw, account=account, kind=kind, vendor_ids=wanted)
    return {row.vendor_id for row in rows}


def sums(session: Session, run_id: str) -> list[StateSum]:
    """Count and total of a run's intents by kind and state."""
    return [
        StateSum(kind=row.kind, state=IntentState(row.state), count=row.count, total=row.total)
        for row in _SQL.sums(session.raw, run_id=run_id)
    ]


def unknown(database: Database, actor: Actor, *, run_id: str | None = None) -> list[Intent]:
    """The unknown intents in the actor's scope; those that wait for a person come first.

    For an actor who may not see patients, they come without the patient.
    """
    with database.session(actor) as session:
        found = [intent_from(row) for row in _SQL.unknown_intents(session.raw, run_id=run_id)]
    return found if actor.may(Permission.PATIENTS_SEE) else [_without_patient(each) for each in found]


def _without_patient(intent: Intent) -> Intent:
    told = {name: DOTS for name in ("patient_id", "first_name", "last_name", "dob") if intent.body.get(name)}
    return replace(intent, body=intent.body | told, natural_key=DOTS, evidence=DOTS if intent.evidence else None)


def get(database: Database, actor: Actor, intent_id: str) -> Intent:
    """One intent, without the patient for who may not see patients; raises NotFound outside the actor's scope."""
    with database.session(actor) as session:
        row = _SQL.get_intent(session.raw, intent_id=intent_id) if intent_id.isdigit() else None
    if row is None:
        raise NotFound(f"There is no intent {intent_id}.", fix="List them with: python -m jobs intents list --unknown.")
    return intent_from(row) if actor.may(Permission.PATIENTS_SEE) else _without_patient(intent_from(row))


def decide(database: Database, actor: Actor, intent_id: str, *, vendor_id: str | None, reason: str) -> Intent:
    """Record a person's decision on an unknown intent: posted under `vendor_id`, or with None absent.

    Raises BadInput without a reason for absence or with an id that another intent holds, Conflict when the intent
    is no longer unknown.
    """
    gate.must(database, actor, Permission.INTENTS_DECIDE)
    intent = get(database, actor, intent_id)
    if vendor_id is None and not reason.strip():
        raise BadInput("Say why it is not there.", fix="Give --reason, for example: looked in Tebra, batch PP-7.")
    if vendor_id is not None and not (vendor_id.isdigit() and int(vendor_id) > 0):
        raise BadInput(f"“{vendor_id}” is not an id of Tebra.", fix="Give the number that Tebra shows for it.")
    with database.session(actor) as session:
        given = {"intent_id": intent_id, "actor": actor.label, "reason": reason}
        if vendor_id is None:
            done = _SQL.decide_absent(session.raw, **given)
        else:
            taken = claimed_vendor_ids(session, account=intent.account, kind=intent.kind, vendor_ids=[vendor_id])
            if taken:
                raise BadInput(f"Another {intent.kind} of this account was posted as {vendor_id} already.")
            done = _SQL.decide_posted(session.raw, vendor_id=vendor_id, **given)
        if done is None:
            audit.record(session, "tebra:intent:decide:refused", f"intent:{intent_id}", client_id=intent.client_id)
        else:
            found = {} if vendor_id is None else {"vendor_id": vendor_id}
            audit.record(
                session,
                f"tebra:{done.kind}:decide:{'absent' if vendor_id is None else 'posted'}",
                f"intent:{intent_id}",
                client_id=intent.client_id,
                run=done.run_id,
                reason=reason,
                **found,
            )
    if done is None:
        raise Conflict(f"Intent {intent_id} is {intent.state}, not unknown.", fix="Reload; it was settled meanwhile.")
    return get(database, actor, intent_id)


def _planned(intent_id: str, draft: IntentDraft, client_id: str, account: str, run_id: str) -> Intent:
    return Intent(
        id=intent_id,
        client_id=client_id,
        account=account,
        run_id=run_id,
        kind=draft.kind,
        natural_key=draft.natural_key,
        fingerprint=draft.fingerprint,
        state=IntentState.PLANNED,
        amount=draft.amount,
        body=draft.body,
    )


def _record_unknown(session: Session, rows: Iterable[Any], evidence: str) -> None:
    audit.record_many(
        session,
        [
            Event(
                action=f"tebra:{row.kind}:post:unknown",
                record=f"intent:{row.id}",
                client_id=str(row.client_id),
                detail={"run": row.run_id, "evidence": evidence},
            )
            for row in rows
        ],
    )


def intent_from(row: Any) -> Intent:
    """An intent from its database row."""
    return Intent(
        id=str(row.id),
        client_id=str(row.client_id),
        account=row.account,
        run_id=str(row.run_id),
        kind=row.kind,
        natural_key=row.natural_key,
        fingerprint=row.fingerprint,
        state=IntentState(row.state),
        amount=row.amount,
        body=row.body,
        vendor_id=row.vendor_id,
        problems=row.problems,
        evidence=row.evidence,
        undecidable=row.undecidable,
        sending_at=row.sending_at,
        unknown_at=row.unknown_at,
        reason=row.reason,
        client_name=getattr(row, "client_name", ""),
    )

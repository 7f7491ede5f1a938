"""Taking hold of what a visit would send: planned in the ledger, unless somebody else has it or a person is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lib.charges import store
from lib.charges.planning.intend import IntendedVisit
from lib.charges.posting.ledger import RunLedger
from lib.core import intents
from lib.core.database import Session
from lib.core.intents import Intent, IntentDraft, IntentState
from lib.core.runs import Run
from lib.vendors.tebra.model import Patient


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """A patient that was looked up, or was known before, with what their visits would send."""

    patient_id: str
    patient: Patient | None
    known: bool
    visits: Sequence[IntendedVisit]


class Hold:
    """Plans the writes of verified visits; in a check, only tells who has them."""

    def __init__(self, run: Run, account: str, ledger: RunLedger, *, check: bool) -> None:
        self._run = run
        self._account = account
        self._ledger = ledger
        self._check = check
        #: Writes of this run that the vendor refused in an earlier attempt; they stay refused.
        self.refused: dict[str, Intent] = {}

    def keep_verified(self, session: Session, verified: Sequence[Verified]) -> list[list[Intent]]:
        """Keep patients that Tebra has just shown, and return for each who holds the writes of their visits now.

        A visit of which one write waits for a person plans nothing: it is all or nothing.
        """
        new = {one.patient_id: one.patient for one in verified if not one.known}
        store.put_patients(session, self._run.id, self._run.client_id, new)
        held = self.holders(session, [draft for one in verified for visit in one.visits for draft in visit.drafts])
        free = [
            draft
            for one in verified
            for visit in one.visits
            if not self.waits_for_person(visit, held)
            for draft in visit.drafts
            if draft.natural_key not in held and draft.natural_key not in self.refused
        ]
        held |= self.plan(session, free) | self.refused
        return [
            [held[draft.natural_key] for visit in one.visits for draft in visit.drafts if draft.natural_key in held]
            for one in verified
        ]

    def plan(self, session: Session, drafts: Sequence[IntentDraft]) -> dict[str, Intent]:
        """Plan writes that nobody holds, and return by key who holds them then; a check plans nothing."""
        if self._check:
            return {}
        return intents.plan(session, drafts, client_id=self._run.client_id, account=self._account, run_id=self._run.id)

    def holders(self, session: Session, drafts: Sequence[IntentDraft]) -> dict[str, Intent]:
        """Who holds these writes now, by natural key."""
        return intents.holders(session, self._account, [draft.natural_key for draft in drafts])

    def waits_for_person(self, visit: IntendedVisit, held: Mapping[str, Intent]) -> bool:
        """Whether a write of the visit is at another run, or was posted with other lines."""
        return any(
            holder.fingerprint != draft.fingerprint
            if holder.state is IntentState.POSTED
            else not self._ledger.ours(holder)
            for draft in visit.drafts
            if (holder := held.get(draft.natural_key))
        )

"""Looking after writes whose outcome is unknown, before anything is sent again (specification, “At most once”)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from lib.charges import store
from lib.charges.model import ServiceLine
from lib.charges.planning.intend import ENCOUNTER, PAYMENT
from lib.charges.posting.account import Account
from lib.charges.posting.ledger import Day, RunLedger, day_of
from lib.charges.posting.lookup import (
    Decision,
    UnknownEncounter,
    UnknownPayment,
    Verdict,
    decide_encounter,
    decide_payments,
)
from lib.charges.posting.post import encounter_of, payment_of
from lib.charges.posting.progress import Phase, Progress
from lib.core import intents
from lib.core.executor import Execution
from lib.core.intents import Intent, IntentState, Posted
from lib.vendors.tebra.model import ChargeFound, PaymentFilter, Practice


class Looker:
    """Asks Tebra's lists what became of unknown intents, and settles those that the lists decide."""

    def __init__(self, execution: Execution, account: Account, ledger: RunLedger, progress: Progress) -> None:
        self._execution = execution
        self._account = account
        self._ledger = ledger
        self._progress = progress
        #: The charge lists that were looked at, for the read-back of the same days.
        self.charges: dict[Day, list[ChargeFound]] = {}

    def settle_unknown(self) -> None:
        """Look until every unknown intent of the run is posted, provably absent, or left to a person."""
        self._progress.expect(Phase.LOOK, len(self._open()))
        while waiting := self._open():
            self._wait_until_visible(waiting)
            before = len(waiting)
            for group in _payment_groups(i for i in waiting if i.kind == PAYMENT):
                self._look_for_payments(group)
            for day, encounters in _by_day(i for i in waiting if i.kind == ENCOUNTER).items():
                self._look_for_encounters(day, encounters)
            self._progress.done(Phase.LOOK, before - len(self._open()))

    def _open(self) -> list[Intent]:
        return [i for i in self._ledger.in_state(IntentState.UNKNOWN) if not i.undecidable]

    def _wait_until_visible(self, waiting: list[Intent]) -> None:
        """Wait until the last of them surely shows: one look then decides them all."""
        ids = [intent.id for intent in waiting]
        while (seconds := self._seconds_until_visible(ids)) > 0:
            self._progress.say(f"Waiting until Tebra surely shows what it took ({round(seconds) or 1} s).")
            self._execution.pause(min(seconds, 1.0))
        self._progress.say("")

    def _seconds_until_visible(self, ids: list[str]) -> float:
        with self._execution.database.session(self._execution.actor) as session:
            return intents.seconds_until_visible(session, ids, delay=self._account.visibility_seconds)

    def _look_for_payments(self, ours: list[Intent]) -> None:
        with self._execution.database.session(self._execution.actor) as session:
            # Unknown payments of other runs that look the same have as good a claim on what is found.
            rivals = [
                intent
                for intent in store.unknown_of_account(session, self._account.name, PAYMENT)
                if _looks(intent) == _looks(ours[0])
            ]
        self._wait_until_visible(rivals)
        sample = payment_of(ours[0])
        found = self._account.client.get_payments(
            PaymentFilter(
                practice_id=sample.practice_id,
                practice_name=sample.practice_name,
                batch=sample.batch or None,
                reference=sample.reference or None,
                amount=sample.amount,
                post_date_from=sample.post_date,
                post_date_to=sample.post_date,
            )
        )
        with self._execution.database.session(self._execution.actor) as session:
            claimed = intents.claimed_vendor_ids(
                session, account=self._account.name, kind=PAYMENT, vendor_ids=[payment.id for payment in found]
            )
        decisions = decide_payments(
            [_unknown_payment(intent) for intent in rivals], found, claimed, visible_by_now=True
        )
        mine = {intent.id for intent in ours}
        for decision in decisions:
            if decision.intent_id in mine:
                self._settle(self._careful(decision, len(found)))

    def _look_for_encounters(self, day: Day, encounters: list[Intent]) -> None:
        practice = Practice(id=day[0], name=encounters[0].body["practice_name"])
        charges = self.charges[day] = self._account.client.get_charges(practice.name, day[1])
        # Exact matches first: what one intent claims is no riddle for the next.
        for visible_by_now in (False, True):
            for intent in encounters:
                if self._ledger.state_of(intent) is IntentState.UNKNOWN:
                    self._look_for_encounter(intent, charges, visible_by_now=visible_by_now)

    def _look_for_encounter(self, intent: Intent, charges: list[ChargeFound], *, visible_by_now: bool) -> None:
        with self._execution.database.session(self._execution.actor) as session:
            claimed = intents.claimed_vendor_ids(
                session,
                account=self._account.name,
                kind=ENCOUNTER,
                vendor_ids={charge.encounter_id for charge in charges if charge.encounter_id},
            )
        decision = decide_encounter(_unknown_encounter(intent), charges, claimed, visible_by_now=visible_by_now)
        if decision.verdict is not Verdict.WAIT:
            self._settle(self._careful(decision, len(charges)))

    def _careful(self, decision: Decision, rows: int) -> Decision:
        """The decision, unless it says absent of a list that may have been cut off (contract §10, question 10)."""
        limit = self._account.connection.list_limit
        if decision.verdict is not Verdict.ABSENT or not limit or rows < limit:
            return decision
        evidence = f"Tebra's list has {rows} rows and may be cut off: it may be there all the same."
        return replace(decision, verdict=Verdict.PERSON, evidence=evidence)

    def _settle(self, decision: Decision) -> None:
        with self._execution.database.session(self._execution.actor) as session:
            if decision.verdict is Verdict.POSTED:
                found = Posted(intent_id=decision.intent_id, vendor_id=decision.vendor_id, evidence=decision.evidence)
                intents.settle_posted(session, [found])
            elif decision.verdict is Verdict.ABSENT:
                intents.settle_absent(session, decision.intent_id, decision.evidence)
            else:
                intents.mark_undecidable(session, decision.intent_id, decision.evidence)
            self._ledger.hold(intents.by_ids(session, [decision.intent_id]).values())


def _looks(intent: Intent) -> tuple[object, ...]:
    """What a look-up tells payments apart by; the payer's name is compared by the decision itself."""
    body = intent.body
    return (
        body["practice_id"],
        Decimal(body["amount"]),
        body["post_date"],
        body["reference"].strip().casefold(),
        body["batch"].strip().casefold(),
    )


def _payment_groups(unknown: Iterable[Intent]) -> list[list[Intent]]:
    groups: dict[tuple[object, ...], list[Intent]] = defaultdict(list)
    for intent in unknown:
        groups[_looks(intent)].append(intent)
    return list(groups.values())


def _by_day(unknown: Iterable[Intent]) -> dict[Day, list[Intent]]:
    days: dict[Day, list[Intent]] = defaultdict(list)
    for intent in unknown:
        days[day_of(intent)].append(intent)
    return days


def _unknown_payment(intent: Intent) -> UnknownPayment:
    payment = payment_of(intent)
    return UnknownPayment(
        intent_id=intent.id,
        practice_id=payment.practice_id,
        patient_id=payment.patient_id,
        amount=payment.amount,
        post_date=payment.post_date,
        reference=payment.reference,
        batch=payment.batch,
        first_name=payment.first_name,
        middle_name=payment.middle_name,
        last_name=payment.last_name,
    )


def _unknown_encounter(intent: Intent) -> UnknownEncounter:
    encounter = encounter_of(intent)
    return UnknownEncounter(
        intent_id=intent.id,
        patient_id=encounter.patient_id,
        dos=encounter.dos,
        rendering_provider_id=encounter.rendering_provider_id,
        rendering_provider_name=intent.body["rendering_provider_name"],
        lines=tuple(
            ServiceLine(
                row=0, procedure=line.code, units=line.units, modifiers=line.modifiers, diagnoses=line.diagnoses
            )
            for line in encounter.lines
        ),
    )

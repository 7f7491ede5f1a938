"""Phases 2 and 3: a planned intent is sent, once, and settled by what the vendor said."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from lib.charges.planning.intend import NEW_ENCOUNTER, NEW_PAYMENT, PAYMENT
from lib.charges.posting.account import Account
from lib.charges.posting.progress import Phase, Progress
from lib.charges.posting.stages import Stages
from lib.core import intents
from lib.core.database import Session
from lib.core.errors import Conflict, Stopped
from lib.core.executor import Execution
from lib.core.group_commit import GroupCommit
from lib.core.intents import Intent, IntentState, Posted
from lib.vendors.errors import BadRequest, FieldProblem, OutcomeUnknown, Refused, Throttled, Unavailable, VendorError
from lib.vendors.tebra.model import NewEncounter, NewPayment

#: Seconds before a write that never left is tried again, one entry a try; then the run fails, and can be resumed.
UNREACHABLE_PAUSES = (1.0, 4.0, 10.0)


class Poster:
    """Sends planned intents; `settled` hears of each that is posted, refused or unknown."""

    def __init__(
        self,
        execution: Execution,
        account: Account,
        commits: GroupCommit,
        stages: Stages,
        progress: Progress,
        *,
        settled: Callable[[Intent], None],
    ) -> None:
        self._execution = execution
        self._account = account
        self._commits = commits
        self._stages = stages
        self._progress = progress
        self._settled = settled

    def submit(self, intent: Intent, stage: str, phase: Phase, urgency: tuple[str, str]) -> None:
        """Put a planned intent before its stage."""
        self._stages.submit(stage, urgency, lambda: self._post(intent, stage, phase, urgency))

    def _post(self, intent: Intent, stage: str, phase: Phase, urgency: tuple[str, str]) -> None:
        try:
            outcome = self._send(intent)
        except Throttled:
            # Refused as too early, so nothing was written: it waits for its turn again.
            self._execution.check_stop()
            self.submit(intent, stage, phase, urgency)
            return
        self._progress.done(phase)
        self._settled(outcome)

    def _send(self, intent: Intent) -> Intent:
        """Send one intent and return it settled; raises Throttled when it is planned again."""
        for pause in (*UNREACHABLE_PAUSES, None):
            try:
                vendor_id = self._call(intent)
            except Conflict:
                return self._not_sent(intent)
            except (Throttled, Stopped):
                # Refused as too early, or stopped before its slot came: nothing has left.
                self._commits.run(lambda session: intents.back_to_planned(session, intent.id))
                raise
            except Unavailable:
                self._commits.run(lambda session: intents.back_to_planned(session, intent.id))
                if pause is None or self._execution.stopping.wait(pause):
                    raise
                continue
            except (Refused, BadRequest) as refusal:
                return self._refuse(intent, refusal)
            except OutcomeUnknown as unknown:
                return self._leave_unknown(intent, unknown)
            except VendorError:
                # A refused login or a missing permission: nothing was written, and nothing else will be.
                self._commits.run(lambda session: intents.back_to_planned(session, intent.id))
                raise
            return self._record_posted(intent, vendor_id)
        raise Stopped("The run was asked to stop.")

    def _call(self, intent: Intent) -> str:
        def on_send() -> None:
            if not self._commits.join(intents.begin_sending, intent.id):
                raise Conflict(f"Intent {intent.id} is no longer planned.", fix="Look at its run.")

        client = self._account.client
        if intent.kind == PAYMENT:
            return client.create_payment(payment_of(intent), on_send).id
        return client.create_encounter(encounter_of(intent), on_send).id

    def _not_sent(self, intent: Intent) -> Intent:
        """What became of an intent that could not begin: cancelled, or begun by a commit whose answer was lost."""
        now = self._commits.run(lambda session: intents.by_ids(session, [intent.id]))[intent.id]
        if now.state is not IntentState.SENDING:
            return now
        evidence = "The database broke off as sending began."
        seconds = self._account.call_seconds
        self._commits.run(lambda session: intents.settle_unknown(session, intent.id, evidence, call_seconds=seconds))
        return self._commits.run(lambda session: intents.by_ids(session, [intent.id]))[intent.id]

    def _record_posted(self, intent: Intent, vendor_id: str) -> Intent:
        self._commits.join(intents.settle_posted, Posted(intent_id=intent.id, vendor_id=vendor_id))
        return dataclasses.replace(intent, state=IntentState.POSTED, vendor_id=vendor_id)

    def _refuse(self, intent: Intent, refusal: Refused | BadRequest) -> Intent:
        told = refusal.problems if isinstance(refusal, Refused) else ()
        problems = [dataclasses.asdict(problem) for problem in told or (FieldProblem(message=refusal.what),)]
        self._commits.run(lambda session: intents.settle_refused(session, intent.id, problems))
        return dataclasses.replace(intent, state=IntentState.REFUSED, problems=problems)

    def _leave_unknown(self, intent: Intent, unknown: OutcomeUnknown) -> Intent:
        def leave(session: Session) -> Intent:
            intents.settle_unknown(session, intent.id, unknown.what)
            if unknown.record_id is not None:
                # Tebra wrote it with fewer lines than were sent: no look-up can make that right.
                intents.mark_undecidable(session, intent.id, unknown.what)
            return intents.by_ids(session, [intent.id])[intent.id]

        return self._commits.run(leave)


def payment_of(intent: Intent) -> NewPayment:
    """The payment as it was frozen when planned."""
    return NEW_PAYMENT.validate_python({k: v for k, v in intent.body.items() if k != "dos"})


def encounter_of(intent: Intent) -> NewEncounter:
    """The encounter as it was frozen when planned."""
    return NEW_ENCOUNTER.validate_python({k: v for k, v in intent.body.items() if k != "rendering_provider_name"})

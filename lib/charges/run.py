"""The long work of a Charges run; every step can be interrupted, and taken up again by anybody.

    verify ─┬─► payments ────────────────┐
            └─► encounters ─► read back ─┴─► look for unknown outcomes ─► send again what is absent ─► result

The four stages overlap, so that the wall time is that of the slowest operation, not the sum.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lib.charges import store
from lib.charges.model import Visit
from lib.charges.outputs import summarise, write_outputs
from lib.charges.params import ChargesParams, Mode
from lib.charges.planning.directory import Directory
from lib.charges.planning.intend import ENCOUNTER, IntendedVisit, intend_visit
from lib.charges.planning.prepare import Prepared, plan_again, prepare, refuse_wrong_control
from lib.charges.posting.account import Account, open_account
from lib.charges.posting.ledger import Day, RunLedger, day_of
from lib.charges.posting.look import Looker
from lib.charges.posting.post import Poster
from lib.charges.posting.progress import Phase, Progress
from lib.charges.posting.readback import charge_status, encounter_total
from lib.charges.posting.stages import Stages
from lib.charges.result_rows import Held, Reckoning
from lib.core import calls, intents
from lib.core.database import DatabaseUnavailable, Session
from lib.core.errors import DaysheetError, Stopped
from lib.core.executor import Execution, Finished, StopReason
from lib.core.files import RunFiles
from lib.core.group_commit import GroupCommit
from lib.core.intents import Intent, IntentDraft, IntentState
from lib.core.runs import RunState
from lib.vendors.errors import Throttled
from lib.vendors.tebra.model import ChargeFound, Patient, Practice

#: Threads a stage: enough to keep the vendor's shortest gap busy with replies that take two seconds.
THREADS = {"verify": 8, "payments": 6, "encounters": 6, "read back": 3}
#: How often a write that is provably absent is sent again before it is left as not sent.
MOST_ROUNDS = 5
_LAST = ("~", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Verified:
    """A patient that was looked up, or was known before, with what their visits would send."""

    patient_id: str
    patient: Patient | None
    known: bool
    drafts: Sequence[IntentDraft]


def execute_charges(execution: Execution) -> Finished:
    """Execute a Charges run: check only, or check and post, as its parameters say."""
    return ChargesRun(execution).work()


class ChargesRun:
    """One attempt at a Charges run."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._database = execution.database
        self._actor = execution.actor
        self._run = execution.run
        self._params = ChargesParams.model_validate(execution.run.params)
        self._check = self._params.mode is Mode.CHECK
        self._progress = Progress()
        execution.report = self._progress.report
        self._ledger = RunLedger(self._run.id)
        self._calls: Counter[tuple[str, str]] = Counter()
        self._guard = threading.Lock()
        self._began = time.monotonic()
        self._patients: dict[str, Patient | None] = {}
        self._intended: list[IntendedVisit] = []
        self._practices: dict[str, Practice] = {}
        self._submitted: set[str] = set()
        self._prepared: Prepared
        self._account: Account | None = None
        self._directory: Directory | None = None
        self._commits: GroupCommit
        self._stages: Stages
        self._poster: Poster

    def work(self) -> Finished:
        """Go through the steps; whatever stops them, rows and result tell what was done.

        Raises BadInput when the workbook cannot be used, or its control total is not met: then nothing was sent.
        """
        self._read_sheet()
        try:
            self._go_through()
        except Stopped:
            if self._execution.stop_reason is not StopReason.CANCEL:
                raise
            return self._finish(RunState.CANCELLED)
        except DatabaseUnavailable:
            # No failure of the run: it stays as it is, and goes on when the database is back.
            raise
        except DaysheetError as error:
            if self._execution.stop_reason is StopReason.LOST_LOCK:
                # Another process may be at this run by now; what it planned is not ours to cancel.
                raise Stopped("The run was asked to stop.") from error
            return self._finish(RunState.FAILED, error=str(error))
        finally:
            self._keep_calls()
        return self._finish(RunState.CHECKED if self._check else RunState.FINISHED)

    def _read_sheet(self) -> None:
        self._progress.begin(Phase.READ)
        with self._database.session(self._actor) as session:
            upload = RunFiles(self._execution.settings).find(session, self._run.id, "upload")
            self._nicknames = store.nicknames(session, self._run.client_id)
        self._prepared = prepare(upload.path, self._params, self._nicknames)
        self._progress.expect(Phase.READ, len(self._prepared.rows))
        self._progress.done(Phase.READ, len(self._prepared.rows))
        if not self._check:
            refuse_wrong_control(self._prepared.plan, self._params)

    def _go_through(self) -> None:
        self._account = account = open_account(self._execution, count_call=self._count_call)
        self._take_up(account)
        self._directory = account.directory(
            self._prepared.plan, self._nicknames, since=self._params.lists_since or self._run.created_at
        )
        self._prepared = plan_again(self._prepared, self._params, self._nicknames, self._practice_ids())
        with (
            GroupCommit(self._database, self._actor) as self._commits,
            Stages(THREADS, stopping=self._execution.stopping) as self._stages,
        ):
            self._poster = Poster(
                self._execution, account, self._commits, self._stages, self._progress, settled=self._settled
            )
            self._begin_verifying()
            self._stages.drain()
            if not self._check:
                looker = Looker(self._execution, account, self._ledger, self._progress)
                self._settle_all(looker)
                self._read_back_rest(looker)

    def _take_up(self, account: Account) -> None:
        """What an earlier attempt left: calls in flight become unknown; refusals and verified patients stay."""
        with self._database.session(self._actor) as session:
            # We hold the run's lock: nobody else is at what is marked as being sent.
            intents.orphans_to_unknown(session, self._run.id, call_seconds=account.call_seconds)
            self._refused = {
                i.natural_key: i for i in intents.of_run(session, self._run.id) if i.state is IntentState.REFUSED
            }
            self._patients = store.patients(session, self._run.id)

    def _practice_ids(self) -> dict[str, str]:
        """What the practices' names mean, so that two spellings of one practice meet in one visit."""
        assert self._directory is not None
        found = {}
        for written in {visit.practice for visit in self._prepared.plan.visits}:
            practice = self._directory.practice_named(written, ())
            if isinstance(practice, Practice):
                found[written] = practice.id
                self._practices[practice.id] = practice
        return found

    # Phase 1

    def _begin_verifying(self) -> None:
        practice_ids = self._practice_ids()
        by_patient: dict[str, list[Visit]] = defaultdict(list)
        for visit in self._prepared.plan.visits:
            by_patient[visit.patient_id].append(visit)
            if visit.encounter and visit.practice in practice_ids:
                self._ledger.expect_encounter((practice_ids[visit.practice], visit.dos))
        for row in self._prepared.rows:
            if row.row is None and row.patient_id:
                by_patient.setdefault(row.patient_id, [])
        self._progress.expect(Phase.VERIFY, len(by_patient))
        self._progress.begin(Phase.VERIFY)
        for patient_id, visits in by_patient.items():
            # Day by day, so that a day's charges can be read back while later days are still being sent.
            self._verify_later(patient_id, visits, min(map(_urgency, visits), default=_LAST))

    def _verify_later(self, patient_id: str, visits: list[Visit], urgency: tuple[str, str]) -> None:
        def verify() -> None:
            try:
                self._verify_patient(patient_id, visits)
            except Throttled:
                # Refused time and again: the account is busy elsewhere, and this patient goes to the back.
                self._verify_later(patient_id, visits, _LAST)

        self._stages.submit("verify", urgency, verify)

    def _verify_patient(self, patient_id: str, visits: list[Visit]) -> None:
        """Look one patient up, and hand on what each of their visits would send."""
        assert self._account is not None and self._directory is not None
        known = patient_id in self._patients
        patient = self._patients[patient_id] if known else self._account.client.get_patient(patient_id)
        intended = [intend_visit(v, patient, self._directory, post_date=self._params.post_date) for v in visits]
        drafts = {draft.natural_key: draft for visit in intended for draft in visit.drafts}
        refused = [self._refused[key] for key in drafts if key in self._refused]
        wanted = [draft for key, draft in drafts.items() if key not in self._refused]
        verified = _Verified(patient_id=patient_id, patient=patient, known=known, drafts=wanted)
        self._ledger.hold([*self._commits.join(self._keep_verified, verified), *refused])
        with self._guard:
            self._patients[patient_id] = patient
            self._intended += intended
        self._progress.done(Phase.VERIFY)
        for visit in intended:
            self._send_visit(visit)

    def _keep_verified(self, session: Session, verified: Sequence[_Verified]) -> list[list[Intent]]:
        """Keep patients that Tebra has just shown, and take hold of what their visits would send."""
        new = {one.patient_id: one.patient for one in verified if not one.known}
        store.put_patients(session, self._run.id, self._run.client_id, new)
        held = self._hold(session, [draft for one in verified for draft in one.drafts])
        return [[held[d.natural_key] for d in one.drafts if d.natural_key in held] for one in verified]

    def _hold(self, session: Session, drafts: list[IntentDraft]) -> dict[str, Intent]:
        assert self._account is not None
        if self._check:
            return intents.holders(session, self._account.name, [draft.natural_key for draft in drafts])
        return intents.plan(
            session, drafts, client_id=self._run.client_id, account=self._account.name, run_id=self._run.id
        )

    # Phases 2 and 3

    def _send_visit(self, visit: IntendedVisit) -> None:
        sent_encounter = False
        for draft in visit.drafts:
            intent = self._ledger.holder(draft.natural_key)
            if intent and self._ledger.ours(intent) and intent.state is IntentState.PLANNED and not self._check:
                self._send(intent)
                sent_encounter |= draft.kind == ENCOUNTER
        if visit.visit.encounter and visit.practice and not sent_encounter:
            self._encounter_done((visit.practice.id, visit.visit.dos))

    def _send(self, intent: Intent) -> None:
        with self._guard:
            if intent.id in self._submitted:
                # Two visits of the sheet mean the same write; one of them sends it.
                return
            self._submitted.add(intent.id)
        encounter = intent.kind == ENCOUNTER
        phase, stage = (Phase.ENCOUNTERS, "encounters") if encounter else (Phase.PAYMENTS, "payments")
        self._progress.expect(phase, 1)
        self._poster.submit(intent, stage, phase, (intent.body["dos"], intent.body["practice_id"]))

    def _settled(self, intent: Intent) -> None:
        """An intent has left the poster: posted, refused, unknown or cancelled."""
        self._ledger.hold([intent])
        if intent.kind == ENCOUNTER:
            self._encounter_done(day_of(intent))

    def _encounter_done(self, day: Day) -> None:
        """The last encounter of a practice's day asks for the day's charges, once."""
        if self._check or not self._ledger.encounter_done(day):
            return
        # A day with an unknown outcome is looked at later anyway, and read back then.
        if self._ledger.encounters_of(day, IntentState.POSTED) and not self._ledger.encounters_of(
            day, IntentState.UNKNOWN
        ):
            self._progress.expect(Phase.READ_BACK, 1)
            self._stages.submit("read back", (day[1].isoformat(), day[0]), lambda: self._read_back(day))

    def _settle_all(self, looker: Looker) -> None:
        """Look for what is unknown and send again what is provably absent, until nothing is left to do."""
        for _ in range(MOST_ROUNDS):
            looker.settle_unknown()
            absent = self._ledger.in_state(IntentState.ABSENT)
            if not absent:
                return
            self._send_again(absent)
            self._stages.drain()
        looker.settle_unknown()

    def _send_again(self, absent: list[Intent]) -> None:
        assert self._account is not None
        drafts = [
            IntentDraft(kind=i.kind, natural_key=i.natural_key, body=i.body, amount=i.amount, fingerprint=i.fingerprint)
            for i in absent
        ]
        held = self._commits.run(lambda session: self._hold(session, drafts))
        self._ledger.hold(held.values())
        for intent in held.values():
            if intent.kind == ENCOUNTER:
                self._ledger.expect_encounter(day_of(intent))
            if self._ledger.ours(intent) and intent.state is IntentState.PLANNED:
                self._send(intent)

    # After phase 3: charges and status, from the practice-and-day list

    def _read_back(self, day: Day) -> None:
        assert self._account is not None
        charges = self._account.client.get_charges(self._practices[day[0]].name, day[1])
        self._keep_charges(self._ledger.encounters_of(day, IntentState.POSTED), charges)
        self._progress.done(Phase.READ_BACK)

    def _keep_charges(self, posted: list[Intent], charges: list[ChargeFound]) -> None:
        """Keep total and status of every posted encounter that the list shows with all of its lines."""
        by_encounter: dict[str, list[ChargeFound]] = defaultdict(list)
        for charge in charges:
            by_encounter[charge.encounter_id].append(charge)
        with self._database.session(self._actor) as session:
            for intent in posted:
                encounter_id = intent.vendor_id or ""
                shown = by_encounter.get(encounter_id, [])
                total = encounter_total(shown, encounter_id)
                if total is not None and len(shown) >= len(intent.body["lines"]):
                    read = store.ReadBack(amount=total, status=charge_status(shown, encounter_id))
                    store.put_readback(session, intent, read)

    def _read_back_rest(self, looker: Looker) -> None:
        """Read back what is still missing: days that were looked at, and writes that Tebra showed late."""
        for day, charges in looker.charges.items():
            self._keep_charges(self._ledger.encounters_of(day, IntentState.POSTED), charges)
        if not (missing := self._without_charges()):
            return
        assert self._account is not None
        # Whatever was looked at or read back, these were posted too late to show there.
        visible = datetime.now(UTC) + timedelta(seconds=self._account.visibility_seconds)
        while (seconds := (visible - datetime.now(UTC)).total_seconds()) > 0:
            self._progress.say("Waiting until Tebra shows the new charges.")
            self._execution.stopping.wait(min(1.0, seconds))
            self._execution.check_stop()
        self._progress.say("")
        self._progress.expect(Phase.READ_BACK, len(missing))
        for day in sorted(missing, key=lambda day: (day[1], day[0])):
            self._stages.submit("read back", (day[1].isoformat(), day[0]), lambda day=day: self._read_back(day))
        self._stages.drain()

    def _without_charges(self) -> set[Day]:
        posted = [i for i in self._ledger.in_state(IntentState.POSTED) if i.kind == ENCOUNTER]
        with self._database.session(self._actor) as session:
            read = store.readbacks(session, [intent.id for intent in posted])
        return {day_of(intent) for intent in posted if intent.id not in read}

    # The end

    def _finish(self, state: RunState, *, error: str | None = None) -> Finished:
        """Write rows and files; what was planned and not sent is cancelled, and its keys are free again."""
        self._progress.begin(Phase.RESULT)
        with self._database.session(self._actor) as session:
            if state in (RunState.CANCELLED, RunState.FAILED):
                intents.cancel_planned(session, self._run.id)
            known = intents.by_ids(session, [intent.id for intent in self._ledger.held().values()])
            readbacks = store.readbacks(session, [i.id for i in known.values() if i.kind == ENCOUNTER])
        held = Held(
            run_id=self._run.id,
            check=self._check,
            intents={intent.natural_key: intent for intent in known.values()},
            readbacks=readbacks,
        )
        reckoning = Reckoning(self._prepared, self._intended, self._patients, held)
        rows = reckoning.rows()
        write_outputs(self._execution, self._params, self._prepared, rows)
        self._keep_calls()
        result = summarise(
            self._execution, self._params, self._prepared, reckoning, rows, self._directory, self._account, self._began
        )
        return Finished(state=state, result=result, error=error)

    def _count_call(self, operation: str, outcome: str) -> None:
        with self._guard:
            self._calls[(operation, outcome)] += 1

    def _keep_calls(self) -> None:
        with self._guard:
            counted, self._calls = self._calls, Counter()
        with self._database.session(self._actor) as session:
            calls.add(session, self._run.id, self._run.client_id, counted)


def _urgency(visit: Visit) -> tuple[str, str]:
    return visit.dos.isoformat(), visit.practice

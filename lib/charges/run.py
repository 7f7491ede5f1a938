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

from lib.charges import store
from lib.charges.model import Visit
from lib.charges.outputs import Reckoned, summarise, write_outputs
from lib.charges.params import ChargesParams, Mode
from lib.charges.planning.directory import Directory
from lib.charges.planning.intend import ENCOUNTER, PAYMENT, IntendedVisit, intend_visit, unshown_visit
from lib.charges.planning.paid_rows import ask_about_paid_rows
from lib.charges.planning.prepare import Prepared, plan_again, prepare, refuse_wrong_control
from lib.charges.posting.account import Account, open_account
from lib.charges.posting.charge_list import STAGE as READ_BACK
from lib.charges.posting.charge_list import ChargeList
from lib.charges.posting.hold import Hold, Verified
from lib.charges.posting.ledger import Day, RunLedger, day_of
from lib.charges.posting.look import Looker
from lib.charges.posting.post import Poster
from lib.charges.posting.progress import Phase, Progress
from lib.charges.posting.stages import Stages
from lib.charges.result_rows import Held, Reckoning
from lib.charges.sheet.workbook import EARLIER_PAYMENT
from lib.core import calls, intents
from lib.core.database import DatabaseUnavailable
from lib.core.errors import DaysheetError, Stopped
from lib.core.executor import Execution, Finished, StopReason
from lib.core.files import RunFiles
from lib.core.group_commit import GroupCommit
from lib.core.intents import Intent, IntentDraft, IntentState
from lib.core.runs import RunState
from lib.vendors.errors import (
    BadRequest,
    CustomerKeyRefused,
    LoginRefused,
    Refused,
    Throttled,
    Unavailable,
    UnexpectedReply,
    VendorError,
)
from lib.vendors.tebra.model import Patient, Practice

#: Threads a stage: enough to keep the vendor's shortest gap busy with replies that take two seconds.
THREADS = {"verify": 8, "payments": 6, "encounters": 6, READ_BACK: 3}
#: How often a write that is provably absent is sent again before it is left as not sent.
MOST_ROUNDS = 5
#: Patients in a row that Tebra may fail to show before the run gives up.
MOST_NOT_SHOWN = 3
_LAST = ("~", "")


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
        #: Rows whose Payment ID names a payment that this account's ledger holds.
        self._paid_rows: dict[int, Intent] = {}
        self._not_shown_in_a_row = 0
        self._prepared: Prepared
        self._account: Account | None = None
        self._directory: Directory | None = None
        self._charge_list: ChargeList | None = None
        self._hold: Hold
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
            self._execution.login_refused = isinstance(error, LoginRefused | CustomerKeyRefused)
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
        self._hold = Hold(self._run, account.name, self._ledger, check=self._check)
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
            self._charge_list = ChargeList(self._execution, account, self._ledger, self._progress, self._stages)
            self._begin_verifying()
            self._stages.drain()
            if not self._check:
                looker = Looker(self._execution, account, self._ledger, self._progress)
                self._settle_all(looker)
                self._charge_list.read_rest(looker.charges)

    def _take_up(self, account: Account) -> None:
        """What an earlier attempt left: calls in flight become unknown; refusals and verified patients stay."""
        with self._database.session(self._actor) as session:
            # We hold the run's lock: nobody else is at what is marked as being sent.
            intents.orphans_to_unknown(session, self._run.id, call_seconds=account.call_seconds)
            self._hold.refused = {
                i.natural_key: i for i in intents.of_run(session, self._run.id) if i.state is IntentState.REFUSED
            }
            self._patients = store.patients(session, self._run.id)
            earlier = {row.number: row.text(EARLIER_PAYMENT) for row in self._prepared.sheet.rows}
            ids = {payment_id for payment_id in earlier.values() if payment_id}
            posted = intents.by_vendor_ids(session, account=account.name, kind=PAYMENT, vendor_ids=ids)
            self._paid_rows = {number: posted[paid] for number, paid in earlier.items() if paid in posted}

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
        try:
            patient = self._patients[patient_id] if known else self._account.client.get_patient(patient_id)
        except (Refused, BadRequest, UnexpectedReply, Unavailable) as error:
            self._patient_not_shown(visits, error)
            return
        with self._guard:
            self._not_shown_in_a_row = 0
        intended = [self._intend(visit, patient) for visit in visits]
        verified = Verified(patient_id=patient_id, patient=patient, known=known, visits=intended)
        self._ledger.hold(self._commits.join(self._hold.keep_verified, verified))
        with self._guard:
            self._patients[patient_id] = patient
            self._intended += intended
        self._progress.done(Phase.VERIFY)
        for visit in intended:
            self._send_visit(visit)

    def _intend(self, visit: Visit, patient: Patient | None) -> IntendedVisit:
        assert self._directory is not None
        intended = intend_visit(visit, patient, self._directory, post_date=self._params.post_date)
        return ask_about_paid_rows(intended, self._paid_rows)

    def _patient_not_shown(self, visits: list[Visit], error: VendorError) -> None:
        """One patient whom Tebra cannot show holds back their own visits; several in a row, and Tebra is down."""
        assert self._directory is not None
        with self._guard:
            self._not_shown_in_a_row += 1
            if self._not_shown_in_a_row >= MOST_NOT_SHOWN:
                raise error
            intended = [unshown_visit(visit, self._directory, error.what) for visit in visits]
            self._intended += intended
        self._progress.done(Phase.VERIFY)
        for visit in intended:
            self._send_visit(visit)

    # Phases 2 and 3

    def _send_visit(self, visit: IntendedVisit) -> None:
        sent_encounter = False
        held = {d.natural_key: i for d in visit.drafts if (i := self._ledger.holder(d.natural_key))}
        for draft in visit.drafts if not self._hold.waits_for_person(visit, held) else ():
            intent = held.get(draft.natural_key)
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
        posted, unknown = (self._ledger.encounters_of(day, s) for s in (IntentState.POSTED, IntentState.UNKNOWN))
        if self._charge_list and posted and not unknown:
            self._charge_list.read_later(day)

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
        drafts = [
            IntentDraft(kind=i.kind, natural_key=i.natural_key, body=i.body, amount=i.amount, fingerprint=i.fingerprint)
            for i in absent
        ]
        held = self._commits.run(lambda session: self._hold.plan(session, drafts))
        self._ledger.hold(held.values())
        for intent in held.values():
            if intent.kind == ENCOUNTER:
                self._ledger.expect_encounter(day_of(intent))
            if self._ledger.ours(intent) and intent.state is IntentState.PLANNED:
                self._send(intent)

    # The end

    def _finish(self, state: RunState, *, error: str | None = None) -> Finished:
        """Write rows and files; what was planned and not sent is cancelled, and its keys are free again."""
        self._progress.begin(Phase.RESULT)
        with self._database.session(self._actor) as session:
            if state in (RunState.CANCELLED, RunState.FAILED):
                intents.cancel_planned(session, self._run.id)
            ours = intents.of_run(session, self._run.id)
        if self._directory is None and ours:
            # This attempt learned nothing new; rows and files of the one before it stay as they are.
            return Finished(state=state, result=None, error=error)
        self._intend_unreached()
        held = self._held_now(ours)
        reckoning = Reckoning(self._prepared, self._intended, self._patients, held)
        rows = reckoning.rows()
        failed_rows = write_outputs(self._execution, self._params, self._prepared, rows)
        self._keep_calls()
        result = summarise(
            self._execution,
            self._params,
            self._prepared,
            Reckoned(reckoning=reckoning, rows=rows, failed_rows=failed_rows),
            self._directory,
            self._account,
            began=self._began,
        )
        result["warnings"] += [
            f"The charges of {day[1]:%b %-d, %Y} could not be read back: {why}"
            for day, why in (self._charge_list.unread if self._charge_list else {}).items()
        ]
        return Finished(state=state, result=result, error=error)

    def _intend_unreached(self) -> None:
        """What the visits that this attempt did not reach would send, as far as their patients are known."""
        if self._directory is None:
            return
        reached = {visit.visit.rows for visit in self._intended}
        for visit in self._prepared.plan.visits:
            if visit.rows not in reached and visit.patient_id in self._patients:
                self._intended.append(self._intend(visit, self._patients[visit.patient_id]))

    def _held_now(self, ours: Sequence[Intent]) -> Held:
        """Who holds each natural key of the sheet now; of a key that nobody holds, this run's latest intent."""
        drafts = [draft for visit in self._intended for draft in visit.drafts]
        latest = {intent.natural_key: intent for intent in ours}
        with self._database.session(self._actor) as session:
            held = latest | (self._hold.holders(session, drafts) if drafts else {})
            readbacks = store.readbacks(session, [i.id for i in held.values() if i.kind == ENCOUNTER])
        return Held(run_id=self._run.id, check=self._check, intents=held, readbacks=readbacks)

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

"""What a run keeps while it asks: answers, rows that are settled by them, and windows as far as they were read.

Everything that came with one reply is kept in one transaction, so that a kill loses a reply or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from lib.claim_status import store
from lib.claim_status.model import ClaimAnswer, ClaimAsked, Outcome, Patient
from lib.claim_status.params import ClaimStatusParams
from lib.claim_status.payers.registry import Payer
from lib.claim_status.planning.limits import Window
from lib.claim_status.progress import Progress
from lib.claim_status.questions import Questions
from lib.claim_status.store import AskedWindow, Place, Undetailed
from lib.core.executor import Execution


class Book:
    """The book of one run at one payer."""

    def __init__(self, execution: Execution, params: ClaimStatusParams, payer: Payer, progress: Progress) -> None:
        self._execution = execution
        self.params = params
        self.payer = payer
        self._progress = progress
        self._run_id, self._client_id = execution.run.id, execution.run.client_id

    def check_stop(self) -> None:
        """Raise Stopped when the run has to stop."""
        self._execution.check_stop()

    def windows(self, place: Place) -> list[AskedWindow]:
        """The windows of a place that this run has asked for."""
        with self._execution.database.session(self._execution.actor) as session:
            return store.read_windows(session, self._run_id, self.params.round, place)

    def asked(self, window: Window) -> AskedWindow:
        """A window of which nothing was read yet."""
        return AskedWindow(
            first=window.first,
            last=window.last,
            patient=self.digest(window.patient),
            pages=0,
            days={},
            next_page="",
            overflowed=False,
        )

    def digest(self, patient: Patient | None) -> str:
        """A patient as a window names them: the same within the run, and no name."""
        if patient is None:
            return ""
        told = f"{self._run_id}\n{patient.first_name}\n{patient.last_name}\n{patient.date_of_birth}"
        return hashlib.sha256(told.upper().encode()).hexdigest()[:32]

    def keep_page(self, questions: Questions, window: AskedWindow, answers: Sequence[ClaimAnswer]) -> None:
        """Keep a page of a window: what it says, the rows that it answers, and where the window goes on."""
        self._keep(questions, answers, window)

    def keep(self, questions: Questions, answers: Sequence[ClaimAnswer]) -> None:
        """Keep answers that belong to no window, and settle the rows that they are about."""
        self._keep(questions, answers, None)

    def not_found(self, questions: Questions, rows: Iterable[ClaimAsked]) -> None:
        """Answer rows about which the payer was asked and said nothing."""
        answers = {
            asked.claim_number: ClaimAnswer(
                claim_number=asked.claim_number, account_number="", outcome=Outcome.NOT_FOUND, status="not found"
            )
            for asked in rows
        }
        self._keep(questions, list(answers.values()), None)

    def fail(self, questions: Questions, rows: Iterable[ClaimAsked], said: str) -> None:
        """Close rows that could not be answered."""
        closed = list(rows)
        questions.close(closed)
        with self._execution.database.session(self._execution.actor) as session:
            store.fail_rows(session, self._run_id, {asked.row: said for asked in closed})
        self._progress.settled(len(closed))

    def undetailed(self, place: Place) -> list[Undetailed]:
        """Refused claims of this batch whose reasons are still to be asked for; none where nobody wants them."""
        if not self.params.reasons or not self.payer.details:
            return []
        with self._execution.database.session(self._execution.actor) as session:
            found = store.undetailed(session, self._run_id, place, self.payer.details)
        self._progress.details_wanted(len(found))
        return found

    def keep_reasons(self, claim: Undetailed, reasons: Sequence[str], checks: Sequence[str]) -> None:
        """Keep why a claim was refused."""
        with self._execution.database.session(self._execution.actor) as session:
            store.add_reasons(session, claim.answer_id, reasons, checks)
        self._progress.detailed()

    def _keep(self, questions: Questions, answers: Sequence[ClaimAnswer], window: AskedWindow | None) -> None:
        with self._execution.database.session(self._execution.actor) as session:
            kept: Mapping[str, int] = store.keep_answers(session, self._client_id, questions.place, answers)
            matched = questions.match(answers)
            store.settle_rows(session, self._run_id, {row: kept[number] for row, number in matched.items()})
            if window is not None:
                store.put_window(session, self._run_id, self._client_id, self.params.round, questions.place, window)
        self._progress.settled(len(matched))

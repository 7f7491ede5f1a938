"""The long work of a batch: rows find their practice and days, what is known answers some, the payer the others.

    rows ─► practice, days ─► known lately? ─► asked by place (tax id, payer id) ─► result files

Every reply is kept before the next question, so the run can be stopped, killed and taken up anywhere.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from lib.claim_status import store
from lib.claim_status.book import Book
from lib.claim_status.model import ClaimAsked
from lib.claim_status.outputs import write_results
from lib.claim_status.own_claims import own_claims
from lib.claim_status.params import FINAL_DAYS, OTHER_DAYS, ClaimStatusParams
from lib.claim_status.payers.adapter import Adapter, open_payer
from lib.claim_status.payers.registry import payer_named
from lib.claim_status.planning.limits import earliest_day
from lib.claim_status.practices import PayerPractice, read_practices
from lib.claim_status.progress import Progress
from lib.claim_status.questions import Questions, group
from lib.core import calls
from lib.core.errors import DaysheetError, Stopped
from lib.core.executor import Execution, Finished, StopReason
from lib.core.runs import RunState
from lib.vendors.errors import LoginRefused

_LOG = logging.getLogger(__name__)
_CANCELLED = "The batch was cancelled before this row was asked for."


def execute_claim_status(execution: Execution) -> Finished:
    """Execute a batch: answer every row, or close it with a sentence."""
    return ClaimStatusRun(execution).work()


class ClaimStatusRun:
    """One attempt at a batch."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution
        self._run = execution.run
        self._params = ClaimStatusParams.model_validate(execution.run.params)
        self._payer = payer_named(self._params.payer)
        self._progress = Progress()
        execution.report = self._progress.report

    def work(self) -> Finished:
        """Go through the rows; whatever stops the run, its result tells what became of each."""
        adapter: Adapter | None = None
        try:
            adapter = open_payer(self._execution, self._payer)
            self._ask(adapter)
        except Stopped:
            if self._execution.stop_reason is not StopReason.CANCEL:
                raise
            self._close_open(_CANCELLED)
            return self._finish(RunState.CANCELLED)
        except LoginRefused as refused:
            self._execution.login_refused = True
            _LOG.warning("login refused, the batch is stopped", extra={"run": self._run.id})
            said = (
                f"{refused.what} Correct it with python -m jobs connect {self._payer.code}, then ask for the failed "
                "rows again: nothing more was asked, so that the account is not locked."
            )
            self._close_open(said)
            return self._finish(RunState.FAILED, error=said)
        finally:
            if adapter is not None:
                adapter.keep_calls()
        return self._finish(RunState.FINISHED)

    def _ask(self, adapter: Adapter) -> None:
        pending = self._pending()
        self._progress.rows(len(pending))
        placed = self._place(pending)
        left = self._without_known(placed)
        book = Book(self._execution, self._params, self._payer, self._progress)
        for questions in self._grouped(left):
            self._execution.check_stop()
            adapter.ask(questions, book)
            adapter.keep_calls()

    def _grouped(self, left: dict[int, tuple[ClaimAsked, PayerPractice]]) -> list[Questions]:
        """What is to be asked, by place; a place whose rows are all answered may still lack reasons."""
        grouped = group({row: of for row, (_, of) in left.items()}, [asked for asked, _ in left.values()])
        known = {(each.place.tin, each.place.payer_id) for each in grouped}
        with self._execution.database.session(self._execution.actor) as session:
            others = store.places_of(session, self._run.id) - known
            practices = read_practices(session, self._run.client_id)
        return grouped + [
            Questions(practice, ())
            for practice in practices
            if practice.payer == self._payer.code and (practice.tin, practice.payer_id) in others
        ]

    def _pending(self) -> list[ClaimAsked]:
        with self._execution.database.session(self._execution.actor) as session:
            return store.pending_rows(session, self._run.id)

    def _place(self, pending: list[ClaimAsked]) -> dict[int, tuple[ClaimAsked, PayerPractice]]:
        """The rows that can be asked for, each with its practice; the others are closed with what they lack."""
        with self._execution.database.session(self._execution.actor) as session:
            practices = [
                practice
                for practice in read_practices(session, self._run.client_id)
                if practice.payer == self._payer.code
            ]
            own = own_claims(session, self._run.client_id, [asked.claim_number for asked in pending])
            placed: dict[int, tuple[ClaimAsked, PayerPractice]] = {}
            faults: dict[int, str] = {}
            for asked in pending:
                known = own.get(asked.claim_number)
                if known and asked.first_service_date is None:
                    asked = replace(asked, first_service_date=known.first_day, last_service_date=known.last_day)
                practice = _practice_of(asked, known.practice if known else "", practices)
                if isinstance(practice, str):
                    faults[asked.row] = practice
                elif fault := self._fault(asked):
                    faults[asked.row] = fault
                else:
                    placed[asked.row] = (asked, practice)
            store.fail_rows(session, self._run.id, faults)
            store.place_rows(session, self._run.id, [(asked, of.tin, of.payer_id) for asked, of in placed.values()])
        self._progress.settled(len(faults))
        return placed

    def _fault(self, asked: ClaimAsked) -> str:
        missing = self._payer.missing(asked)
        if self._params.scan and self._payer.by_windows:
            missing = [name for name in missing if name != "first service date"]
        if missing:
            return f"{self._payer.title} cannot be asked without {' and '.join(missing)}."
        day = asked.first_service_date
        if day is None:
            return ""
        earliest = earliest_day(self._params.today, self._payer.limits)
        if day < earliest:
            return f"{self._payer.title} tells of services since {earliest:%m/%d/%Y} only."
        return "The first service date lies in the future." if day > self._params.today else ""

    def _without_known(
        self, placed: dict[int, tuple[ClaimAsked, PayerPractice]]
    ) -> dict[int, tuple[ClaimAsked, PayerPractice]]:
        """The rows that what is known lately does not answer; the others are settled."""
        if self._params.forced:
            return placed
        now = datetime.now(UTC)
        with self._execution.database.session(self._execution.actor) as session:
            settled = store.settle_from_kept(
                session,
                self._run.id,
                self._payer.code,
                final_since=now - timedelta(days=FINAL_DAYS),
                other_since=now - timedelta(days=OTHER_DAYS),
            )
            open_rows = {asked.row for asked in store.pending_rows(session, self._run.id)} if settled else set(placed)
        self._progress.settled(settled)
        return {row: each for row, each in placed.items() if row in open_rows}

    def _close_open(self, said: str) -> None:
        with self._execution.database.session(self._execution.actor) as session:
            open_rows = store.pending_rows(session, self._run.id)
            store.fail_rows(session, self._run.id, {asked.row: said for asked in open_rows})

    def _finish(self, state: RunState, *, error: str | None = None) -> Finished:
        execution = self._execution
        with execution.database.session(execution.actor) as session:
            sums = store.sums(session, self._run.id)
            sent = {each.operation: each.sent for each in calls.of_run(session, self._run.id)}
        outcomes = {str(each.outcome): 0 for each in sums if each.outcome}
        for each in sums:
            if each.outcome:
                outcomes[str(each.outcome)] += each.rows
        total = sum(each.rows for each in sums)
        failed = sum(each.rows for each in sums if each.state == "failed")
        try:
            write_results(execution, self._run)
        except OSError as problem:
            raise DaysheetError(
                f"The result could not be written ({problem.strerror}).", fix="See that the disk has room."
            ) from problem
        return Finished(
            state=state,
            error=error,
            result={
                "payer": self._payer.code,
                "rows_total": total,
                "rows_processed": sum(each.rows for each in sums if each.state != "pending"),
                "success": sum(each.rows for each in sums if each.state == "answered"),
                "failure": failed,
                "from_cache": sum(each.from_cache for each in sums),
                "outcomes": outcomes,
                "charged": str(sum(each.charged for each in sums)),
                "paid": str(sum(each.paid for each in sums)),
                "calls": sent,
                "notes": list(self._params.notes),
            },
        )


def _practice_of(asked: ClaimAsked, own_practice: str, practices: list[PayerPractice]) -> PayerPractice | str:
    """The practice that a row is asked for, or what stands in the way."""
    active = [practice for practice in practices if practice.active]
    if asked.practice_tin:
        found = [practice for practice in practices if practice.tin == asked.practice_tin]
        if not found:
            return "Its practice is not mapped to this payer. Map its tax id on the Claim status page."
        usable = [practice for practice in found if practice.active]
        return usable[0] if usable else "Its practice's mapping to this payer is switched off."
    if own_practice:
        named = [practice for practice in active if practice.practice.casefold() == own_practice.casefold()]
        if named:
            return named[0]
    if len({practice.tin for practice in active}) == 1:
        return active[0]
    if not active:
        return "No practice of this client is mapped to this payer. Map one on the Claim status page."
    return "The row names no practice tax id, and the client has several practices. Add the column practice_tin."

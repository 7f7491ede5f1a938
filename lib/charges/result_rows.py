"""What became of every row: its outcome, the values of the output columns, and the sums of the run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lib.charges.model import CheckedRow, Outcome, Problem, Severity
from lib.charges.planning.intend import ENCOUNTER, PAYMENT, IntendedVisit
from lib.charges.planning.prepare import Prepared
from lib.charges.store import ReadBack, RowRecord
from lib.core.intents import Intent, IntentDraft, IntentState
from lib.vendors.tebra.model import Patient

Value = str | Decimal | date | None

#: From bad to good: a row is as well off as the worst of its writes.
_WORST_FIRST = (
    Outcome.NEEDS_PERSON,
    Outcome.REFUSED,
    Outcome.NOT_SENT,
    Outcome.READY,
    Outcome.POSTED,
    Outcome.ALREADY_POSTED,
)
#: Outcomes that leave nothing to do.
DONE = frozenset({Outcome.POSTED, Outcome.ALREADY_POSTED, Outcome.VERIFIED, Outcome.READY})


@dataclass(frozen=True, kw_only=True, slots=True)
class RowResult:
    """A row with what became of it; `values` fills the output columns, by their keys."""

    record: RowRecord
    values: dict[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What the ledger knows when the rows are reckoned up: intents by natural key, read-backs by intent id."""

    run_id: str
    #: In a check, a write that nobody holds is ready rather than not sent.
    check: bool
    intents: Mapping[str, Intent] = field(default_factory=dict)
    readbacks: Mapping[str, ReadBack] = field(default_factory=dict)

    def outcome_of(self, draft: IntentDraft) -> Outcome:
        """What became of one write."""
        intent = self.intents.get(draft.natural_key)
        if intent is None:
            return Outcome.READY if self.check else Outcome.NOT_SENT
        ours = intent.run_id == self.run_id
        if intent.state is IntentState.POSTED:
            if intent.fingerprint != draft.fingerprint:
                return Outcome.NEEDS_PERSON
            return Outcome.POSTED if ours else Outcome.ALREADY_POSTED
        if intent.state is IntentState.REFUSED:
            return Outcome.REFUSED
        if intent.state in (IntentState.UNKNOWN, IntentState.SENDING) or not ours:
            return Outcome.NEEDS_PERSON
        return Outcome.NOT_SENT


class Reckoning:
    """Brings together what the check, Tebra's patients and the ledger say, row by row."""

    def __init__(
        self,
        prepared: Prepared,
        visits: Iterable[IntendedVisit],
        patients: Mapping[str, Patient | None],
        held: Held,
    ) -> None:
        self._prepared = prepared
        self._patients = patients
        self._held = held
        self._visits: dict[int, IntendedVisit] = {}
        self._writes: dict[int, dict[str, IntentDraft]] = defaultdict(dict)
        self._problems: dict[int, list[Problem]] = defaultdict(list)
        self._blocked: set[int] = set()
        self._first_row = {number: visit.rows[0] for visit in prepared.plan.visits for number in visit.rows}
        self._take_problems()
        for visit in visits:
            self._take_visit(visit)

    def rows(self) -> list[RowResult]:
        """One result a row, in sheet order; a row whose visit was never reached is not sent."""
        return [
            self._row(checked, {key: cell.text for key, cell in sheet_row.cells.items()})
            for checked, sheet_row in zip(self._prepared.rows, self._prepared.sheet.rows, strict=True)
        ]

    def sums(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Payments and encounters by what became of them: count, total in dollars, practice days."""
        drafts = {d.natural_key: d for writes in self._writes.values() for d in writes.values()}
        found: dict[str, dict[str, dict[str, Any]]] = {"payments": {}, "encounters": {}}
        days: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for draft in drafts.values():
            outcome = self._held.outcome_of(draft)
            amount = draft.amount if draft.kind == PAYMENT else self._charge(draft)
            of_kind = found["payments" if draft.kind == PAYMENT else "encounters"]
            entry = of_kind.setdefault(outcome.value, {"count": 0, "total": Decimal("0.00")})
            entry["count"] += 1
            entry["total"] += amount or Decimal("0.00")
            if draft.kind == ENCOUNTER:
                days[outcome.value].add((draft.body["practice_id"], draft.body["dos"]))
        for outcome_name, practice_days in days.items():
            found["encounters"][outcome_name]["days"] = len(practice_days)
        return found

    def _take_problems(self) -> None:
        for checked in self._prepared.rows:
            self._problems[checked.number] += checked.problems
            if checked.blocked:
                self._blocked.add(checked.number)
        for problem in self._prepared.plan.problems:
            self._problems[problem.row].append(problem)
        for visit in self._prepared.plan.visits:
            if visit.blocked:
                self._blocked.update(visit.rows)

    def _take_visit(self, visit: IntendedVisit) -> None:
        for number in visit.visit.rows:
            self._visits[number] = visit
        for problem in visit.problems:
            self._problems[problem.row].append(problem)
        if visit.blocked:
            self._hold_back(visit)
            return
        for payment, draft in visit.payments:
            for number in payment.rows:
                self._writes[number][PAYMENT] = draft
        if visit.encounter and visit.visit.encounter:
            for number in visit.visit.encounter.rows:
                self._writes[number][ENCOUNTER] = visit.encounter

    def _hold_back(self, visit: IntendedVisit) -> None:
        wrong = {p.row for p in visit.problems if p.severity is Severity.ERROR}
        for number in visit.visit.rows:
            self._blocked.add(number)
            if number not in wrong and not self._has_error(number):
                self._problems[number].append(
                    Problem(
                        row=number,
                        column="",
                        value="",
                        what="Held back: another row of the same visit has an error.",
                        fix="Correct that, and this row goes with it.",
                    )
                )

    def _row(self, checked: CheckedRow, cells: dict[str, str]) -> RowResult:
        number = checked.number
        outcome = self._outcome(number)
        problems = [*self._problems[number], *self._ledger_problems(number, outcome)]
        payment, encounter = (self._intent(number, kind) for kind in (PAYMENT, ENCOUNTER))
        record = RowRecord(
            number=number,
            cells=cells,
            visit=self._first_row.get(number),
            problems=tuple(problems),
            outcome=outcome,
            payment_intent_id=payment.id if payment else None,
            encounter_intent_id=encounter.id if encounter else None,
        )
        return RowResult(record=record, values=self._values(checked, outcome, problems))

    def _outcome(self, number: int) -> Outcome:
        if number in self._blocked:
            return Outcome.BLOCKED
        visit = self._visits.get(number)
        if visit is None:
            return Outcome.NOT_SENT
        writes = self._writes[number].values()
        if not writes:
            return Outcome.VERIFIED
        return min((self._held.outcome_of(draft) for draft in writes), key=_WORST_FIRST.index)

    def _intent(self, number: int, kind: str) -> Intent | None:
        draft = self._writes[number].get(kind)
        return self._held.intents.get(draft.natural_key) if draft else None

    def _has_error(self, number: int) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self._problems[number])

    def _charge(self, draft: IntentDraft) -> Decimal | None:
        intent = self._held.intents.get(draft.natural_key)
        read = self._held.readbacks.get(intent.id) if intent else None
        return read.amount if read else None

    def _ledger_problems(self, number: int, outcome: Outcome) -> list[Problem]:
        if outcome is Outcome.NOT_SENT:
            return [self._not_sent(number)]
        problems: list[Problem] = []
        for draft in self._writes[number].values():
            intent = self._held.intents.get(draft.natural_key)
            if intent is None:
                continue
            what_became = self._held.outcome_of(draft)
            if what_became is Outcome.REFUSED:
                problems += self._refusals(number, draft, intent)
            elif what_became is Outcome.NEEDS_PERSON:
                problems.append(self._for_a_person(number, draft, intent))
        return problems

    def _not_sent(self, number: int) -> Problem:
        """Why something of the row was not sent."""
        visit = self._visits.get(number)
        waiting = [d for d in visit.drafts if self._held.outcome_of(d) is Outcome.NEEDS_PERSON] if visit else []
        if waiting:
            return _told(
                number,
                f"Not sent: the {waiting[0].kind} of this visit waits for a person.",
                "Settle that first, then upload the row again.",
            )
        missing = [
            draft.kind for draft in self._writes[number].values() if self._held.outcome_of(draft) is Outcome.NOT_SENT
        ]
        what = " and ".join(f"its {kind}" for kind in missing) or "this row"
        return _told(number, f"Not sent: the run stopped before {what}.", "Resume the run, or upload the row again.")

    def _refusals(self, number: int, draft: IntentDraft, intent: Intent) -> list[Problem]:
        encounter = self._visits[number].visit.encounter
        rows = encounter.rows if encounter and draft.kind == ENCOUNTER else (number,)
        mine, others = [], []
        for told in intent.problems:
            line = told.get("line")
            row = rows[line - 1] if line and line <= len(rows) else None
            if row in (None, number):
                mine.append(
                    Problem(
                        row=number,
                        column=told.get("field", ""),
                        value=told.get("value", ""),
                        what=f"Tebra refused this {draft.kind}: {told.get('message') or 'no reason given'}",
                        fix="Correct it, then upload the failed rows again.",
                    )
                )
            else:
                others.append(row)
        if mine or not others:
            return mine or [_told(number, f"Tebra refused this {draft.kind} without a reason.", "Try it in Tebra.")]
        return [
            _told(
                number,
                f"Tebra refused the encounter because of row {others[0]}.",
                "Correct that row, then upload the failed rows again.",
            )
        ]

    def _for_a_person(self, number: int, draft: IntentDraft, intent: Intent) -> Problem:
        if intent.state is IntentState.POSTED:
            return _told(
                number,
                f"Run {intent.run_id} posted encounter {intent.vendor_id} for this patient, DOS and provider, "
                "with other lines.",
                "Add or correct the lines in Tebra by hand; nothing was sent.",
            )
        if intent.run_id != self._held.run_id:
            return _told(
                number,
                f"Run {intent.run_id} is at this {draft.kind} ({intent.state}).",
                f"Look at run {intent.run_id}; upload this row again only if it did not post it.",
            )
        return _told(
            number,
            f"Nobody knows whether Tebra took this {draft.kind} (intent {intent.id}). {intent.evidence or ''}".strip(),
            "Decide it on the Runs page; do not upload the row again before.",
        )

    def _values(self, checked: CheckedRow, outcome: Outcome, problems: list[Problem]) -> dict[str, Value]:
        number = checked.number
        patient = self._patients.get(checked.row.patient_id if checked.row else checked.patient_id)
        visit = self._visits.get(number)
        coverage = visit.coverage if visit else None
        payment, encounter = self._intent(number, PAYMENT), self._intent(number, ENCOUNTER)
        values: dict[str, Value] = {
            "patient_name": patient.full_name or f"{patient.first_name} {patient.last_name}".strip()
            if patient
            else None,
            "dob": patient.dob if patient else None,
            "insurance": coverage.insurance if coverage else None,
            "insurance_id": coverage.policy_number if coverage else None,
            "insurance_status": coverage.status.value if coverage else None,
            "error": " ".join(p.sentence for p in problems if p.severity is Severity.ERROR) or None,
        }
        if ENCOUNTER in self._writes[number]:
            values |= self._encounter_values(number, self._writes[number][ENCOUNTER], encounter)
        if PAYMENT in self._writes[number]:
            values["payment_id"] = payment.vendor_id if payment else None
            values["payment_status"] = self._status(self._writes[number][PAYMENT], payment)
        return values

    def _encounter_values(self, number: int, draft: IntentDraft, intent: Intent | None) -> dict[str, Value]:
        read = self._held.readbacks.get(intent.id) if intent else None
        encounter = self._visits[number].visit.encounter
        # The encounter's total stands once, so that the column adds up (specification, phase 3).
        first = encounter is not None and number == encounter.rows[0]
        posted = self._held.outcome_of(draft) in (Outcome.POSTED, Outcome.ALREADY_POSTED)
        return {
            "encounter_id": intent.vendor_id if intent else None,
            "charge_amount": read.amount if read and first else None,
            "charge_status": self._charge_status(draft, intent, read if posted else None),
        }

    def _charge_status(self, draft: IntentDraft, intent: Intent | None, read: ReadBack | None) -> str:
        status = self._status(draft, intent)
        if read is None:
            return status
        earlier = self._held.outcome_of(draft) is Outcome.ALREADY_POSTED
        return f"{read.status} ({status[0].lower()}{status[1:]})" if earlier else read.status

    def _status(self, draft: IntentDraft, intent: Intent | None) -> str:
        outcome = self._held.outcome_of(draft)
        if outcome is Outcome.ALREADY_POSTED and intent:
            return f"Already posted by run {intent.run_id}"
        return outcome.value.capitalize()


def count_outcomes(rows: Iterable[RowResult]) -> dict[str, int]:
    """Rows by outcome, only outcomes that occur."""
    counts = Counter(row.record.outcome.value for row in rows)
    return {outcome.value: counts[outcome.value] for outcome in Outcome if counts[outcome.value]}


def _told(number: int, what: str, fix: str) -> Problem:
    return Problem(row=number, column="", value="", what=what, fix=fix)

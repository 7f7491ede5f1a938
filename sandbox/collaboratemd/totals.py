"""Control totals of a report, straight from the world's events: what its rows, however written, must add up to.

Nothing here reads a standing, a page or a CSV: events are laid out one after the other and added up.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from sandbox.collaboratemd.pages import ReportOrder
from sandbox.world.claim_codes import DENIAL_REASONS
from sandbox.world.days import NEVER, Flags, Month, date_of, day_number
from sandbox.world.life import BUCKETS, LifeBatch, OfficeLife
from sandbox.world.time_sheets import keep_time


@dataclass(kw_only=True)
class ControlTotals:
    """How many rows a report has, and the sum of each of its money columns, in dollars."""

    rows: int = 0
    cents: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def money(self) -> dict[str, Decimal]:
        """The sums by normalised column name."""
        return {column: Decimal(cents).scaleb(-2) for column, cents in self.cents.items()}

    def add(self, column: str, cents: np.ndarray) -> None:
        """Add amounts to a column."""
        self.cents[column] += int(cents.sum())


def totals(life: OfficeLife, order: ReportOrder) -> ControlTotals:
    """The control totals of a report of an account as of a day, through its filter."""
    found = ControlTotals(cents=defaultdict(int, {c.name: 0 for c in order.columns if c.kind == "money"}))
    if order.report == "user_time_spread":
        found.rows = _count_time_entries(life, order)
        return found
    for batch in life.batches(order.account, up_to=order.as_of):
        ledger = _Ledger(batch, day_number(order.as_of), order.since)
        extra = ("charge_amount",) if order.extended else ()
        match order.report:
            case "gross_billing" | "rev_rec_charges":
                ledger.count_lines(found, ledger.entered & (ledger.entry >= order.since), "charge_amount")
            case "ar_aging":
                ledger.count_lines(found, ledger.entered & (ledger.balance != 0), *_BALANCES, *_PAYMENTS, *extra)
            case "charges_on_hold":
                ledger.count_lines(found, ledger.entered & ledger.held, "charge_amount")
            case "claim_stage_breakdown":
                shown = ledger.entered & ((ledger.balance != 0) | ledger.of_unfinished_claims())
                ledger.count_lines(found, shown, "charge_amount", *_BALANCES)
            case "pdr3_calculator":
                ledger.count_lines(found, ledger.recent_institutional(), *_PATIENT_DAY_COLUMNS)
            case "payment_trends" | "rev_rec_payments" | "quadrant_performance":
                ledger.count_payments(found, order)
            case "write_off_trends":
                ledger.count_adjustments(found, extended=order.extended)
            case "denial_trends":
                ledger.count_denials(found)
            case "rcm_productivity":
                ledger.count_work(found)
            case _:
                raise KeyError(order.report)
    return found


_BALANCES = (
    "charge_balance",
    "charge_balance_due_ins",
    "charge_balance_due_other",
    "charge_balance_due_pat",
    "charge_balance_at_collections",
)
_PAYMENTS = ("charge_insurance_payments", "charge_patient_payments", "charge_total_payments")
_PATIENT_DAY_COLUMNS = (
    "charge_amount",
    "payment_allowed_amount",
    "insurance_paid_amount",
    "patient_paid_amount_w_copays",
    "charge_balance_due_ins",
    "charge_balance_due_pat",
    "charge_balance_at_collections",
)


class _Ledger:
    """The events of a batch, one entry each, and what they come to by line on a day."""

    def __init__(self, batch: LifeBatch, day: int, since: int) -> None:
        self._batch, self._day, self._since = batch, day, since
        claims = batch.claims
        self.entry = claims.entered[claims.claim]
        self.entered: Flags = self.entry <= day
        self.held: Flags = ((claims.hold_start <= day) & (claims.hold_release > day))[claims.claim]
        laid_out = [(posting, np.flatnonzero(posting.entered < NEVER)) for posting in batch.postings]
        sizes = [len(lines) for _, lines in laid_out]
        self._line = np.concatenate([lines for _, lines in laid_out])
        self._entered = np.concatenate([posting.entered[lines] for posting, lines in laid_out])
        self._applied = np.concatenate([posting.applied[lines] for posting, lines in laid_out])
        self._cents = np.concatenate([posting.cents[lines] for posting, lines in laid_out])
        self._allowed = np.concatenate([posting.allowed[lines] for posting, lines in laid_out])
        self._kind = np.repeat([posting.kind for posting, _ in laid_out], sizes)
        self._bucket = np.repeat([posting.bucket for posting, _ in laid_out], sizes)
        self._to = np.repeat([posting.to or "" for posting, _ in laid_out], sizes)
        self._by_patient = np.isin(self._bucket, ("patient", "collections"))
        self._sums = self._add_up()
        self.balance = self._sums["charge_balance"]

    def _add_up(self) -> dict[str, np.ndarray]:
        claims, applied = self._batch.claims, self._applied <= self._day
        charged = np.where(self.entered, claims.cents, 0)
        insured = claims.primary[claims.claim] >= 0
        money, adjusts = np.isin(self._kind, ("payment", "refund")), self._kind == "adjustment"
        owed = {bucket: -self._by_line(applied & (self._bucket == bucket)) for bucket in BUCKETS}
        for bucket in BUCKETS:
            owed[bucket] += self._by_line(applied & (self._to == bucket))
        owed["insurance"] += np.where(insured, charged, 0)
        owed["patient"] += np.where(insured, 0, charged)
        insurance_paid = self._by_line(applied & money & ~self._by_patient)
        patient_paid = self._by_line(applied & money & self._by_patient)
        insurance_adjusted = self._by_line(applied & adjusts & ~self._by_patient)
        patient_adjusted = self._by_line(applied & adjusts & self._by_patient)
        allowed = np.zeros(len(charged), np.int64)
        come = self._entered <= self._day
        np.add.at(allowed, self._line[come], self._allowed[come])
        return {
            "charge_amount": claims.cents,
            "charge_balance": charged - insurance_paid - patient_paid - insurance_adjusted - patient_adjusted,
            "charge_balance_due_ins": owed["insurance"],
            "charge_balance_due_other": owed["other"],
            "charge_balance_due_pat": owed["patient"],
            "charge_balance_at_collections": owed["collections"],
            "charge_insurance_payments": insurance_paid,
            "charge_patient_payments": patient_paid,
            "charge_total_payments": insurance_paid + patient_paid,
            "charge_insurance_adjustments": insurance_adjusted,
            "charge_patient_adjustments": patient_adjusted,
            "charge_total_adjustments": insurance_adjusted + patient_adjusted,
            "payment_allowed_amount": allowed,
            "insurance_paid_amount": insurance_paid,
            "patient_paid_amount_w_copays": patient_paid,
        }

    def _by_line(self, chosen: Flags) -> np.ndarray:
        sums = np.zeros(self._batch.claims.line_count, np.int64)
        np.add.at(sums, self._line[chosen], self._cents[chosen])
        return sums

    def _in_window(self) -> Flags:
        return (self._entered <= self._day) & (self._entered >= self._since)

    def of_unfinished_claims(self) -> Flags:
        """Lines of claims that are held, unbilled or have a line on which somebody owes something."""
        claims = self._batch.claims
        unbilled = (claims.primary >= 0) & (claims.first_billed > self._day)
        owing = np.zeros(len(claims.id), np.bool_)
        for column in _BALANCES[1:]:
            np.logical_or.at(owing, claims.claim, self._sums[column] > 0)
        return (unbilled | owing)[claims.claim] | self.held

    def recent_institutional(self) -> Flags:
        """Institutional lines with DOS in the last three full months."""
        claims = self._batch.claims
        running = Month.of(date_of(self._day + 1))
        dos = claims.dos[claims.claim]
        in_months = (running.later(-3).first_day <= dos) & (dos < running.first_day)
        return self.entered & in_months & claims.institutional[claims.claim]

    def count_lines(self, found: ControlTotals, shown: Flags, *columns: str) -> None:
        """Lines with their sums."""
        found.rows += int(shown.sum())
        for column in columns:
            found.add(column, self._sums[column][shown])

    def count_payments(self, found: ControlTotals, order: ReportOrder) -> None:
        """Payments and refunds, those that are applied with the sums of their lines."""
        shown = np.isin(self._kind, ("payment", "refund")) & self._in_window()
        applied = shown & (self._applied <= self._day)
        found.rows += int(shown.sum())
        found.add("payment_allowed_amount", self._allowed[shown])
        found.add("payment_total_paid", self._cents[shown])
        found.add("payment_total_applied", self._cents[applied])
        found.add("payment_unapplied_amount", self._cents[shown & ~applied])
        found.add("insurance_paid_amount", self._cents[shown & ~self._by_patient])
        found.add("insurance_applied_amount", self._cents[applied & ~self._by_patient])
        found.add("patient_applied_amount", self._cents[applied & self._by_patient])
        for column in ("charge_amount", *_ADJUSTMENTS):
            found.add(column, self._sums[column][self._line[applied]])
        if order.report == "quadrant_performance":
            found.add("payment_applied_amount", self._cents[applied])
        if order.extended:
            found.add("payment_refund_amount", -self._cents[shown & (self._kind == "refund")])

    def count_adjustments(self, found: ControlTotals, *, extended: bool) -> None:
        """Adjustments, and what their remittances paid."""
        shown = (self._kind == "adjustment") & self._in_window()
        found.rows += int(shown.sum())
        for column in ("patient_total_credits", "patient_total_credits_1"):
            found.add(column, self._cents[shown])
        found.add("patient_ins_credits", self._cents[shown & ~self._by_patient])
        found.add("patient_credits", self._cents[shown & self._by_patient])
        paid: dict[tuple[int, int, str], int] = defaultdict(int)
        keys = list(zip(self._line.tolist(), self._entered.tolist(), self._bucket.tolist(), strict=True))
        for nth in np.flatnonzero(self._kind == "payment").tolist():
            paid[keys[nth]] += int(self._cents[nth])
        found.cents["payment_total_applied"] += sum(paid.get(keys[nth], 0) for nth in np.flatnonzero(shown).tolist())
        if extended:
            found.add("adjustment_amount", self._cents[shown])
            found.add("charge_amount", self._batch.claims.cents[self._line[shown]])

    def count_denials(self, found: ControlTotals) -> None:
        """Unpaid lines of remittances, each as often as it has remarks."""
        remarks = np.array([len(reason[2]) for reason in DENIAL_REASONS])
        for denials in self._batch.payers.denials:
            line = np.flatnonzero((denials.posted <= self._day) & (denials.posted >= self._since))
            known = np.minimum(denials.remarks[line], remarks[denials.reason[line] % len(remarks)])
            times = np.where(denials.is_denial[line], known, 1)
            found.rows += int(times.sum())
            found.add("charge_amount", self._batch.claims.cents[line] * times)
            found.add("insurance_paid_amount", denials.paid[line] * times)

    def count_work(self, found: ControlTotals) -> None:
        """Users of claims who noted something by the day, the last time not before the window."""
        claims, payers = self._batch.claims, self._batch.payers
        follow_up = np.full(len(claims.id), -1)
        denied = np.where(payers.first.open_cents > 0, payers.first.posted, NEVER)
        for days in (denied, payers.appealed, payers.billed_again, payers.decision_posted):
            soonest = np.full(len(claims.id), NEVER)
            np.minimum.at(soonest, claims.claim, days)
            follow_up = np.maximum(follow_up, np.where(soonest <= self._day, soonest, -1))
        again = np.where(claims.billed_again <= self._day, claims.billed_again, -1)
        entry = np.full(len(claims.id), -1)
        for days in (claims.entered, claims.hold_start, claims.hold_release, claims.first_billed):
            entry = np.maximum(entry, np.where(days <= self._day, days, -1))
        first_day = max(self._since, 0)
        for last in (entry, np.maximum(follow_up, again)):
            found.rows += int(((last >= first_day) & (claims.entered <= self._day)).sum())


_ADJUSTMENTS = ("charge_insurance_adjustments", "charge_patient_adjustments", "charge_total_adjustments")


def _count_time_entries(life: OfficeLife, order: ReportOrder) -> int:
    roster, last = life.roster(order.account), day_number(order.as_of)
    days = [keep_time(life.world.seed, roster, month).day for month in life.months]
    return sum(int(((each <= last) & (each >= order.since)).sum()) for each in days)

"""The rows of a report as of a day, page by page: one page a batch of the world's claims, as exact values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from sandbox.collaboratemd.catalog import REPORTS, Column
from sandbox.collaboratemd.filters import EVERYTHING, LAST_90_DAYS, WINDOW_DAYS
from sandbox.collaboratemd.line_columns import LINE_COLUMNS
from sandbox.collaboratemd.movement_columns import (
    ADJUSTMENT_COLUMNS,
    AR_COLUMNS,
    CHARGE_COLUMNS_OF_A_PAYMENT,
    DENIAL_COLUMNS,
    PAYMENT_COLUMNS,
    WORK_COLUMNS,
)
from sandbox.collaboratemd.names import Names
from sandbox.collaboratemd.selection import (
    ArSelection,
    Selection,
    select_adjustments,
    select_denials,
    select_lines,
    select_payments,
    select_work,
)
from sandbox.collaboratemd.values import Texts, Values, dates, integers, texts
from sandbox.world.claim_codes import TASKS
from sandbox.world.days import Month, date_of, day_number
from sandbox.world.life import ClaimStatus, OfficeLife, Standing
from sandbox.world.time_sheets import keep_time


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportOrder:
    """What is asked for: a report of an account as of the end of a day, by one of its filters."""

    account: str
    report: str
    as_of: date
    filter: str = EVERYTHING
    extended: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the answer, in order."""
        return REPORTS[self.report].columns_with(extended=self.extended)

    @property
    def since(self) -> int:
        """The first day that its filter lets through."""
        return day_number(self.as_of) - WINDOW_DAYS + 1 if self.filter == LAST_90_DAYS else 0


Page = dict[str, Values]
_Select = Callable[[Standing, Names, int], Selection]


def write_pages(life: OfficeLife, order: ReportOrder) -> Iterator[Page]:
    """The columns of the report by name, with the same number of rows each; pages without rows are left out.

    KeyError for an account or report that there is not, ValueError for a day that has not come.
    """
    if order.report == "user_time_spread":
        yield from _time_pages(life, order)
        return
    select, own = _SELECTIONS[order.report]
    roster = life.roster(order.account)
    names = Names.of(roster)
    if order.report == "ar_aging":
        select = _select_ar(life, order)
    for standing in life.standings(order.account, order.as_of):
        rows = select(standing, names, order.since)
        if len(rows.line):
            yield {column.name: _tell(column.name, rows, own) for column in order.columns}


def _tell(name: str, rows: Selection, own: Mapping[str, Callable[[Any], Values]]) -> Values:
    values = own[name](rows) if name in own else LINE_COLUMNS[name](rows)
    if own is PAYMENT_COLUMNS and name in CHARGE_COLUMNS_OF_A_PAYMENT:
        return values.blank(~rows.applied)  # ty: ignore[missing-attribute]
    return values


def _select_entered(standing: Standing, names: Names, since: int) -> Selection:
    return select_lines(standing, names, standing.entered & (standing.batch.claims.line_entered >= since))


def _select_held(standing: Standing, names: Names, since: int) -> Selection:
    return select_lines(standing, names, standing.entered & (standing.status == ClaimStatus.ON_HOLD))


def _select_stages(standing: Standing, names: Names, since: int) -> Selection:
    at_work = (standing.balance != 0) | (standing.status != ClaimStatus.PAID)
    return select_lines(standing, names, standing.entered & at_work)


def _select_patient_days(standing: Standing, names: Names, since: int) -> Selection:
    """Institutional charges of the last three full months."""
    claims = standing.batch.claims
    running = Month.of(date_of(standing.day + 1))
    dos = claims.dos[claims.claim]
    recent = (dos >= running.later(-3).first_day) & (dos < running.first_day)
    return select_lines(standing, names, standing.entered & recent & claims.institutional[claims.claim])


def _select_ar(life: OfficeLife, order: ReportOrder) -> _Select:
    """Open lines, after a first reading of the whole account for the statements of its patients."""
    count = len(life.roster(order.account).patients)
    sent = np.zeros(count, np.int32)
    for standing in life.standings(order.account, order.as_of):
        claims = standing.batch.claims
        patient = claims.patient[claims.claim]
        # A statement shows all that a patient owes, so the line with the most has the patient's number.
        owing = standing.entered & (standing.owed["patient"] > 0)
        np.maximum.at(sent, patient[owing], standing.batch.statements.sent_by(standing.day)[owing])
    on_paper = np.arange(count) % 5 < 3
    printed = np.where(on_paper, sent, np.minimum(sent, 1)).astype(np.int32)

    def select(standing: Standing, names: Names, since: int) -> Selection:
        return ArSelection(
            standing=standing,
            names=names,
            line=np.flatnonzero(standing.entered & (standing.balance != 0)).astype(np.int32),
            printed=printed,
            electronic=(sent - printed).astype(np.int32),
        )

    return select


def _time_pages(life: OfficeLife, order: ReportOrder) -> Iterator[Page]:
    roster, last = life.roster(order.account), day_number(order.as_of)
    if order.as_of > life.today:
        raise ValueError(f"{order.as_of} has not come yet; today is {life.today}.")
    for month in life.months:
        entries = keep_time(life.world.seed, roster, month)
        here = np.flatnonzero((entries.day <= last) & (entries.day >= order.since))
        if len(here):
            yield {
                "user": Texts(entries.user[here], roster.client.staff),
                "task": Texts(entries.task[here], TASKS),
                "minutes": integers(entries.minutes[here]),
                "date": dates(entries.day[here]),
                "client": texts(np.zeros(len(here)), roster.client.name),
            }


_SELECTIONS: dict[str, tuple[_Select, Mapping[str, Callable[[Any], Values]]]] = {
    "ar_aging": (_select_entered, AR_COLUMNS),
    "charges_on_hold": (_select_held, {}),
    "claim_stage_breakdown": (_select_stages, {}),
    "denial_trends": (select_denials, DENIAL_COLUMNS),
    "gross_billing": (_select_entered, {}),
    "payment_trends": (select_payments, PAYMENT_COLUMNS),
    "quadrant_performance": (select_payments, PAYMENT_COLUMNS),
    "rcm_productivity": (select_work, WORK_COLUMNS),
    "write_off_trends": (select_adjustments, ADJUSTMENT_COLUMNS),
    "pdr3_calculator": (_select_patient_days, {}),
    "rev_rec_charges": (_select_entered, {}),
    "rev_rec_payments": (select_payments, PAYMENT_COLUMNS),
}

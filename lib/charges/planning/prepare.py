"""What can be said of a sheet without asking Tebra: read, checked, planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from lib.charges.model import CheckedRow, Plan
from lib.charges.params import ChargesParams
from lib.charges.planning.names import plain_person, plain_place
from lib.charges.planning.plan import plan_visits
from lib.charges.rules import check_rows
from lib.charges.sheet.workbook import Sheet, read_workbook
from lib.charges.store import Nickname
from lib.core.errors import BadInput
from lib.core.money import dollars


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A sheet with the verdict on each of its rows, and the visits they make."""

    sheet: Sheet
    rows: tuple[CheckedRow, ...]
    plan: Plan


def prepare(path: Path, params: ChargesParams, nicknames: Iterable[Nickname]) -> Prepared:
    """Read, check and plan a workbook; raises BadInput when it cannot be used at all."""
    sheet = read_workbook(path, mapping=params.mapping)
    rows = tuple(check_rows(sheet.rows, today=params.today, timely_filing_months=params.timely_filing_months))
    return plan_again(Prepared(sheet=sheet, rows=rows, plan=plan_visits(rows, params.choices)), params, nicknames, {})


def plan_again(
    prepared: Prepared, params: ChargesParams, nicknames: Iterable[Nickname], practice_ids: dict[str, str]
) -> Prepared:
    """Plan with what names are known to mean, so that two spellings of one practice or provider meet."""
    persons = {nickname.written: nickname.name for nickname in nicknames if nickname.kind == "provider"}
    plan = plan_visits(
        prepared.rows,
        params.choices,
        practice_key=lambda written: practice_ids.get(written) or plain_place(written),
        provider_key=lambda written: plain_person(persons.get(plain_place(written), written)),
    )
    return replace(prepared, plan=plan)


def refuse_wrong_control(plan: Plan, params: ChargesParams) -> None:
    """Raise BadInput when the typed control total of payments is not what the sheet adds up to."""
    control, totals = params.control_payments, plan.totals
    if control is None or plan.decided_by_control:
        return
    answer = params.repeated_payments
    parsed = totals.each_total if answer is not None and answer.value == "each" else totals.one_total
    if control != parsed:
        raise BadInput(
            f"The sheet's patient payments add up to {dollars(parsed)}, the control total is {dollars(control)}.",
            fix="Find the difference in the sheet, or correct the control total; nothing was sent.",
        )

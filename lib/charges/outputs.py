"""What a Charges run leaves behind: its rows, its files, its summary."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from lib.charges import store
from lib.charges.model import Outcome, PaymentPart, PaymentTotals, Plan, RepeatedPayments
from lib.charges.params import ChargesParams, Mode
from lib.charges.planning.directory import Directory
from lib.charges.planning.prepare import Prepared
from lib.charges.posting.account import Account
from lib.charges.result_rows import DONE, Reckoning, RowResult, count_outcomes
from lib.charges.sheet.failed_rows import write_error_list, write_failed_rows
from lib.charges.sheet.result import ResultRow, write_result
from lib.core import calls
from lib.core.executor import Execution
from lib.core.files import RunFiles

#: Rows that are to be corrected and uploaded again; what waits for a person is not among them.
FAILED = frozenset({Outcome.BLOCKED, Outcome.REFUSED, Outcome.NOT_SENT})


def write_outputs(execution: Execution, params: ChargesParams, prepared: Prepared, rows: Sequence[RowResult]) -> int:
    """Keep the rows, write result workbook, failed rows and error list; returns how many rows the failed ones' has."""
    database, actor, run = execution.database, execution.actor, execution.run
    files = RunFiles(execution.settings)
    folder = files.folder(run.id)
    with database.session(actor) as session:
        store.replace_rows(session, run.id, run.client_id, (row.record for row in rows))
        upload = files.find(session, run.id, "upload").path
    stem = Path(params.file_name).stem
    results = [ResultRow(number=row.record.number, values=row.values) for row in rows]
    write_result(upload, results, folder / "result.xlsx", mapping=params.mapping)
    word = "result" if params.mode is Mode.RUN else "check"
    made = [("result", f"{stem} - {word}.xlsx", folder / "result.xlsx")]
    failed = _failed_rows(prepared.plan, rows)
    if failed:
        write_failed_rows(upload, failed, folder / "failed_rows.xlsx", results, mapping=params.mapping)
        made.append(("failed_rows", f"{stem} - failed rows.xlsx", folder / "failed_rows.xlsx"))
    if any(row.record.problems for row in rows):
        write_error_list((problem for row in rows for problem in row.record.problems), folder / "errors.csv")
        made.append(("errors", f"{stem} - errors.csv", folder / "errors.csv"))
    with database.session(actor) as session:
        for role, name, path in made:
            files.keep(session, run_id=run.id, client_id=run.client_id, role=role, name=name, made=path)
        gone = {"result", "failed_rows", "errors"} - {role for role, _, _ in made}
        files.forget(session, run.id, gone)
    for role in gone:
        for path in folder.glob(f"{role}.*"):
            os.unlink(path)
    return len(failed)


def _failed_rows(plan: Plan, rows: Sequence[RowResult]) -> list[int]:
    """The rows that failed, and with them those of the same encounter and those that carry an equal payment.

    Equal payments are told apart by their order in the sheet; uploaded alone, the second would be taken for the first.
    An encounter is known by all of its lines; uploaded in part, it would be taken for another.
    """
    failed = {row.record.number for row in rows if row.record.outcome in FAILED}
    for visit in plan.visits:
        equal: dict[PaymentPart, set[int]] = {}
        for draft in visit.payments:
            if draft.equals > 1:
                equal.setdefault(draft.part, set()).update(draft.rows)
        lines = [set(visit.encounter.rows)] if visit.encounter else []
        for together in (*equal.values(), *lines):
            if together & failed:
                failed |= together
    return sorted(failed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reckoned:
    """The rows of a run reckoned up, and how many of them stand in the workbook of failed rows."""

    reckoning: Reckoning
    rows: Sequence[RowResult]
    failed_rows: int


def summarise(
    execution: Execution,
    params: ChargesParams,
    prepared: Prepared,
    reckoned: Reckoned,
    directory: Directory | None,
    account: Account | None,
    *,
    began: float,
) -> dict[str, Any]:
    """The run in figures, as JSON; money as text with two places, times in seconds (`began` by the steady clock)."""
    rows = reckoned.rows
    with execution.database.session(execution.actor) as session:
        counted = {call.operation: call for call in calls.of_run(session, execution.run.id)}
    sums = reckoned.reckoning.sums()
    totals = prepared.plan.totals
    before = (execution.run.result or {}).get("seconds", 0.0)
    sent = {operation: call.sent for operation, call in sorted(counted.items())}
    minimums = {operation: account.throttle.minimum_ms(operation) for operation in sent} if account else {}
    outcomes = count_outcomes(rows)
    return {
        "rows": outcomes,
        "rows_total": len(rows),
        "failed_rows_in_file": reckoned.failed_rows,
        "rows_done": sum(count for outcome, count in outcomes.items() if Outcome(outcome) in DONE),
        "payments": _texts(sums["payments"]),
        "encounters": _texts(sums["encounters"]),
        "calls": sent,
        "calls_throttled": {operation: call.throttled for operation, call in counted.items() if call.throttled},
        "seconds": round(before + time.monotonic() - began, 3),
        "throttle_bound_seconds": round(max((sent[op] * gap for op, gap in minimums.items()), default=0.0) / 1000, 3),
        "control": _control(params, sums, totals),
        "repeated": _repeated(totals),
        "splittable": list(prepared.plan.splittable),
        "warnings": list(prepared.sheet.warnings),
        "names": _names(directory),
        "price": _price(sums, account) if params.mode is Mode.CHECK else None,
    }


def _control(
    params: ChargesParams, sums: Mapping[str, Mapping[str, Mapping[str, Any]]], totals: PaymentTotals
) -> dict[str, Any]:
    """The biller's control totals beside what the sheet and Tebra's charge list add up to."""
    each = params.repeated_payments is RepeatedPayments.EACH
    parsed = totals.each_total if each else totals.one_total
    if params.control_payments in (totals.one_total, totals.each_total) and params.repeated_payments is None:
        parsed = params.control_payments or parsed
    charges = sum((entry["total"] for entry in sums["encounters"].values()), Decimal("0.00"))
    found: dict[str, Any] = {"payments_parsed": str(parsed), "charges_read_back": str(charges)}
    if params.control_payments is not None:
        found["payments_typed"] = str(params.control_payments)
        found["payments_agree"] = params.control_payments == parsed
    if params.control_charges is not None and params.mode is Mode.RUN:
        found["charges_typed"] = str(params.control_charges)
        found["charges_agree"] = params.control_charges == charges
    return found


def _repeated(totals: PaymentTotals) -> dict[str, Any] | None:
    if not totals.repeated_rows:
        return None
    return {
        "rows": list(totals.repeated_rows),
        "unanswered_rows": list(totals.unanswered_rows),
        "one": {"count": totals.one_count, "total": str(totals.one_total)},
        "each": {"count": totals.each_count, "total": str(totals.each_total)},
    }


def _names(directory: Directory | None) -> list[dict[str, Any]]:
    """The names that the biller has to decide, with whom they may mean."""
    return [
        {
            "kind": name.kind,
            "written": name.written,
            "practice_id": name.practice_id,
            "rows": list(name.rows),
            "suggestions": [{"id": c.id, "name": c.name} for c in name.suggestions],
        }
        for name in (directory.unresolved if directory else [])
    ]


def _price(sums: Mapping[str, Mapping[str, Mapping[str, Any]]], account: Account | None) -> dict[str, Any]:
    """What posting would cost: calls by operation, and the minutes that the vendor's limits allow it at best."""
    ready = Outcome.READY.value
    wanted = {
        "CreatePayment": sums["payments"].get(ready, {}).get("count", 0),
        "CreateEncounter": sums["encounters"].get(ready, {}).get("count", 0),
        "GetCharges": sums["encounters"].get(ready, {}).get("days", 0),
    }
    gaps = {operation: account.throttle.minimum_ms(operation) if account else 0.0 for operation in wanted}
    seconds = max((wanted[operation] * gap / 1000 for operation, gap in gaps.items()), default=0.0)
    return {"calls": wanted, "minutes": round(seconds / 60, 1)}


def _texts(sums: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {state: {"count": entry["count"], "total": str(entry["total"])} for state, entry in sums.items()}

"""The results of a batch as files: one CSV, one Excel workbook, a line for every row that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from lib.claim_status import store
from lib.claim_status.store import ResultRow
from lib.core.executor import Execution
from lib.core.files import RunFiles
from lib.core.row_files import ExportFormat, new_file, write_rows
from lib.core.runs import Run
from lib.core.spreadsheets.row_workbook import Workbook

_MONEY = pa.decimal128(14, 2)
_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("claim_number", pa.string()),
        ("status", pa.string()),
        ("payer_status", pa.string()),
        ("patient_name", pa.string()),
        ("charged", _MONEY),
        ("allowed", _MONEY),
        ("paid", _MONEY),
        ("patient_responsibility", _MONEY),
        ("processed_date", pa.date32()),
        ("check_or_eft", pa.string()),
        ("reason_codes", pa.string()),
        ("success", pa.bool_()),
        ("error_message", pa.string()),
    ]
)
_PAGE = 5_000
#: The files of a batch by role: the kind of each.
ROLES = {"result": ExportFormat.CSV, "workbook": ExportFormat.EXCEL}


def write_results(execution: Execution, run: Run) -> None:
    """Write the files anew and keep them with the run."""
    files = RunFiles(execution.settings)
    name = Path(run.title).stem or "claims"
    for role, kind in ROLES.items():
        to = files.folder(run.id) / f"{role}.{kind}"
        with new_file(to) as made:
            write_rows(made, kind, _SCHEMA, _batches(execution, run), workbook=Workbook())
        with execution.database.session(execution.actor) as session:
            files.keep(
                session,
                run_id=run.id,
                client_id=run.client_id,
                role=role,
                name=f"{name} status.{kind}",
                made=to,
            )


def as_record(row: ResultRow) -> dict[str, object]:
    """A row as files and the API have it."""
    return {
        "row": row.row,
        "claim_number": row.asked.claim_number,
        "status": str(row.outcome) if row.outcome else "",
        "payer_status": row.status,
        "patient_name": row.patient_name or " ".join(filter(None, (row.asked.first_name, row.asked.last_name))),
        "charged": row.charged,
        "allowed": row.allowed,
        "paid": row.paid,
        "patient_responsibility": row.patient_responsibility,
        "processed_date": row.processed_on,
        "check_or_eft": " ".join(row.check_numbers),
        "reason_codes": " ".join(row.reasons),
        "success": row.state == "answered",
        "error_message": row.error,
    }


def _batches(execution: Execution, run: Run) -> Iterator[pa.RecordBatch]:
    skip = 0
    while True:
        with execution.database.session(execution.actor) as session:
            page = store.result_page(session, run.id, outcome=None, state=None, skip=skip, most=_PAGE)
        if not page.rows:
            return
        yield pa.RecordBatch.from_pylist([as_record(row) for row in page.rows], schema=_SCHEMA)
        skip += len(page.rows)

"""How long does an export take, and how much memory: a million charges as CSV, Excel and Parquet?

What the Billing page exports of its charges (python -m bench.export --columns all: every column of the view), each by
a process of its own, beside pandas over the same file: to_csv, to_parquet, and to_excel of a sample, taken for all rows
in proportion. A fifth of the rows is exported too: flat memory is that both need the same beyond what the process had.
Limits: CSV 5 s, Parquet 3 s, Excel 60 s.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.warehouse import CLIENT, Warehouse, warehouse
from lib.analytics.figures.drill import Behind, columns_of
from lib.analytics.figures.export import export_rows
from lib.analytics.figures.wanted import Wanted
from lib.analytics.reading.filters import Filters, Order, conditions_on
from lib.analytics.reading.views import view_named
from lib.analytics.snapshot.manifest import SnapshotFolder
from lib.analytics.snapshot.reader import open_reader
from lib.core.actor import job
from lib.core.clients import client_named
from lib.core.database import open_database
from lib.core.row_files import ExportFormat
from lib.core.settings import ROOT, read_settings
from lib.ui.billing import CHARGE_COLUMNS

LIMIT_SECONDS = {ExportFormat.CSV: 5.0, ExportFormat.PARQUET: 3.0, ExportFormat.EXCEL: 60.0}
ROWS, PANDAS_SAMPLE = 1_000_000, 20_000
_PART = 5
_VIEW = view_named("gross_billing_view")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a process took for a file: its seconds, and its memory in MiB before and at most."""

    rows: int
    seconds: float
    before_mib: float
    peak_mib: float
    file_mib: float

    def said(self) -> dict[str, float]:
        """Rounded, with what the file alone has needed."""
        return {
            "rows": self.rows,
            "seconds": round(self.seconds, 2),
            "peak_mib": round(self.peak_mib),
            "for_the_file_mib": round(self.peak_mib - self.before_mib),
            "file_mib": round(self.file_mib, 1),
        }


def main(rows: int = ROWS, columns: str = "page") -> None:
    """Measure and print one JSON line."""
    with warehouse() as office:
        office.fill(lines=rows, today=date.today(), reports=("ar_aging",))
        since = _first_day_of(office, rows // _PART)
        ours = {kind: _measure(office, kind, columns) for kind in ExportFormat}
        part = {kind: _measure(office, kind, columns, since=since) for kind in ExportFormat}
        pandas = {kind: _measure(office, kind, columns, pandas=True) for kind in ExportFormat}
    whole = ours[ExportFormat.EXCEL].rows
    plain = {kind: each.seconds * whole / each.rows for kind, each in pandas.items()}
    measured = {
        "limit_seconds": LIMIT_SECONDS,
        "ours": {kind: each.said() for kind, each in ours.items()},
        "a_fifth": {kind: each.said() for kind, each in part.items()},
        "pandas": {kind: each.said() | {"seconds": round(plain[kind], 1)} for kind, each in pandas.items()},
        "times_faster_than_pandas": {kind: round(plain[kind] / ours[kind].seconds, 1) for kind in ExportFormat},
    }
    print(json.dumps({"bench": "export", "columns": columns, "rows": whole, **measured}))


def _measure(
    office: Warehouse, kind: ExportFormat, columns: str, *, since: date | None = None, pandas: bool = False
) -> Measured:
    command = [sys.executable, "-m", "bench.export", "--one", kind.value, "--columns", columns]
    command += ["--since", since.isoformat()] if since else []
    command += ["--pandas"] if pandas else []
    answer = subprocess.run(command, cwd=ROOT, env=office.environment(), stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(answer.stdout))


def _first_day_of(office: Warehouse, rows: int) -> date:
    """The day of service since which there are about so many charges."""
    reader = open_reader(office.database, office.settings, office.actor)
    found = reader.ask(
        f"SELECT charge_from_date, count(*) FROM reporting.{_VIEW.name} GROUP BY 1 ORDER BY 1 DESC NULLS LAST"
    )
    seen = 0
    for day, count in found.rows:
        seen += count
        if seen >= rows:
            return day
    raise ValueError(f"There are only {seen} charges.")


def export_one(kind: ExportFormat, columns: str, since: date | None, pandas: bool) -> None:
    """What a measured process does: make the file, and print what it took."""
    settings = read_settings(database_url=None)
    with contextlib.closing(open_database(settings)) as database, tempfile.TemporaryDirectory() as folder:
        client = client_named(database, job("bench"), CLIENT)
        actor = job("bench").narrowed(client.id)
        reader = open_reader(database, settings, actor)
        chosen = columns_of(reader, _VIEW) if columns == "all" else CHARGE_COLUMNS
        to = Path(folder) / f"rows.{kind.value}"
        before = _memory_mib("VmRSS")
        began = time.monotonic()
        if pandas:
            rows = _with_pandas(SnapshotFolder(settings), client.id, kind, chosen, to)
        else:
            wanted = Wanted(
                rows=Behind(
                    view=_VIEW, conditions=conditions_on(_VIEW, Filters(first_day=since)), sum_of="charge_amount"
                ),
                columns=chosen,
                sort="charge_amount",
                order=Order.DOWN,
                title="Bench",
                said=[],
                totals={"charge_amount": Decimal(0)},
            )
            rows = export_rows(database, actor, reader, wanted, kind, to, now=datetime.now(UTC)).rows
        seconds = time.monotonic() - began
        said: dict[str, Any] = {
            "rows": rows,
            "seconds": seconds,
            "before_mib": before,
            "peak_mib": _memory_mib("VmHWM"),
        }
        print(json.dumps(said | {"file_mib": to.stat().st_size / 2**20}))


def _with_pandas(folder: SnapshotFolder, client_id: str, kind: ExportFormat, columns: Any, to: Path) -> int:
    import pandas as pd

    manifest = folder.read(client_id)
    assert manifest is not None
    frame = pd.read_parquet(
        folder.of_client(client_id) / manifest.days[None][_VIEW.name].file, columns=list(columns)
    ).sort_values("charge_amount", ascending=False)
    match kind:
        case ExportFormat.CSV:
            frame.to_csv(to, index=False)
        case ExportFormat.PARQUET:
            frame.to_parquet(to, index=False)
        case ExportFormat.EXCEL:
            frame = frame.head(PANDAS_SAMPLE)
            frame.to_excel(to, index=False, engine="openpyxl")
    return len(frame)


def _memory_mib(what: str) -> float:
    """This process's memory now (VmRSS) or at most (VmHWM); what wait4 tells begins with the parent's."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{what}:")) / 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure exports beside pandas.")
    parser.add_argument("--rows", type=int, default=ROWS, help="charges")
    parser.add_argument("--columns", choices=("page", "all"), default="page")
    parser.add_argument("--one", type=ExportFormat, help=argparse.SUPPRESS)
    parser.add_argument("--since", type=date.fromisoformat, help=argparse.SUPPRESS)
    parser.add_argument("--pandas", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        export_one(given.one, given.columns, given.since, given.pandas)
    else:
        main(given.rows, given.columns)

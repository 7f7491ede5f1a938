"""How long is the way from a report's sealed ZIP on disk to rows that readers see, and how much memory does it take?

Side by side in one run: raw COPY of the same rows from a CSV into a table of the same shape and index, and pandas
to_sql (of a sample, per row). Limits: at least half of raw COPY's speed, ten times to_sql's, and memory that does not
grow with the rows (python -m bench.load --rows 5000000).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pandas
import psycopg2
import sqlalchemy
from psycopg2.extensions import connection as RawConnection

from lib.core import clients
from lib.core.actor import job
from lib.core.database import Database, open_database
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres
from lib.core.sealed import seal_keys
from lib.core.settings import ROOT, Settings, read_settings
from lib.reports.asking.requests import get_request
from lib.reports.catalog import Column, ColumnType, report_named
from lib.reports.loading.load import load_report
from lib.reports.loading.raw_files import RawFiles

REPORT = report_named("gross_billing")
ROWS, SAMPLE, ROUNDS = 1_000_000, 50_000, 3
_DAYS = [date(2024, 1, 1) + timedelta(days=number) for number in range(900)]
_DATES = [f"{day.month}/{day.day}/{day.year}" for day in _DAYS]
_COLUMNS = ", ".join(["client_id", "package_id", "customer_account", *(c.name for c in REPORT.columns)])


@dataclass(frozen=True, kw_only=True)
class Ground:
    """An office with one client and its own PostgreSQL, with the durable settings that a real one has."""

    settings: Settings
    database: Database
    owner: RawConnection
    client_id: str

    def execute(self, statement: str, *values: Any) -> None:
        with self.owner.cursor() as cursor:
            cursor.execute(statement, values)
        self.owner.commit()


def main(rows: int = ROWS) -> None:
    """Measure and print one JSON line."""
    rounds = ROUNDS if rows <= ROWS else 1
    with _ground() as ground:
        source = ground.settings.home / "report.zip"
        write_report(source, rows)
        packed = source.stat().st_size
        plain = ground.settings.home / "rows.csv"
        loads, copies = [], []
        for number in range(rounds):
            loads.append(_load(ground, source, number))
            if not number:
                _write_plain(ground, plain)
            copies.append(_raw_copy(ground, plain))
        to_sql = _to_sql(ground, plain, min(SAMPLE, rows)) * rows / min(SAMPLE, rows)
    ours, raw = median(load["seconds"] for load in loads), median(copies)
    print(
        json.dumps(
            {
                "bench": "load",
                "rows": rows,
                "columns": len(REPORT.columns),
                "zip_mib": round(packed / 2**20, 1),
                "seconds": round(ours, 2),
                "rows_a_second": round(rows / ours),
                "peak_mib": round(max(load["peak_mib"] for load in loads)),
                "raw_copy_seconds": round(raw, 2),
                "speed_of_raw_copy": round(raw / ours, 3),
                "to_sql_seconds": round(to_sql, 1),
                "to_sql_sample_rows": min(SAMPLE, rows),
                "speed_of_to_sql": round(to_sql / ours, 1),
                "rounds": [
                    {"load": round(load["seconds"], 2), "raw_copy": round(copy, 2)}
                    for load, copy in zip(loads, copies, strict=True)
                ],
            }
        )
    )


def write_report(path: Path, rows: int) -> None:
    """A gross billing report in the vendor's style, with every column of the catalog, written as a stream."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        archive.open("Gross Billing.csv", "w", force_zip64=True) as stream,
    ):
        stream.write((",".join(column.label for column in REPORT.columns) + "\r\n").encode())
        for lines in _lines(rows):
            stream.write("".join(lines).encode())


def _lines(rows: int) -> Iterator[list[str]]:
    drawn = random.Random(7)
    for start in range(0, rows, 10_000):
        numbers = [drawn.randrange(1_000_000) for _ in range(min(10_000, rows - start))]
        yield [
            ",".join([_cell(column, start + index, number) for column in REPORT.columns]) + "\r\n"
            for index, number in enumerate(numbers)
        ]


def _cell(column: Column, index: int, number: int) -> str:
    match column.type:
        case ColumnType.MONEY:
            return f'"${number / 100:,.2f}"' if number % 17 else f'"(${number / 100:,.2f})"'
        case ColumnType.DATE:
            return _DATES[(number + len(column.name)) % len(_DATES)]
        case ColumnType.INTEGER:
            return str(number % 5)
        case ColumnType.DECIMAL:
            return f"{number % 4 + 1}.00"
    if column.name == "charge_id":
        return str(50_000_000 + index)
    if column.name == "charge_claim_id":
        return str(30_000_000 + index // 3)
    if column.name == "patient_full_name":
        return f'"TEST, Person {number % 9_000}"'
    if column.name.endswith("_id"):
        return str(1_000_000 + number % 50_000)
    return f"TEST {column.label} {number % 40}"


def _load(ground: Ground, source: Path, number: int) -> dict[str, float]:
    """Load the report as of another day, in a process of its own; seconds are those of load_report alone."""
    request_id = _make_request(ground, source, number)
    ground.execute("CHECKPOINT")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DAYSHEET_")}
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.load", "--request", request_id],
            cwd=ROOT,
            env=environment | {"DAYSHEET_HOME": str(ground.settings.home)},
            stdout=told,
        )
        # wait4 tells this very process's peak, not the greatest of all children so far.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        told.seek(0)
        answer = told.read()
    if process.returncode != 0:
        raise RuntimeError(f"The load ended with exit code {process.returncode}: {answer[:2000]}")
    return {"seconds": json.loads(answer)["seconds"], "peak_mib": usage.ru_maxrss / 1024}


def _make_request(ground: Ground, source: Path, number: int) -> str:
    actor = job("bench")
    with ground.database.session(actor) as session, session.raw.cursor() as cursor:
        cursor.execute(
            "INSERT INTO warehouse.account_reports (client_id, login, customer_account, report_name, state, as_of,"
            " report_seq, filter_seq, requested_by) VALUES (%s, 'TEST', '10001001', %s, 'ready', %s, '1', '1', 'bench')"
            " RETURNING id",
            (ground.client_id, REPORT.name, date(2026, 11, 1) + timedelta(days=number)),
        )
        request_id = str(cursor.fetchone()[0])
        copy = ground.settings.home / "fetched.zip"
        os.link(source, copy)
        sealed = RawFiles(ground.settings).seal(
            seal_keys(session), copy, client_id=ground.client_id, request_id=request_id
        )
        cursor.execute(
            "UPDATE warehouse.account_reports SET raw_path = %s, raw_sha256 = %s, raw_bytes = %s WHERE id = %s",
            (sealed.path_relative, sealed.sha256, sealed.bytes, request_id),
        )
    return request_id


def load_one(request_id: str) -> None:
    """What the measured process does: load that request and print the seconds it took."""
    settings, actor = read_settings(), job("bench")
    database = open_database(settings)
    with database.session(actor) as session:
        request = get_request(session, request_id)
    began = time.monotonic()
    package = load_report(database, settings, actor, request, labels={})
    seconds = time.monotonic() - began
    if not package.shown:
        raise RuntimeError(f"The package is {package.state}: {package.findings}")
    print(json.dumps({"seconds": seconds, "rows": package.rows_loaded}))


def _write_plain(ground: Ground, plain: Path) -> None:
    """The rows that were just loaded as a plain CSV, and two tables to copy them to."""
    with ground.owner.cursor() as cursor, plain.open("wb") as target:
        cursor.execute(f"CREATE TABLE raw_copy (LIKE warehouse.{REPORT.name} INCLUDING INDEXES)")
        cursor.copy_expert(f"COPY (SELECT {_COLUMNS} FROM warehouse.{REPORT.name}) TO STDOUT WITH (FORMAT csv)", target)
    ground.owner.commit()


def _raw_copy(ground: Ground, plain: Path) -> float:
    ground.execute("TRUNCATE raw_copy")
    ground.execute("CHECKPOINT")
    began = time.monotonic()
    with ground.owner.cursor() as cursor, plain.open("rb") as rows:
        cursor.copy_expert(f"COPY raw_copy ({_COLUMNS}) FROM STDIN WITH (FORMAT csv)", rows, size=1 << 18)
    ground.owner.commit()
    return time.monotonic() - began


def _to_sql(ground: Ground, plain: Path, sample: int) -> float:
    """pandas as most people use it: the frame is read beforehand, the table is made by to_sql."""
    frame = pandas.read_csv(plain, names=_COLUMNS.split(", "), nrows=sample)
    engine = sqlalchemy.create_engine(_engine_url(ground))
    try:
        began = time.monotonic()
        frame.to_sql("by_to_sql", engine, if_exists="replace", index=False)
        return time.monotonic() - began
    finally:
        engine.dispose()


def _engine_url(ground: Ground) -> str:
    url = EmbeddedPostgres(ground.settings).ensure_running().url()
    return url.replace("postgresql://", "postgresql+psycopg2://")


@contextlib.contextmanager
def _ground() -> Generator[Ground]:
    with tempfile.TemporaryDirectory(prefix="daysheet-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        settings = read_settings(home=home, database_url=None)
        server = EmbeddedPostgres(settings)
        address = server.ensure_running()
        try:
            migrate(settings)
            database = open_database(settings)
            client = clients.add_client(database, job("bench"), "Bench client")
            with contextlib.closing(psycopg2.connect(address.url())) as owner:
                yield Ground(settings=settings, database=database, owner=owner, client_id=client.id)
            database.close()
        finally:
            server.delete()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure a load beside raw COPY and to_sql.")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--request", help=argparse.SUPPRESS)
    given = parser.parse_args()
    load_one(given.request) if given.request else main(given.rows)

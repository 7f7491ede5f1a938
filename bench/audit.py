"""How long does it take to verify a million audit events, and what does the sealer cost those who write?

Eight processes append events one a transaction, with and without the sealer at work, in turns; then a million events
are appended and sealed, and a process of its own verifies them. The database waits for the disk as an office's does.
Limit: 60 s for the verification.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from jobs.audit_sealer import AuditSealer
from jobs.office import Office
from lib.core.actor import job
from lib.core.audit import Event, record, record_many
from lib.core.audit.anchors import KeptHeads
from lib.core.audit.sealing import seal_and_keep
from lib.core.database import open_database
from lib.core.migrations import migrate
from lib.core.postgres import EmbeddedPostgres
from lib.core.settings import ROOT, read_settings

LIMIT_SECONDS = 60.0
EVENTS, WRITERS, APPEND_SECONDS, TURNS = 1_000_000, 8, 8.0, 2
_AT_ONCE = 5_000
_ACTOR = job("bench", origin="command")


def main(events: int = EVENTS) -> None:
    """Measure and print one JSON line."""
    with tempfile.TemporaryDirectory(prefix="daysheet-bench-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        settings = read_settings(home=home, database_url=None)
        try:
            migrate(settings)
            office = Office(settings=settings, database=open_database(settings), actor=_ACTOR)
            rates: dict[bool, list[float]] = {False: [], True: []}
            for _ in range(TURNS):
                for sealed in rates:
                    rates[sealed].append(_append(office, home, sealed=sealed))
            sealing = _fill(office, events)
            verified = _verified(home)
            office.database.close()
        finally:
            EmbeddedPostgres(settings).delete()
    alone, beside = (max(rates[sealed]) for sealed in (False, True))
    measured = {
        "limit_seconds": LIMIT_SECONDS,
        **verified,
        "sealed_a_second": round(sealing),
        "writers": WRITERS,
        "appended_a_second": [round(rate) for rate in rates[False]],
        "appended_a_second_beside_the_sealer": [round(rate) for rate in rates[True]],
        "cost_of_the_sealer_percent": round(100 * (1 - beside / alone), 1),
    }
    print(json.dumps({"bench": "audit", **measured}))


def _append(office: Office, home: Path, *, sealed: bool) -> float:
    """Events that eight processes append in a second, each in a transaction of its own."""
    sealer = AuditSealer(office) if sealed else None
    command = [sys.executable, "-m", "bench.audit", "--write"]
    writers = [
        subprocess.Popen(
            command, cwd=ROOT, env=_environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    written = sum(int(writer.communicate()[0]) for writer in writers)
    if sealer is not None:
        sealer.close()
    return written / APPEND_SECONDS


def write() -> None:
    """Append events for some seconds from the word on, and print how many they were."""
    database = open_database(read_settings())
    with database.session(_ACTOR) as session:
        record(session, "office:client:change:done", "client:1")
    print("ready", flush=True)
    sys.stdin.readline()
    ends, written = time.perf_counter() + APPEND_SECONDS, 0
    while time.perf_counter() < ends:
        with database.session(_ACTOR) as session:
            record(session, "tebra:payment:post:done", f"intent:{written}", run=17, vendor_id="48213", amount="120.50")
        written += 1
    print(written)
    database.close()


def _fill(office: Office, events: int) -> float:
    """Append so many events, seal them, and return how many were sealed in a second."""
    for first in range(0, events, _AT_ONCE):
        with office.database.session(_ACTOR) as session:
            record_many(
                session,
                [
                    Event(
                        action="tebra:payment:post:done",
                        record=f"intent:{number}",
                        detail={"run": 17, "vendor_id": str(number), "amount": "120.50", "evidence": None},
                    )
                    for number in range(first, min(first + _AT_ONCE, events))
                ],
            )
    began, kept = time.perf_counter(), KeptHeads(office.settings.home)
    while seal_and_keep(office.database, _ACTOR, kept, datetime.now(UTC)):
        pass
    return events / (time.perf_counter() - began)


def _verified(home: Path) -> dict[str, object]:
    """What a process of its own takes to verify all of it, from its start to its end."""
    command = [sys.executable, "-m", "jobs", "audit", "verify", "--json"]
    with tempfile.TemporaryFile("w+") as told:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(home), stdout=told)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        told.seek(0)
        verdict = json.load(told)
    if not verdict["whole"]:
        raise RuntimeError(f"The chain is broken: {verdict['findings'][0]['said']}")
    return {
        "events": verdict["last"],
        "verify_seconds": round(seconds, 1),
        "verify_cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "verify_peak_mib": round(usage.ru_maxrss / 1024),
    }


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYSHEET_")}
    return kept | {"DAYSHEET_HOME": str(home)}


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", type=int, default=EVENTS)
    arguments.add_argument("--write", action="store_true")
    asked = arguments.parse_args()
    if asked.write:
        write()
    else:
        main(asked.events)

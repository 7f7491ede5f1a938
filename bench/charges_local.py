"""How fast and how lean is a Charges run when the vendor neither waits nor throttles?

Limits: at least 300 rows a second, less than 400 MB at 10,000 rows and less than 2.5 GB at 100,000.
"""

from __future__ import annotations

import json
import time
from typing import Any

from bench.ground import ground, minimum_calls

ROWS_A_SECOND = 300.0
MOST_MIB = {10_000: 400e6 / 2**20, 100_000: 2.5e9 / 2**20}


def main() -> None:
    """Measure 10,000 and 100,000 rows and print one JSON line."""
    sizes = {str(rows): _measure(rows, most) for rows, most in MOST_MIB.items()}
    print(json.dumps({"bench": "charges_local", "limit_rows_a_second": ROWS_A_SECOND, "sizes": sizes}))


def _measure(rows: int, most_mib: float) -> dict[str, Any]:
    """One run of a fresh office, so that nothing of the sheet was posted before."""
    with ground(patients=100_000, throttle_scale=0) as office:
        sheet, drawn = office.sheet(rows, days=60)
        began = time.monotonic()
        measured = office.charges(sheet)
        seconds = time.monotonic() - began
    calls = sum(measured.result["calls"].values())
    return {
        "rows_a_second": round(rows / seconds, 1),
        "speed_ratio": round(rows / seconds / ROWS_A_SECOND, 3),
        "seconds": round(seconds, 2),
        "cpu_seconds": round(measured.cpu_seconds, 2),
        "peak_mib": round(measured.peak_mib),
        "memory_ratio": round(measured.peak_mib / most_mib, 3),
        "calls": calls,
        "calls_ratio": round(calls / minimum_calls(drawn), 4),
        "rows": measured.result["rows"],
    }


if __name__ == "__main__":
    main()

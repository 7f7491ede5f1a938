"""How close does a throttled Charges run come to what the vendor's limits allow at best?

10,000 rows, the vendor's gaps scaled to a tenth. Limits: wall time ≤ 1.15 × bound, calls ≤ 1.02 × minimum.
The bound is the greatest over operations of calls × the account's own minimum gap.
"""

from __future__ import annotations

import json
import time

from bench.ground import ground, minimum_calls

ROWS = 10_000


def main() -> None:
    """Measure one throttled run and print one JSON line."""
    with ground(patients=100_000, throttle_scale=0.1) as office:
        sheet, drawn = office.sheet(ROWS)
        began = time.monotonic()
        measured = office.charges(sheet)
        seconds = time.monotonic() - began
    calls, bound = sum(measured.result["calls"].values()), measured.result["throttle_bound_seconds"]
    print(
        json.dumps(
            {
                "bench": "charges_throttled",
                "rows": ROWS,
                "seconds": round(seconds, 2),
                "bound_seconds": bound,
                "time_ratio": round(seconds / bound, 4),
                "calls": calls,
                "minimum_calls": minimum_calls(drawn),
                "calls_ratio": round(calls / minimum_calls(drawn), 4),
                "refused_as_too_early": sum(measured.result["calls_throttled"].values()),
                "outcomes": measured.result["rows"],
            }
        )
    )


if __name__ == "__main__":
    main()

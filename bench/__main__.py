"""python -m bench [NAME …]: run all benches, or those named; each prints one JSON line."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = ("charges_local", "charges_throttled", "load", "api", "pages", "query", "export", "audit", "sign_in")


def main(names: list[str]) -> None:
    """Run the benches of those names, or all of them."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        sys.exit(f"There is no bench {', '.join(unknown)}; there are: {', '.join(NAMES)}. ({Path(__file__).parent})")
    for name in names or NAMES:
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])

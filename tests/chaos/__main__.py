"""`python -m tests.chaos --rounds 300 --seed 1`: plays rounds, one line each, and says what must not be."""

from __future__ import annotations

import argparse
import sys
import time

from tests.chaos.rounds import AT_ONCE, play_rounds


def main() -> int:
    """Play, print, and return the number of rounds in which something was wrong, at most 100."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first round; the next have the numbers after")
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    arguments = parser.parse_args()
    began = time.monotonic()
    seeds = range(arguments.seed, arguments.seed + arguments.rounds)
    writes = landed = decided = 0
    bad: list[int] = []
    for told in play_rounds(seeds, at_once=arguments.at_once):
        print(told.line, flush=True)
        for sentence in told.wrong:
            print(f"    {sentence}", flush=True)
        writes, landed, decided = writes + told.writes, landed + told.landed, decided + told.decided
        if told.wrong:
            bad.append(told.seed)
    print(
        f"{len(seeds)} rounds in {time.monotonic() - began:.0f} s: {writes} writes, {landed} blows landed, "
        f"{decided} decided by a person, {len(bad)} rounds wrong{f': {sorted(bad)}' if bad else ''}"
    )
    return min(len(bad), 100)


if __name__ == "__main__":
    sys.exit(main())

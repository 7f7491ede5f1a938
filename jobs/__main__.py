"""python -m jobs: without a command, the side process (scheduler and workers); with one, the command line."""

from __future__ import annotations

from jobs.commands import main

if __name__ == "__main__":
    main()

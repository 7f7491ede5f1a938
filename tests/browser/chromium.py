"""Finds a Chromium for the browser tests, or gets one; never skips in silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


class NoChromium(Exception):
    """No browser was found and none could be had; the text is the one line that mends it."""


def find_chromium(playwrights_own: str) -> str:
    """The path of a Chromium: DAYSHEET_CHROMIUM, one on the PATH, playwright's own, or one that is installed now.

    `playwrights_own` is where playwright would keep its own. Raises NoChromium with the line to type.
    """
    named = os.environ.get("DAYSHEET_CHROMIUM")
    if named:
        if Path(named).is_file():
            return named
        raise NoChromium(f"DAYSHEET_CHROMIUM names {named}, which is no file. Correct it, or unset it.")
    return _present(playwrights_own) or _installed(playwrights_own)


def _present(playwrights_own: str) -> str | None:
    on_path = (shutil.which(name) for name in _NAMES)
    return next((path for path in on_path if path), None) or (
        playwrights_own if Path(playwrights_own).is_file() else None
    )


def _installed(playwrights_own: str) -> str:
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if as_root and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-q"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"], check=False)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if found := _present(playwrights_own):
        return found
    raise NoChromium(
        "The browser tests need Chromium. Install it (Debian: sudo apt-get install chromium; elsewhere: "
        "python -m playwright install chromium), or set DAYSHEET_CHROMIUM to the path of one."
    )


def main() -> None:
    """Have a Chromium ready before the tests begin; ends with 1 and the line to type when that cannot be."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    try:
        find_chromium(own)
    except NoChromium as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()

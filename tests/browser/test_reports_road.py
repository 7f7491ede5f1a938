"""The manager's road in a real browser: sync, watch, hold and publish, give a label its meaning."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import CLIENT
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench

ACCOUNT = "10001001"
#: Of the matrix: the width of the ticks, of the reports' column, and the height of a line.
_TICKS, _REPORTS, _LINE = 34, 228, 33


def test_reports_are_synced_watched_held_published_and_relabelled(
    visit: Visit, workbench: Workbench, tmp_path: Path
) -> None:
    workbench.set_up_reports(CLIENT)
    workbench.collaboratemd.configure(build_seconds=0.2)
    visit.open("/reports")
    visit.choose_client(CLIENT)
    visit.await_text("0 of 26 reports are of today; 26 were never loaded.")
    visit.press(f"Sync 26 reports of {CLIENT}")
    visit.await_text("Brought here")
    visit.await_text("CollaborateMD builds")
    visit.await_text("26 of 26 reports are of today.")
    _await_rest(visit)
    workbench.collaboratemd.configure(build_seconds=0)

    workbench.collaboratemd.fault("half_size", account=ACCOUNT, report="ar_aging")
    _choose(visit, line=1)
    visit.await_text(re.compile("loaded Nov|loaded [A-Z]"))
    _sync_again(visit)
    visit.await_text("1 package held: a person has to look at it.")
    visit.settle()
    visit.press("AR aging of ")
    visit.await_text("Readers see now")
    visit.settle()
    rows = _rows_of(visit.download("Report as received", tmp_path))
    visit.press(f"Publish {rows:,} rows")
    visit.await_text("A decision needs a reason")
    visit.settle()
    visit.field("Reason").fill("two locations moved to another account")
    visit.press(f"Publish {rows:,} rows")
    visit.await_text(f"is published, with {rows:,} rows.")
    visit.await_text("two locations moved to another account")
    visit.press("All reports")
    visit.await_text("26 of 26 reports are of today.")
    visit.settle()

    workbench.collaboratemd.clear_faults()
    workbench.collaboratemd.fault("relabelled", account=ACCOUNT, report="rcm_productivity")
    _choose(visit, line=7)
    visit.await_text(re.compile("RCM productivity of"))
    _sync_again(visit)
    visit.await_text("1 failed")
    _await_rest(visit)
    visit.page.get_by_role("tab", name="Settings").click()
    visit.settle()
    visit.page.get_by_role("combobox", name=re.compile("“Claim #” is")).click()
    visit.page.get_by_role("option", name=re.compile("^Claim ID")).click()
    visit.press("Save RCM productivity")
    visit.await_text(f"RCM productivity of {CLIENT} is saved")
    visit.settle()
    visit.press(f"Sync 1 report of {CLIENT}")
    visit.await_text("26 of 26 reports are of today.")
    visit.settle()
    expect(visit.page.get_by_text("1 failed")).to_have_count(0)


def _await_rest(visit: Visit) -> None:
    """Wait until no run is at work and the page stands still."""
    expect(visit.page.get_by_text("Brought here")).to_have_count(0, timeout=90_000)
    visit.settle()


def _sync_again(visit: Visit) -> None:
    visit.page.get_by_text("Again, although loaded today").click()
    visit.settle()
    visit.press(f"Sync 1 report of {CLIENT}")


def _choose(visit: Visit, *, line: int) -> None:
    """Click the first account's cell in a line of the matrix."""
    matrix = visit.page.get_by_test_id("stDataFrame").first
    place = {"x": _TICKS + _REPORTS + 40, "y": _LINE * line + _LINE // 2}
    # The grid learns from the moves of the mouse which cell a click is for.
    matrix.hover(position={"x": place["x"] + 20, "y": place["y"]})
    matrix.hover(position=place)
    visit.page.wait_for_timeout(200)
    matrix.click(position=place)
    visit.settle()


def _rows_of(received: Path) -> int:
    """Rows in the report as it came, without its header."""
    with zipfile.ZipFile(received) as archive:
        (name,) = archive.namelist()
        return len(list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))))) - 1

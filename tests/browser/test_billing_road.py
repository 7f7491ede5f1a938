"""Billing and Performance in a real browser, on the invented world: stages, cells and points open their rows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looks import looking
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench

CLIENT = "Practice Summit Billing"
_SENTENCE = re.compile(r"· [\d,]+ (charge|payment line|claim)s? · ")


@pytest.fixture
def client(visit: Visit, workbench: Workbench) -> str:
    """The number of a client whose reports are loaded."""
    workbench.set_up_reports(CLIENT)
    workbench.jobs("reports", "sync", "--client", CLIENT, "--force")
    visit.open("/billing")
    visit.choose_client(CLIENT)
    found = re.search(r"[?&]client=(\d+)", visit.page.url)
    assert found
    return found[1]


def _go_to(visit: Visit, tab: str) -> None:
    visit.page.get_by_role("tab", name=tab, exact=True).click()
    visit.settle()


def _rows(visit: Visit) -> int:
    sentence = visit.page.get_by_text(_SENTENCE).first
    expect(sentence).to_be_visible()
    found = re.search(r"· ([\d,]+) (?:charge|payment line|claim)s? ·", sentence.inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_a_stage_a_quadrant_and_a_cell_open_what_they_say(browser: Browser, workbench: Workbench, client: str) -> None:
    with looking(browser, workbench.url, 1280, "light", height=2000) as visit:
        visit.open(f"/billing?client={client}")
        _go_to(visit, "Claim stages")
        names = visit.page.locator(".js-plotly-plot .annotation-text").all_text_contents()
        stage = next(number for number, name in enumerate(names) if name.startswith("at insurance"))
        counted = re.search(r"([\d,]+)\s+charges?$", names[stage])
        assert counted
        box = visit.page.locator(".js-plotly-plot .point path").nth(stage).bounding_box()
        assert box is not None
        visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        visit.settle()
        assert _rows(visit) == int(counted[1].replace(",", ""))

        visit.open(f"/performance?client={client}")
        visit.page.locator(".js-plotly-plot path.point").first.click(force=True)
        visit.settle()
        assert _rows(visit) > 0
        _go_to(visit, "Productivity")
        table = visit.page.get_by_test_id("stDataFrame").first
        table.scroll_into_view_if_needed()
        box = table.bounding_box()
        assert box is not None
        # The first user's total opens nothing; the first of the weeks beside it opens its claims.
        visit.page.mouse.click(box["x"] + 180, box["y"] + 52)
        visit.settle()
        visit.page.mouse.click(box["x"] + 240, box["y"] + 52)
        visit.settle()
        assert _rows(visit) > 0

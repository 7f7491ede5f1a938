"""One workbench and one browser for all browser tests; a fresh context, and calm vendors, for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from sandbox.sheets import draw_sheet, write_sheet
from sandbox.sheets.model import Drawn, SheetOrder
from sandbox.world import World
from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.signed_in import signed_in_context
from tests.browser.visit import Visit
from tests.browser.workbench import Workbench, running_workbench

CLIENT = "Practice Harbor Billing"


@pytest.fixture(scope="package")
def started_workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """The workbench that every browser test visits."""
    with running_workbench(tmp_path_factory.mktemp("workbench") / "home") as bench:
        yield bench


@pytest.fixture
def workbench(started_workbench: Workbench) -> Workbench:
    """The workbench, with nothing of an earlier test's trouble in force."""
    started_workbench.calm()
    return started_workbench


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        path = find_chromium(playwright.chromium.executable_path)
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, workbench: Workbench) -> Iterator[Visit]:
    """A visitor who has just signed in, at a desk-sized screen."""
    context = signed_in_context(
        browser,
        workbench.url,
        viewport={"width": 1280, "height": 1400},
        color_scheme="light",
        reduced_motion="reduce",
    )
    yield Visit(context.new_page(), workbench.url)
    context.close()


class Sheets:
    """Draws sheets about the vendors' invented patients; every seed is another day's work."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def draw(self, name: str, *, rows: int, seed: int, **order: object) -> tuple[Path, Drawn]:
        """A sheet on disk, and what it asks to be posted."""
        drawn = draw_sheet(World(seed=7, patients=200), SheetOrder(rows=rows, seed=seed, today=date.today(), **order))
        path = self._folder / name
        write_sheet(drawn, path)
        return path, drawn


@pytest.fixture
def sheets(tmp_path: Path) -> Sheets:
    """Sheets in this test's folder."""
    return Sheets(tmp_path)

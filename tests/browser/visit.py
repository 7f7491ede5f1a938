"""One visitor's browser page, in the words of the workbench."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
_SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"][data-test-connection-state="CONNECTED"]'
_LONG = 90_000


class Visit:
    """A visitor at a workbench: does what a biller does, and reads what a biller reads."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, path: str = "/") -> None:
        """Go to an address of the workbench and wait until it is drawn."""
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run to its end and the page stands still."""
        self.page.wait_for_selector(_SETTLED, timeout=_LONG)
        self.page.wait_for_timeout(400)

    def choose_client(self, name: str) -> None:
        """Choose a client in the bar."""
        self.page.get_by_role("combobox", name=re.compile("Client")).click()
        self.page.get_by_role("option", name=name).click()
        self.settle()

    def upload(self, sheet: Path, *, control_payments: str = "") -> None:
        """Upload a sheet for the chosen client and press the button."""
        self.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(sheet)
        expect(self.page.get_by_text(sheet.name)).to_be_visible()
        if control_payments:
            self.field("Control total of payments").fill(control_payments)
        self.press("Check this sheet")

    def field(self, label: str) -> Locator:
        """The text field with that label; with its beginning, where there is only one such."""
        return self.page.get_by_role("textbox", name=label).first

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button by what it says, from its first letter on."""
        self.button(name).click()

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """The button that says so, from its first letter on, whatever icon stands before it."""
        words = name.pattern if isinstance(name, re.Pattern) else re.escape(name)
        buttons = self.page.locator('[data-testid^="stBaseButton"], [data-testid="stPopoverButton"]')
        return buttons.filter(has_text=re.compile(rf"(^|\s|[a-z_]){words}")).first

    def await_text(self, text: str | re.Pattern[str]) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=_LONG)

    def figure(self, label: str) -> Locator:
        """The value under a headline figure's label."""
        return self.page.get_by_test_id("stMetric").filter(has_text=label).get_by_test_id("stMetricValue")

    def await_figure(self, label: str, value: str) -> None:
        """Wait until a headline figure has that value."""
        expect(self.figure(label)).to_have_text(value, timeout=_LONG)

    def dollars(self, label: str) -> Decimal:
        """The value under a headline figure's label, as money."""
        return Decimal(self.figure(label).inner_text().strip().replace("$", "").replace(",", ""))

    def download(self, button: str, to: Path) -> Path:
        """Press a download button and keep what comes."""
        with self.page.expect_download() as waited:
            self.press(button)
        out = to / waited.value.suggested_filename
        waited.value.save_as(out)
        return out

    def run_id(self) -> str:
        """The run that the address names."""
        found = re.search(r"[?&]run=(\d+)", self.page.url)
        assert found, f"the address names no run: {self.page.url}"
        return found[1]

    def keep_screenshot(self, name: str) -> None:
        """Keep what is seen, for a person to leaf through."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

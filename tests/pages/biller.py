"""What the page tests do to get a run where they want it, and how they read and press what a page shows."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from jobs.office import Office
from lib.charges import service
from lib.core import runs
from lib.core.clients import Client
from lib.core.runs import Run
from sandbox.sheets import Drawn, SheetOrder, draw_sheet, write_sheet
from sandbox.world import World


def draw(rows: int, **order: object) -> Drawn:
    """A sheet about the practice vendors' first customer; `order` are fields of SheetOrder."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return draw_sheet(World(seed=7, patients=200), SheetOrder(rows=rows, today=yesterday, **order))


@dataclass(frozen=True, kw_only=True)
class Biller:
    """Uploads sheets of one client and has them worked on in this process."""

    office: Office
    client: Client
    folder: Path

    def upload(
        self, drawn: Drawn, *, renamed: dict[str, str] | None = None, filled: Collection[str] | None = None
    ) -> str:
        """Take a sheet in as a draft and return the run's id.

        `renamed` calls some of its headers otherwise, by title; with `filled` only the columns of these titles keep
        what is in them.
        """
        path = self.folder / "day.xlsx"
        write_sheet(drawn, path)
        workbook = load_workbook(path)
        for header, *cells in workbook["Charges"].iter_cols():
            title = str(header.value).rstrip("*")
            header.value = (renamed or {}).get(title, header.value)
            if filled is not None and title not in filled:
                for cell in cells:
                    cell.value = None
        workbook.save(path)
        return service.receive_upload(
            self.office.database,
            self.office.settings,
            self.office.actor,
            client_id=self.client.id,
            name="day.xlsx",
            content=io.BytesIO(path.read_bytes()),
        )

    def check(self, run_id: str) -> Run:
        """Have a run checked."""
        service.queue_check(self.office.database, self.office.actor, run_id)
        return self.work(run_id)

    def post(self, run_id: str) -> Run:
        """Have a run posted."""
        service.queue_posting(self.office.database, self.office.actor, run_id)
        return self.work(run_id)

    def work(self, run_id: str) -> Run:
        """Work on a queued run until it is over, and give it as it is then."""
        self.office.executor.execute(run_id)
        return self.run(run_id)

    def run(self, run_id: str) -> Run:
        """The run as it is now."""
        return runs.get(self.office.database, self.office.actor, run_id)


def said(page: AppTest) -> str:
    """All words of the page's callouts, titles and texts."""
    boxes = [*page.error, *page.warning, *page.info]
    titles = [str(getattr(box.proto, "title", "")) for box in boxes]
    return "\n".join([*titles, *(box.value for box in [*boxes, *page.title, *page.markdown, *page.caption])])


def press(page: AppTest, label: str) -> None:
    """Press the first button that says exactly this."""
    next(button for button in page.button if button.label == label).click().run()

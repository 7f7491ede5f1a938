"""The rows of a table as CSV, Excel or Parquet, made when the button is pressed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

import streamlit as st

from lib.analytics.figures.export import ExportFolder, Wanted, WantedAnswer, export_answer, export_rows
from lib.analytics.reading.filters import in_words
from lib.analytics.reading.reader import Reader
from lib.core.row_files import ExportFormat
from lib.ui.analytics import AnalyticsPage
from lib.ui.wording import counted

_KINDS = {
    ExportFormat.EXCEL: ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ExportFormat.CSV: ("CSV", "text/csv"),
    ExportFormat.PARQUET: ("Parquet", "application/vnd.apache.parquet"),
}


def draw_exports(opened: AnalyticsPage, reader: Reader, wanted: Wanted | WantedAnswer, rows: int, *, key: str) -> None:
    """Offer all rows of a table as a file, saying how many those are."""
    with st.popover(f"Export {counted(rows, 'row')}", icon=":material/download:", key=f"{key}_popover"):
        for kind, (name, mime) in _KINDS.items():
            st.download_button(
                name,
                data=_made(opened, reader, wanted, kind),
                file_name=_file_name(opened, wanted, kind),
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
                key=f"{key}_{kind}",
            )
        st.caption("All of them, sorted as here. Excel tells on a sheet of its own what they are. It is audited.")


def said_of_filters(opened: AnalyticsPage) -> list[tuple[str, str]]:
    """The filters as lines of an About sheet."""
    lines = [("Filters", line) for line in in_words(opened.filters, opened.client_names)]
    if opened.filters.as_of is None:
        lines.append(("As of", "the latest day that was loaded"))
    return lines


def _made(
    opened: AnalyticsPage, reader: Reader, wanted: Wanted | WantedAnswer, kind: ExportFormat
) -> Callable[[], BinaryIO]:
    desk = opened.page.desk

    def make() -> BinaryIO:
        to = ExportFolder(desk.settings).new(kind)
        try:
            now = datetime.now(opened.clients[0].zone)
            if isinstance(wanted, Wanted):
                export_rows(desk.database, opened.actor, reader, wanted, kind, to, now=now)
            else:
                export_answer(desk.database, opened.actor, reader, wanted, kind, to, now=now)
            return to.open("rb")
        finally:
            # What is open can be read to its end; the name is not needed any more.
            to.unlink(missing_ok=True)

    return make


def _file_name(opened: AnalyticsPage, wanted: Wanted | WantedAnswer, kind: ExportFormat) -> str:
    """The file's name: page and mark, and nothing that could name a patient."""
    words = re.sub(r"[^a-z0-9]+", "_", f"{opened.name} {wanted.title}".lower()).strip("_")
    return f"{words[:80]}.{kind.value}"

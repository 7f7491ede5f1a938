"""The rows of a table as CSV, Excel or Parquet, made when the button is pressed, and what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

import streamlit as st

from lib.analytics.figures.about import about
from lib.analytics.figures.export import ExportFolder, export_rows
from lib.analytics.figures.figure import Figure
from lib.analytics.figures.tables import TableColumn, table_of
from lib.analytics.figures.wanted import Wanted, WantedAnswer, WantedTable
from lib.analytics.reading.filters import in_words
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, view_named
from lib.core.access.permissions import Permission
from lib.core.row_files import ExportFormat, about_text
from lib.ui.analytics import AnalyticsPage
from lib.ui.wording import counted

_KINDS = {
    ExportFormat.EXCEL: ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ExportFormat.CSV: ("CSV", "text/csv"),
    ExportFormat.PARQUET: ("Parquet", "application/vnd.apache.parquet"),
}


def draw_exports(
    opened: AnalyticsPage, reader: Reader, wanted: Wanted | WantedAnswer | WantedTable, rows: int, *, key: str
) -> None:
    """Offer all rows of a table as a file, saying how many those are."""
    with st.popover(f"Export {counted(rows, 'row')}", icon=":material/download:", key=f"{key}_popover"):
        without = _choose_privacy(opened, wanted, key)
        for kind, (name, mime) in _KINDS.items():
            st.download_button(
                name,
                data=_made(opened, reader, wanted, kind, without),
                file_name=_file_name(opened, reader, wanted, kind.value, without),
                mime=mime,
                on_click="ignore",
                icon=":material/download:",
                width="stretch",
                key=f"{key}_{kind}",
            )
        st.download_button(
            "About, as text",
            data=lambda: about_text(about(opened.actor, reader, wanted, _now(opened), deidentified=without)),
            file_name=_file_name(opened, reader, wanted, "about.txt", without),
            mime="text/plain",
            on_click="ignore",
            icon=":material/info:",
            width="stretch",
            key=f"{key}_about",
        )
        st.caption(
            "All of them, sorted as here; it is audited. Excel (a sheet) and Parquet (metadata) say what they are: "
            "filters, clock, as of, definitions. CSV holds rows alone: take the text with it."
        )


def draw_table_export(
    opened: AnalyticsPage,
    figure: Figure,
    columns: Sequence[TableColumn],
    *,
    key: str,
    said: Sequence[tuple[str, str]] = (),
) -> None:
    """Offer a figure's table as it is shown; `said` is what has to be known of it beyond what the figure says."""
    rows = table_of(columns)
    unheeded = [("Not narrowed by", ", ".join(figure.unheeded))] if figure.unheeded else []
    wanted = WantedTable(
        view=view_named(figure.view),
        rows=rows,
        titles={each.name: each.title for each in columns},
        title=figure.title,
        said=[*said_of_figure(opened, figure), *unheeded, *said],
        totals={each.name: total for each in columns if (total := each.total) is not None},
    )
    draw_exports(opened, opened.reader, wanted, rows.num_rows, key=key)


def said_of_figure(opened: AnalyticsPage, figure: Figure) -> list[tuple[str, str]]:
    """How a figure is counted, and within which of the page's filters."""
    lines = [("Clock", figure.basis)] if figure.basis else []
    lines += said_of_filters(opened, clock=figure.clock, dated=figure.dated)
    if figure.note:
        lines.append(("Note", figure.note))
    return lines


def said_of_filters(opened: AnalyticsPage, *, clock: Clock | None = None, dated: bool = True) -> list[tuple[str, str]]:
    """Clients and filters as lines of an About sheet; `clock` is a fixed one, `dated` whether days narrow at all."""
    filters = replace(opened.filters, as_of=None, clock=clock or opened.filters.clock)
    if not dated:
        filters = replace(filters, first_day=None, last_day=None)
    words = in_words(filters, opened.client_names) or ["none"]
    return [("Clients", ", ".join(opened.client_names.values())), *(("Filters", line) for line in words)]


def _choose_privacy(opened: AnalyticsPage, wanted: Wanted | WantedAnswer | WantedTable, key: str) -> bool:
    """Whether the rows go without identifiers, which a figure's table has none of."""
    if isinstance(wanted, WantedTable):
        return False
    must = not opened.actor.may(Permission.PATIENTS_SEE)
    return st.checkbox(
        "De-identified (Safe Harbor)",
        value=must,
        disabled=must,
        help="Without names, ids and addresses; days as years, ZIP as three digits."
        + (" Your roles do not see patients, so every export is." if must else ""),
        key=f"{key}_deidentified",
    )


def _made(
    opened: AnalyticsPage,
    reader: Reader,
    wanted: Wanted | WantedAnswer | WantedTable,
    kind: ExportFormat,
    without: bool,
) -> Callable[[], BinaryIO]:
    desk = opened.page.desk

    def make() -> BinaryIO:
        to = ExportFolder(desk.settings).new(kind)
        try:
            export_rows(desk.database, opened.actor, reader, wanted, kind, to, now=_now(opened), deidentify=without)
            return to.open("rb")
        finally:
            # What is open can be read to its end; the name is not needed any more.
            to.unlink(missing_ok=True)

    return make


def _now(opened: AnalyticsPage) -> datetime:
    return datetime.now(opened.clients[0].zone)


def _file_name(
    opened: AnalyticsPage, reader: Reader, wanted: Wanted | WantedAnswer | WantedTable, ending: str, without: bool
) -> str:
    """The file's name: page, mark and day of knowledge, and nothing that could name a patient."""
    title = f"{wanted.view.title} without identifiers" if without else wanted.title
    words = re.sub(r"[^a-z0-9]+", "_", f"{opened.name} {title}".lower()).strip("_")
    known = f"_as_of_{reader.as_of.isoformat()}" if reader.as_of else ""
    return f"{words[:80]}{known}.{ending}"

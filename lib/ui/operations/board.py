"""The board of the Operations page: how the instance stands, redrawn by itself."""

from __future__ import annotations

import streamlit as st

from lib.core.database import DatabaseUnavailable
from lib.operations.service import Overview, operations_overview
from lib.operations.store import LookFailed
from lib.ui.operations.machine import draw_database, draw_machine, draw_pages, draw_processes
from lib.ui.operations.standing import draw_checks, draw_counts, draw_headline
from lib.ui.operations.watch import office_watch
from lib.ui.operations.work import draw_runs, draw_vendors
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal, show_unavailable

_EVERY_SECONDS = 10.0


@st.fragment(run_every=_EVERY_SECONDS)
def draw_board(desk: Desk) -> None:
    """Draw everything anew every ten seconds; while the database is away, say so and go on looking."""
    try:
        found = operations_overview(office_watch(), desk.database, desk.actor)
    except DatabaseUnavailable:
        show_unavailable()
        return
    except LookFailed as error:
        show_refusal(error)
        return
    draw_headline(found.readiness)
    draw_counts(found)
    draw_checks(found.readiness)
    _draw_parts(found)
    st.caption(" · ".join(f"{name} {number}" for name, number in found.versions.items()))


def _draw_parts(found: Overview) -> None:
    work, vendors, processes, machine, database, pages = st.tabs(
        ["Runs", "Vendors", "Processes", "Machine", "Database", "Pages"], key="operations_part"
    )
    with work:
        draw_runs(found.backstage.runs_of_day)
    with vendors:
        draw_vendors(found)
    with processes:
        draw_processes(found)
    with machine:
        draw_machine(found.machine)
    with database:
        draw_database(found)
    with pages:
        draw_pages(found)

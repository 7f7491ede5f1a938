"""What runs where: processes, this machine, the database, and how long this process takes for its pages."""

from __future__ import annotations

import streamlit as st

from lib.operations.model import LongTransaction, Machine, TableSize
from lib.operations.service import Overview
from lib.ui.figures import figure_row
from lib.ui.wording import ago, counted, lasting

_PARTS = {"web": "Web process", "side": "Side process", "command": "Command"}
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def size(number: float) -> str:
    """Bytes as people read them: “1.4 GiB”."""
    unit = 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{number:,.0f} {_UNITS[unit]}" if unit == 0 or number >= 100 else f"{number:,.1f} {_UNITS[unit]}"


def draw_processes(found: Overview) -> None:
    """Every process that holds connections to the database, which is what being alive means here."""
    since, queue = found.backstage.scheduler_since, found.figures.queue
    scheduler = f"has been at work for {lasting(ago(since))}" if since else "is not at work"
    st.caption(f"The scheduler {scheduler}; {counted(queue.workers, 'side process', 'side processes')} take runs.")
    processes = found.backstage.processes
    st.dataframe(
        {
            "Process": [_PARTS[process.part] for process in processes],
            "Where": [process.place for process in processes],
            "Connected for": [lasting(ago(process.since)) for process in processes],
            "Last active": [f"{lasting(ago(process.active_at))} ago" for process in processes],
            "Connections": [process.connections for process in processes],
        },
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Process": st.column_config.TextColumn(width=130, pinned=True),
            "Where": st.column_config.TextColumn(width=220, help="Machine and number of the process."),
            "Connected for": st.column_config.TextColumn(width=120, help="Since its oldest connection."),
            "Last active": st.column_config.TextColumn(width=120),
            "Connections": st.column_config.NumberColumn(width=100, format="%d"),
        },
        key="operations_processes",
    )


def draw_machine(machine: Machine) -> None:
    """Processor, memory and disk of the machine that serves this page."""
    row = figure_row()
    for title, value, below in (
        ("Load", f"{machine.load:.2f}", f"over a minute, on {counted(machine.processors, 'processor')}"),
        ("Memory free", size(machine.memory_free_bytes), f"of {size(machine.memory_bytes)}"),
        ("Disk free", size(machine.disk_free_bytes), f"{machine.disk_free_share:.1%} of {size(machine.disk_bytes)}"),
        ("This web process", size(machine.own_bytes), "of memory"),
    ):
        with row.container(border=True, height="stretch", gap="xsmall"):
            st.metric(title, value)
            st.caption(below)


def draw_database(found: Overview) -> None:
    """Size and connections, the largest tables, and what has been open for long."""
    figures = found.figures
    st.markdown(
        f"**{size(figures.database_bytes)}** on disk · {figures.connections:,} of {figures.most_connections:,} "
        "connections in use"
    )
    _draw_long(found.backstage.long_transactions)
    _draw_tables(found.backstage.largest_tables)


def draw_pages(found: Overview) -> None:
    """How long this web process took to draw each page since it was started, the slowest first."""
    if not found.pages:
        st.markdown("No page has been drawn yet.")
        return
    st.caption("Whole drawings by this web process since its start; /metrics has the distribution.")
    st.dataframe(
        {
            "Page": [speed.page for speed in found.pages],
            "Drawn": [speed.drawn for speed in found.pages],
            "Mean, ms": [speed.mean_seconds * 1000 for speed in found.pages],
        },
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Page": st.column_config.TextColumn(width=220, pinned=True),
            "Drawn": st.column_config.NumberColumn(width=100, format="localized"),
            "Mean, ms": st.column_config.NumberColumn(width=100, format="%.0f"),
        },
        key="operations_pages",
    )


def _draw_long(transactions: tuple[LongTransaction, ...]) -> None:
    if not transactions:
        st.caption("No transaction has been open for over a second.")
        return
    st.dataframe(
        {
            "Open transaction of": [one.name for one in transactions],
            "For": [lasting(one.seconds) for one in transactions],
            "Waits for": [one.waits_for or "nothing" for one in transactions],
        },
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Open transaction of": st.column_config.TextColumn(width=300, pinned=True),
            "For": st.column_config.TextColumn(width=100),
            "Waits for": st.column_config.TextColumn(width=120, help="What PostgreSQL says it waits for."),
        },
        key="operations_long",
    )


def _draw_tables(tables: tuple[TableSize, ...]) -> None:
    st.dataframe(
        {
            "Largest tables": [table.name for table in tables],
            "Size": [size(table.bytes) for table in tables],
            "Rows, about": [table.rows if table.rows >= 0 else None for table in tables],
        },
        hide_index=True,
        width="stretch",
        height="content",
        column_config={
            "Largest tables": st.column_config.TextColumn(width=300, pinned=True),
            "Size": st.column_config.TextColumn(width=110, alignment="right", help="With indexes."),
            "Rows, about": st.column_config.NumberColumn(width=120, format="localized"),
        },
        key="operations_tables",
    )

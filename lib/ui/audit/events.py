"""The events that were found: a page of them, the way to older ones, one in full, all of them as a file."""

from __future__ import annotations

import io
from collections.abc import Callable

import streamlit as st

from lib.core.audit.actions import said_of
from lib.core.audit.found_file import MOST_LINES, write_found
from lib.core.audit.search import Found, Page, Search, search
from lib.core.errors import DaysheetError
from lib.ui.frame import OpenPage
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import literal, moment

_MOST = 100
#: So many lines are shown in full; a longer list scrolls in itself.
_WHOLE = 11
_BEFORE = "audit_before"
_MARKS = {"done": "✓", "posted": "✓", "refused": "✕", "failed": "✕", "broken": "✕", "unknown": "?"}


def draw_events(page: OpenPage, wanted: Search) -> None:
    """Draw what was found, newest first."""
    before = _places(wanted)
    try:
        found = search(page.desk.database, page.desk.actor, wanted, before=before[-1] if before else None, most=_MOST)
    except DaysheetError as error:
        show_refusal(error)
        return
    if not found.events:
        st.info(
            "Take a field away, or choose other days."
            if wanted != Search(zone=wanted.zone)
            else "Acts appear at once.",
            title="No event was found.",
            icon=":material/search_off:",
        )
        return
    chosen = _draw_table(page, found)
    if chosen:
        _draw_one(page, chosen)
    _draw_ways(page.desk, wanted, found, before)


def _places(wanted: Search) -> list[str]:
    """Where the pages before this one ended; none for another search."""
    kept: tuple[Search, list[str]] | None = st.session_state.get(_BEFORE)
    if kept is None or kept[0] != wanted:
        kept = st.session_state[_BEFORE] = (wanted, [])
    return kept[1]


def _draw_table(page: OpenPage, found: Page) -> Found | None:
    events = [each.event for each in found.events]
    choice = st.dataframe(
        {
            "When": [f"{moment(event.at, page.own_zone)}:{event.at:%S}" for event in events],
            "Who": [event.actor for event in events],
            "Outcome": [_outcome(event.action) for event in events],
            "What happened": [said_of(event.action) or event.action for event in events],
            "Record": [event.record for event in events],
            "Client": [each.client_name or "" for each in found.events],
            "From": [event.origin for event in events],
        },
        hide_index=True,
        width="stretch",
        height="content" if len(events) <= _WHOLE else 420,
        selection_mode="single-cell",
        on_select="rerun",
        column_config={
            "When": st.column_config.TextColumn(width=158),
            "Who": st.column_config.TextColumn(width=116),
            "Outcome": st.column_config.TextColumn(width=84),
            "What happened": st.column_config.TextColumn(width=262),
            "Record": st.column_config.TextColumn(width=112),
            "Client": st.column_config.TextColumn(width=112),
            "From": st.column_config.TextColumn(width=76),
        },
        key=f"audit_events_{events[0].id}",
    )
    cells = choice["selection"]["cells"]
    return found.events[cells[0][0]] if cells and cells[0][0] < len(events) else None


def _draw_ways(desk: Desk, wanted: Search, found: Page, before: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button("Newer", icon=":material/arrow_back:", disabled=not before):
            before.pop()
            st.rerun()
        if st.button("Older", icon=":material/arrow_forward:", disabled=found.next is None) and found.next:
            before.append(found.next)
            st.rerun()
        st.download_button(
            "Export what was found",
            data=_exported(desk, wanted),
            file_name="audit.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help=f"As CSV, newest first, {MOST_LINES:,} events at most. The export is recorded.",
        )


def _exported(desk: Desk, wanted: Search) -> Callable[[], bytes]:
    """Written when the button is pressed, and recorded then."""

    def write() -> bytes:
        text = io.StringIO(newline="")
        write_found(desk.database, desk.actor, wanted, text)
        return text.getvalue().encode()

    return write


def _draw_one(page: OpenPage, found: Found) -> None:
    event = found.event
    with st.container(border=True, key="audit_event"):
        st.markdown(f"**{literal(said_of(event.action) or event.action)}**")
        st.caption(
            f"Event {event.id} · `{event.action}` · {moment(event.at, page.own_zone)}:{event.at:%S} · "
            f"{literal(event.actor)} · {literal(event.record)}"
        )
        if event.detail:
            st.json(event.detail)


def _outcome(action: str) -> str:
    word = action.rpartition(":")[2]
    return f"{_MARKS.get(word, '·')} {word}"

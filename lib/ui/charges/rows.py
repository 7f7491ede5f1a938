"""The rows of a run, with what there is to say about each: filtered by outcome, five hundred at a time."""

from __future__ import annotations

import streamlit as st

from lib.charges import service
from lib.charges.model import Outcome, Severity
from lib.charges.sheet.columns import title_of
from lib.charges.store import RowRecord
from lib.core.runs import Run
from lib.ui.looks import once_a_look
from lib.ui.session import Desk
from lib.ui.wording import DOS, outcome_cell, outcome_word

PAGE = 500
#: Letters that a line of the two wide columns holds, and the height of a line of text and of the space around it.
_LETTERS, _LINE, _AROUND = 25, 18, 14
_FEWEST_LINES, _MOST_LINES = 2, 6
#: So many lines are shown in full; more scroll in themselves.
_WHOLE = 6
_ALL = "all"
_TOLD = "told"


def draw_rows(desk: Desk, run: Run) -> None:
    """Draw the filter, the table and the pages of a run's rows."""
    counts = {Outcome(word): count for word, count in (run.result or {}).get("rows", {}).items()}
    if not counts:
        return
    total = sum(counts.values())
    options = [_TOLD, *counts, _ALL]
    chosen = st.radio(
        "Rows shown",
        options,
        format_func=lambda option: _option(option, counts, total),
        horizontal=True,
        label_visibility="collapsed",
        key=f"rows_{run.id}_{run.state}",
    )
    outcome = chosen if isinstance(chosen, Outcome) else None
    place = st.session_state.get(f"rows_page_{run.id}_{chosen}", 1)
    found = service.read_rows(
        desk.database,
        desk.actor,
        run.id,
        outcome=outcome,
        only_problems=chosen == _TOLD,
        skip=(place - 1) * PAGE,
        most=PAGE,
    )
    if not found.rows:
        st.caption("Every row is without a word: no error, no warning." if chosen == _TOLD else "No such row.")
        return
    once_a_look(
        f"run {run.id}",
        (run.state, str(chosen), place),
        lambda: service.record_look(
            desk.database,
            desk.actor,
            run,
            shown=str(chosen),
            skipped=(place - 1) * PAGE,
            rows=len(found.rows),
        ),
    )
    lines = sum(max(1, len(row.problems)) for row in found.rows)
    st.dataframe(
        _table(found.rows),
        hide_index=True,
        width="stretch",
        height="content" if lines <= _WHOLE else 460,
        row_height=_row_height(found.rows),
        column_config={
            "Row": st.column_config.NumberColumn(width=52, pinned=True, format="%d", help="Row of the sheet."),
            "Outcome": st.column_config.TextColumn(width=104),
            "Patient ID": st.column_config.TextColumn(width=84),
            "DOS": st.column_config.TextColumn(width=88, help=DOS),
            "Column": st.column_config.TextColumn(width=120),
            "Value": st.column_config.TextColumn(width=96, help="As it was read."),
            "What": st.column_config.TextColumn(width=190),
            "How to fix": st.column_config.TextColumn(width=190),
        },
        key=f"rows_table_{run.id}_{chosen}_{place}",
    )
    pages = -(-found.total // PAGE)
    if pages > 1:
        first, last = (place - 1) * PAGE + 1, min(place * PAGE, found.total)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.pagination(pages, key=f"rows_page_{run.id}_{chosen}")
            st.caption(f"{first:,} to {last:,} of {found.total:,} rows")


def _option(option: str | Outcome, counts: dict[Outcome, int], total: int) -> str:
    if option == _TOLD:
        return "With an error or a warning"
    if option == _ALL:
        return f"All rows · {total:,}"
    outcome = Outcome(option)
    return f"{outcome_word(outcome)} · {counts[outcome]:,}"


def _row_height(rows: tuple[RowRecord, ...]) -> int | None:
    """Pixels for the longest text, as the table has one height for all; None where there is nothing to say."""
    longest = max((max(len(p.what), len(p.fix)) for row in rows for p in row.problems), default=0)
    if not longest:
        return None
    return _AROUND + _LINE * min(max(-(-longest // _LETTERS), _FEWEST_LINES), _MOST_LINES)


def _table(rows: tuple[RowRecord, ...]) -> dict[str, list[int | str]]:
    """One line a problem; a row without any has one line of its own."""
    lines: list[tuple[int | str, ...]] = []
    for row in rows:
        known = (row.number, outcome_cell(row.outcome), row.cells.get("patient_id", ""), row.cells.get("dos", ""))
        for problem in row.problems:
            mark = "Warning: " if problem.severity is Severity.WARNING else ""
            what = problem.what[:1].upper() + problem.what[1:]
            lines.append((*known, problem.column, problem.value, mark + what, problem.fix))
        if not row.problems:
            lines.append((*known, "", "", "", ""))
    titles = ("Row", "Outcome", title_of("patient_id"), title_of("dos"), "Column", "Value", "What", "How to fix")
    return {title: list(column) for title, column in zip(titles, zip(*lines, strict=True), strict=True)}

"""What came of a batch: figures, files, rows, and asking for the failed ones again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from lib.claim_status import service
from lib.claim_status.model import Outcome
from lib.claim_status.store import ResultRow
from lib.core.access.permissions import Permission
from lib.core.errors import DaysheetError
from lib.core.runs import Run, RunState
from lib.ui.figures import figure_row
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import counted, day, literal, plain_money

_MARKS: dict[Outcome, str] = {
    Outcome.PAID: "✓",
    Outcome.PARTLY_PAID: "◐",
    Outcome.DENIED: "✕",
    Outcome.PATIENT_OWES: "→",
    Outcome.IN_PROCESS: "…",
    Outcome.REJECTED: "✕",
    Outcome.NOT_FOUND: "?",
    Outcome.MISDIRECTED: "↷",
}
_FILES = {"result": ("Result · CSV", "primary"), "workbook": ("Result · Excel", "secondary")}
_FAILED = "failed"
_PAGE = 500


def outcome_cell(outcome: Outcome | None) -> str:
    """An outcome and its mark, for a table's cell; of a row without an answer, that it failed."""
    return f"{_MARKS[outcome]} {outcome.value.capitalize()}" if outcome else "– No answer"


def draw_result(desk: Desk, run: Run) -> None:
    """Draw a batch that is over."""
    result = run.result or {}
    if run.error:
        st.error("What was answered before that is kept.", title=run.error, icon=":material/error:")
    elif run.state is RunState.CANCELLED:
        st.info("What was answered before that is kept.", title="This batch was cancelled.", icon=":material/cancel:")
    for note in result.get("notes", []):
        st.caption(f":material/info: {literal(note)}")
    if not result:
        return
    _draw_figures(result)
    with st.container(horizontal=True, gap="small"):
        _draw_downloads(desk, run)
        _draw_retry(desk, run, result.get("failure", 0))
    if not desk.actor.may(Permission.PATIENTS_SEE):
        st.info("Your roles do not show patients.", title="The rows name patients.", icon=":material/lock:")
        return
    _draw_rows(desk, run, result)


def _draw_figures(result: dict[str, object]) -> None:
    total, success, failure = (int(str(result[name])) for name in ("rows_total", "success", "failure"))
    known, sent = int(str(result["from_cache"])), result.get("calls") or {}
    figures = figure_row()
    figures.metric("Answered", f"{success:,} of {total:,}", border=True, help=f"{known:,} of them were known already.")
    figures.metric("Failed", f"{failure:,}", border=True)
    figures.metric("Paid", plain_money(Decimal(str(result["paid"]))), border=True, help="What payers say they paid.")
    calls = sum(sent.values()) if isinstance(sent, dict) else 0
    figures.metric("Calls", f"{calls:,}", border=True, help="Every call to the payer, tokens included.")


def _draw_downloads(desk: Desk, run: Run) -> None:
    if not desk.actor.may(Permission.PATIENTS_SEE):
        return
    for role, file in service.files_of(desk.database, desk.settings, desk.actor, run.id).items():
        word, kind = _FILES[role]
        st.download_button(
            word,
            data=_taken(desk, run, role),
            file_name=file.name,
            icon=":material/download:",
            type="primary" if kind == "primary" else "secondary",
            on_click="ignore",
            key=f"download_{role}_{run.id}",
        )


def _taken(desk: Desk, run: Run, role: str) -> Callable[[], bytes]:
    """Read when the button is pressed, and recorded then."""
    return lambda: service.take_file(desk.database, desk.settings, desk.actor, run, role).path.read_bytes()


def _draw_retry(desk: Desk, run: Run, failed: int) -> None:
    if not failed or not desk.actor.may(Permission.CLAIM_STATUS_ASK):
        return
    if st.button(f"Ask again for the {counted(failed, 'failed row')}", icon=":material/refresh:", key="retry"):
        try:
            service.retry(desk.database, desk.actor, run.id)
            desk.hand_to_workers(run.id)
        except DaysheetError as error:
            show_refusal(error)
            return
        st.rerun()


def _draw_rows(desk: Desk, run: Run, result: dict[str, object]) -> None:
    outcomes = result.get("outcomes") or {}
    counts = {Outcome(word): int(count) for word, count in outcomes.items()} if isinstance(outcomes, dict) else {}
    options: list[str] = [str(outcome) for outcome in Outcome if outcome in counts]
    if result.get("failure"):
        options.append(_FAILED)
    chosen = st.pills(
        "Show",
        options,
        format_func=lambda word: (
            f"{word.capitalize()} · {counts.get(Outcome(word), 0):,}"
            if word != _FAILED
            else f"Failed · {int(str(result['failure'])):,}"
        ),
        label_visibility="collapsed",
        key=f"shown_{run.id}",
    )
    page = service.results(
        desk.database,
        desk.actor,
        run.id,
        outcome=Outcome(chosen) if chosen and chosen != _FAILED else None,
        state=_FAILED if chosen == _FAILED else None,
        most=_PAGE,
    )
    if page.total > len(page.rows):
        st.caption(f"The first {len(page.rows):,} of {page.total:,} rows; the files have all of them.")
    st.dataframe(
        _columns(page.rows),
        hide_index=True,
        width="stretch",
        height="content" if len(page.rows) <= 15 else 560,
        column_config={
            "Row": st.column_config.NumberColumn(width=52, format="%d"),
            "Status": st.column_config.TextColumn(width=128, help="Judged from amounts and codes, in our own words."),
            "Payer's word": st.column_config.TextColumn(width=104),
            **{
                title: st.column_config.TextColumn(width=92, alignment="right")
                for title in ("Charged", "Allowed", "Paid", "Patient owes")
            },
        },
        key=f"rows_{run.id}_{chosen}",
    )


def _columns(rows: tuple[ResultRow, ...]) -> dict[str, list[object]]:
    return {
        "Row": [row.row for row in rows],
        "Claim": [row.asked.claim_number for row in rows],
        "Status": [outcome_cell(row.outcome) for row in rows],
        "Payer's word": [row.status for row in rows],
        "Patient": [
            row.patient_name or " ".join(filter(None, (row.asked.first_name, row.asked.last_name))) for row in rows
        ],
        "Charged": [_dollars(row.charged) for row in rows],
        "Allowed": [_dollars(row.allowed) for row in rows],
        "Paid": [_dollars(row.paid) for row in rows],
        "Patient owes": [_dollars(row.patient_responsibility) for row in rows],
        "Processed": [day(row.processed_on) if row.processed_on else "" for row in rows],
        "Check or EFT": [" ".join(row.check_numbers) for row in rows],
        "Reasons": [" ".join(row.reasons) for row in rows],
        "Error": [row.error for row in rows],
    }


def _dollars(amount: Decimal | None) -> str:
    return plain_money(amount) if amount is not None else ""

"""What the biller's own headers mean: asked between upload and check, and changed later."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from lib.charges import service
from lib.charges.service import Headers, MappedColumn
from lib.charges.sheet.columns import INPUT_COLUMNS, missing_columns, plain_header, title_of
from lib.charges.sheet.workbook import OwnColumn
from lib.core.errors import BadInput, DaysheetError
from lib.core.runs import Run
from lib.core.spreadsheets.rows import column_number
from lib.ui.charges.upload import check_now
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal
from lib.ui.wording import literal

_OWN = ""


def draw_mapping(desk: Desk, run: Run, headers: Headers) -> None:
    """Ask what each unknown header is; accepted answers are kept for the client, and the check begins."""
    st.subheader("What are these columns?", anchor=False)
    if headers.missing:
        st.warning(
            "Choose below which of your columns they are. If they are not in the sheet, add them and upload it again.",
            title=f"Not found in the sheet: {', '.join(headers.missing)}",
            icon=":material/view_column:",
        )
    else:
        st.caption("Some headers look like columns of ours. Accept what is right; the answer is kept for this client.")
    if not _askable(headers):
        return
    with st.form(f"mapping_{run.id}", border=True):
        answers = _ask(run, headers, _suggested(headers))
        accepted = st.form_submit_button("Accept these columns and check", type="primary", icon=":material/check:")
    if not accepted:
        return
    try:
        _remember(desk, run, headers, answers)
        if not service.read_headers(desk.database, desk.settings, desk.actor, run.id).missing:
            check_now(desk, run.id)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.rerun()


def draw_meanings(desk: Desk, run: Run, headers: Headers) -> None:
    """Show what each own header means now; a change is kept for the client, and the sheet is checked again."""
    if not _askable(headers):
        st.caption("Every header of the sheet is one of ours.")
        return
    now = _present(headers)
    with st.form(f"meanings_{run.id}", border=False):
        answers = _ask(run, headers, now)
        saved = st.form_submit_button("Save and check again", icon=":material/check:")
    if not saved:
        return
    changed = {letter: key for letter, key in answers.items() if key != now.get(letter, _OWN)}
    if not changed:
        st.caption("Nothing is changed.")
        return
    try:
        _refuse_missing(headers, answers)
        _remember(desk, run, headers, answers, only=changed)
        check_now(desk, run.id)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.rerun()


def _ask(run: Run, headers: Headers, proposed: dict[str, str]) -> dict[str, str]:
    """Draw one question a header; answers and proposals are column keys by column letter."""
    options = [_OWN, *(column.key for column in INPUT_COLUMNS if column.key not in _by_name(headers))]
    answers: dict[str, str] = {}
    for column in _askable(headers):
        left, right = st.columns([2, 3], vertical_alignment="center")
        left.markdown(f"**{literal(column.title)}**  \n:gray[column {column.letter}]")
        answers[column.letter] = right.selectbox(
            f"What “{column.title}” is",
            options,
            index=options.index(proposed.get(column.letter, _OWN)),
            format_func=lambda key: title_of(key) if key else "A column of our own",
            label_visibility="collapsed",
            key=f"mapping_{run.id}_{column.letter}",
        )
    return answers


def _askable(headers: Headers) -> list[OwnColumn | MappedColumn]:
    """The columns that are none of ours by name, from left to right."""
    return sorted((*headers.own, *headers.mapped), key=lambda column: column_number(column.letter))


def _present(headers: Headers) -> dict[str, str]:
    return {column.letter: column.key for column in headers.mapped}


def _by_name(headers: Headers) -> set[str]:
    """Our columns that the sheet calls by a name of ours."""
    return set(headers.found) - set(_present(headers).values())


def _suggested(headers: Headers) -> dict[str, str]:
    """What each header means already, else its best suggestion, none of them twice."""
    given = _present(headers)
    for column in headers.own:
        free = (key for key in column.suggestions if key not in given.values())
        given[column.letter] = next(free, _OWN)
    return given


def _refuse_missing(headers: Headers, answers: dict[str, str]) -> None:
    lacking = missing_columns({*_by_name(headers), *answers.values()} - {_OWN})
    if lacking:
        titles = ", ".join(column.title for column in lacking)
        raise BadInput(f"The sheet would then lack {titles}.", fix="Say which of your columns that is.")


def _remember(
    desk: Desk, run: Run, headers: Headers, answers: dict[str, str], *, only: dict[str, str] | None = None
) -> None:
    """Keep the answers, or `only` those of them; raises BadInput when two columns would mean the same."""
    titles = {column.letter: column.title for column in _askable(headers)}
    twice = [key for key, count in Counter(key for key in answers.values() if key).items() if count > 1]
    if twice:
        raise BadInput(f"Two of your columns are given as {title_of(twice[0])}.", fix="Keep one of them.")
    alike = Counter(plain_header(title) for title in titles.values())
    for letter, key in answers.items():
        if key and alike[plain_header(titles[letter])] > 1:
            raise BadInput(
                f"Several columns are called “{titles[letter]}”, so none of them can be {title_of(key)}.",
                fix="Rename the others in the sheet and upload it again.",
            )
    kept = answers if only is None else only
    service.remember_mapping(desk.database, desk.actor, run.id, {titles[letter]: key for letter, key in kept.items()})

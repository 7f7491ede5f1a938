"""Between upload and check: what the biller's own headers mean."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from lib.charges import service
from lib.charges.service import Headers
from lib.charges.sheet.columns import INPUT_COLUMNS, title_of
from lib.core.errors import BadInput, DaysheetError
from lib.core.runs import Run
from lib.ui.charges.upload import check_now
from lib.ui.session import Desk
from lib.ui.trouble import show_refusal

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
    if not headers.own:
        return
    options = [_OWN, *(column.key for column in INPUT_COLUMNS if column.key not in headers.found)]
    suggested = _suggested(headers)
    with st.form(f"mapping_{run.id}", border=True):
        answers: dict[str, str] = {}
        for column in headers.own:
            left, right = st.columns([2, 3], vertical_alignment="center")
            left.markdown(f"**{_literal(column.title)}**  \n:gray[column {column.letter}]")
            answers[column.title] = right.selectbox(
                f"What “{column.title}” is",
                options,
                index=options.index(suggested[column.title]),
                format_func=lambda key: title_of(key) if key else "A column of our own",
                label_visibility="collapsed",
                key=f"mapping_{run.id}_{column.letter}",
            )
        accepted = st.form_submit_button("Accept these columns and check", type="primary", icon=":material/check:")
    if not accepted:
        return
    try:
        _accept(desk, run, answers)
    except DaysheetError as error:
        show_refusal(error)
        return
    st.rerun()


def _suggested(headers: Headers) -> dict[str, str]:
    """The best suggestion for each header, none of them twice."""
    given: dict[str, str] = {}
    for column in headers.own:
        free = (key for key in column.suggestions if key not in given.values())
        given[column.title] = next(free, _OWN)
    return given


def _accept(desk: Desk, run: Run, answers: dict[str, str]) -> None:
    twice = [key for key, count in Counter(key for key in answers.values() if key).items() if count > 1]
    if twice:
        raise BadInput(f"Two of your columns are given as {title_of(twice[0])}.", fix="Keep one of them.")
    service.remember_mapping(desk.database, desk.actor, run.id, answers)
    headers = service.read_headers(desk.database, desk.settings, desk.actor, run.id)
    if not headers.missing:
        check_now(desk, run.id)


def _literal(text: str) -> str:
    """A header as written, with nothing in it read as markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+-.!$|<>~:" else letter for letter in text)

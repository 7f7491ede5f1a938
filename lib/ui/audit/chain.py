"""How the chain of the audit stands, at the top of its page."""

from __future__ import annotations

import streamlit as st

from lib.core.audit.check import check
from lib.core.audit.standing import Standing, standing
from lib.core.errors import DaysheetError
from lib.ui.figures import figure_row
from lib.ui.frame import OpenPage, tell_next
from lib.ui.trouble import show_refusal
from lib.ui.wording import ago, counted, lasting, moment

#: More events than this are verified by a command, which keeps no page waiting.
_MOST_HERE = 100_000
#: The sealer looks every second; events that wait longer wait in vain.
_LATE_SECONDS = 60.0


def draw_chain(page: OpenPage) -> None:
    """Draw the chain's figures, and the button that verifies it."""
    desk = page.desk
    try:
        found = standing(desk.database, desk.actor, desk.settings.home)
    except DaysheetError as error:
        show_refusal(error)
        return
    if found is None:
        st.caption("You see the events of your clients. How the chain stands is shown to who sees every client.")
        return
    _draw_trouble(page, found)
    _draw_figures(page, found)
    _draw_verify(page, found)


def _draw_trouble(page: OpenPage, found: Standing) -> None:
    checked = found.last_check
    if checked and not checked.whole:
        st.error(
            "The command `python -m jobs audit verify` names what is wrong, event by event. Change nothing before.",
            title=f"The audit was found broken on {moment(checked.at, page.own_zone)}.",
            icon=":material/link_off:",
        )
    if found.waiting_since and ago(found.waiting_since) > _LATE_SECONDS:
        st.warning(
            "The side process seals them: see on the Operations page whether it runs.",
            title=f"{counted(found.waiting, 'event')} {'waits' if found.waiting == 1 else 'wait'} for a seal since "
            f"{lasting(ago(found.waiting_since))}.",
            icon=":material/hourglass_empty:",
        )


def _draw_figures(page: OpenPage, found: Standing) -> None:
    head, checked = found.head, found.last_check
    figures = figure_row()
    figures.metric(
        "Last sealed number",
        f"{head.number:,}" if head else "–",
        border=True,
        help=f"Sealed {moment(head.sealed_at, page.own_zone)}; the chain begins at {found.first:,}." if head else None,
    )
    figures.metric("Waiting for a seal", f"{found.waiting:,}", border=True, help="Events are sealed within a second.")
    figures.metric(
        "Last verified number",
        f"{checked.number:,}" if checked else "–",
        border=True,
        help=f"{moment(checked.at, page.own_zone)}, against {counted(checked.anchors, 'anchor')}." if checked else None,
    )
    figures.metric(
        "Heads kept at home",
        f"{found.kept:,}",
        border=True,
        help="The last one and one of each hour, outside the database: a chain that was cut or rewritten shows "
        "against them.",
    )


def _draw_verify(page: OpenPage, found: Standing) -> None:
    checked, size = found.last_check, found.head.number - found.first + 1 if found.head else 0
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        pressed = st.button("Verify now", icon=":material/verified:", disabled=not 0 < size <= _MOST_HERE)
        words = f"Verified {moment(checked.at, page.own_zone)}" if checked else "Not verified yet"
        anchored = f"last written out {moment(found.anchored_at, page.own_zone)}" if found.anchored_at else "never"
        said = f"{words} · anchors for elsewhere: {anchored}"
        if size > _MOST_HERE:
            said += " · so many events are verified by `python -m jobs audit verify`"
        st.caption(said, width="stretch")
    if not pressed:
        return
    try:
        with st.spinner(f"Verifying {counted(size, 'event')}"):
            verdict = check(page.desk.database, page.desk.actor, page.desk.settings.home)
    except DaysheetError as error:
        show_refusal(error)
        return
    if verdict.whole:
        tell_next(f"The audit is whole: {counted(verdict.events, 'event')}, {counted(verdict.anchors, 'anchor')}.")
    st.rerun()

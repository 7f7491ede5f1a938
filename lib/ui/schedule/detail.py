"""One schedule: what it does, its next times and last results, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import streamlit as st

from lib.core.access.permissions import Permission
from lib.core.errors import DaysheetError
from lib.core.schedules import service
from lib.core.schedules.kinds import REPORT_SYNC
from lib.core.schedules.model import Schedule, TakenTime
from lib.reports.service import sync_now
from lib.ui.frame import OpenPage, tell_next
from lib.ui.navigation import RUNS
from lib.ui.schedule.form import draw_form
from lib.ui.schedule.table import when, whom
from lib.ui.trouble import show_refusal
from lib.ui.wording import literal, moment, state_icon, state_word, who


def draw_detail(page: OpenPage, schedule: Schedule, now: datetime) -> None:
    """Draw it below the table."""
    st.subheader(f"{schedule.kind.title}: {whom(schedule)}", anchor=False)
    words = when(schedule)
    st.markdown(f"{schedule.kind.sentence} **{words[:1].upper()}{words[1:]}.**")
    _draw_acts(page, schedule)
    times, results = st.columns(2)
    with times:
        _draw_times(schedule, now)
    with results:
        _draw_results(schedule)
    draw_form(page, schedule)


def _draw_acts(page: OpenPage, schedule: Schedule) -> None:
    with st.container(horizontal=True, gap="small"):
        may = schedule.kind is not REPORT_SYNC or page.desk.actor.may(Permission.REPORTS_LOAD)
        if st.button(
            "Run now",
            icon=":material/play_arrow:",
            disabled=not may,
            help=None if may else "To load reports by hand is for who may load them on the Reports page.",
            key=f"now_{schedule.id}",
        ):
            _act(lambda: _run_now(page, schedule))
        if schedule.paused:
            if st.button("Resume", icon=":material/resume:", key=f"resume_{schedule.id}"):
                _act(lambda: _resume(page, schedule))
        elif st.button(
            "Pause",
            icon=":material/pause:",
            help="It is not started by itself until it is resumed; times in between are left out.",
            key=f"pause_{schedule.id}",
        ):
            _act(lambda: _pause(page, schedule))


def _act(act: Callable[[], str]) -> None:
    try:
        said = act()
    except DaysheetError as error:
        show_refusal(error)
        return
    tell_next(said)
    st.rerun()


def _run_now(page: OpenPage, schedule: Schedule) -> str:
    desk = page.desk
    if schedule.kind is REPORT_SYNC and schedule.client_id is not None:
        run_id = sync_now(desk.database, desk.settings, desk.actor, schedule.client_id).run_id
    else:
        run_id = service.run_now(desk.database, desk.actor, schedule.id, now=datetime.now(UTC))
    desk.hand_to_workers(run_id)
    return f"{schedule.kind.title} is started as run {run_id}."


def _pause(page: OpenPage, schedule: Schedule) -> str:
    service.pause(page.desk.database, page.desk.actor, schedule.id, version=schedule.version)
    return f"{schedule.kind.title} is paused."


def _resume(page: OpenPage, schedule: Schedule) -> str:
    resumed = service.resume(
        page.desk.database, page.desk.actor, schedule.id, version=schedule.version, now=datetime.now(UTC)
    )
    return f"{schedule.kind.title} goes on: {resumed.rule.words}."


def _draw_times(schedule: Schedule, now: datetime) -> None:
    st.markdown(f"**Next times** ({schedule.time_zone})")
    if schedule.paused:
        st.caption("None, while it is paused.")
        return
    lines = [":material/history: a missed time, within a minute"] if schedule.owed(now) else []
    lines += [moment(at, schedule.zone) for at in schedule.coming(now)]
    st.markdown("  \n".join(lines))


def _draw_results(schedule: Schedule) -> None:
    st.markdown("**Last results**")
    if not schedule.last:
        st.caption("It was not started yet.")
    for taken in schedule.last:
        _draw_result(schedule, taken)


def _draw_result(schedule: Schedule, taken: TakenTime) -> None:
    at = moment(taken.taken_at, schedule.zone)
    by = "" if taken.asked_by.startswith("job:") else f" by {who(taken.asked_by)}"
    if taken.run_id is None or taken.state is None:
        st.markdown(f":material/do_not_disturb_on: {at}{by} · {taken.note or 'its run is not kept any more'}")
        return
    st.page_link(
        RUNS,
        label=f"{at}{by} · {state_word(taken.state)}, run {taken.run_id}",
        icon=state_icon(taken.state),
        query_params={"run": taken.run_id},
    )
    if taken.said:
        st.caption(literal(taken.said))

"""The form of one schedule: when it recurs, in words that a manager picks from."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, time
from zoneinfo import available_timezones

import streamlit as st

from lib.core.errors import BadInput, Conflict, DaysheetError
from lib.core.schedules import service
from lib.core.schedules.model import Schedule
from lib.core.schedules.rules import (
    LAST_DAY,
    LEAST_MINUTES,
    MOST_MINUTES,
    Rhythm,
    Rule,
    daily,
    every,
    monthly,
    read_rule,
    weekdays,
    weekly,
)
from lib.ui.frame import OpenPage, tell_next
from lib.ui.trouble import show_refusal
from lib.ui.wording import moment, who

_SEEN = "schedule_seen"
_NAMES = {
    Rhythm.DAILY: "Every day",
    Rhythm.WEEKDAYS: "On weekdays",
    Rhythm.WEEKLY: "Once a week",
    Rhythm.MONTHLY: "Once a month",
    Rhythm.INTERVAL: "Every so many minutes",
    Rhythm.CRON: "By a cron rule",
}


def draw_form(page: OpenPage, latest: Schedule) -> None:
    """Draw the form. What was seen when it was drawn first is kept, so that nobody's change is overwritten."""
    key = f"{_SEEN}_{latest.id}"
    seen: Schedule = st.session_state.setdefault(key, latest)
    if latest.version != seen.version:
        st.warning(
            "What you see below is what was saved before.",
            title=f"{who(latest.changed_by).capitalize()} has changed this since you opened it.",
            icon=":material/edit_off:",
        )
        if st.button("Show the latest", icon=":material/refresh:", key=f"latest_{key}"):
            del st.session_state[key]
            st.rerun()
    part = f"{seen.id}_{seen.version}"
    with st.container(border=True):
        try:
            rule, zone = _draw_rule(seen, part), _draw_zone(seen, part)
        except BadInput as error:
            show_refusal(error)
            return
        saved = st.button("Save", type="primary", icon=":material/save:", key=f"save_{part}")
        st.caption(f"Changed {moment(seen.changed_at, page.own_zone)} by {who(seen.changed_by)}.")
    if saved:
        _save(page, seen, key, rule, zone)


def _draw_rule(seen: Schedule, part: str) -> Rule:
    rhythms = list(_NAMES) if seen.kind.timed else [Rhythm.DAILY]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        rhythm = st.selectbox(
            "How often",
            rhythms,
            index=rhythms.index(seen.rule.rhythm),
            format_func=lambda one: _NAMES[one],
            width=220,
            disabled=len(rhythms) == 1,
            key=f"rhythm_{part}",
        )
        return _FIELDS[rhythm](seen.rule, part)


def _daily(rule: Rule, part: str) -> Rule:
    return daily(_time(rule, part))


def _weekdays(rule: Rule, part: str) -> Rule:
    return weekdays(_time(rule, part))


def _weekly(rule: Rule, part: str) -> Rule:
    day = st.selectbox(
        "On",
        range(7),
        index=rule.weekday or 0,
        format_func=lambda number: calendar.day_name[number],
        width=160,
        key=f"weekday_{part}",
    )
    return weekly(day, _time(rule, part))


def _monthly(rule: Rule, part: str) -> Rule:
    day = st.number_input("On day", 1, LAST_DAY, rule.day or 1, width=120, key=f"day_{part}")
    return monthly(int(day), _time(rule, part))


def _interval(rule: Rule, part: str) -> Rule:
    minutes = st.number_input(
        "Minutes", LEAST_MINUTES, MOST_MINUTES, rule.minutes or 60, step=5, width=140, key=f"minutes_{part}"
    )
    return every(int(minutes))


def _cron(rule: Rule, part: str) -> Rule:
    text = st.text_input(
        "Cron rule",
        value=rule.text if rule.minutes is None else "0 5 * * *",
        width=240,
        help="Minute, hour, day of the month, month, day of the week (0 is Sunday).",
        key=f"cron_{part}",
    )
    read = read_rule(text)
    st.markdown(f"*{read.words}*")
    return read


_FIELDS: dict[Rhythm, Callable[[Rule, str], Rule]] = {
    Rhythm.DAILY: _daily,
    Rhythm.WEEKDAYS: _weekdays,
    Rhythm.WEEKLY: _weekly,
    Rhythm.MONTHLY: _monthly,
    Rhythm.INTERVAL: _interval,
    Rhythm.CRON: _cron,
}


def _time(rule: Rule, part: str) -> time:
    return st.time_input("At", value=rule.at or time(5), step=300, width=120, key=f"time_{part}")


def _draw_zone(seen: Schedule, part: str) -> str | None:
    if seen.client_id is not None:
        st.caption(f"In the client's time zone, {seen.time_zone}.")
        return None
    zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
    return st.selectbox(
        "Time zone",
        zones,
        index=zones.index(seen.time_zone) if seen.time_zone in zones else None,
        width=300,
        key=f"zone_{part}",
    )


def _save(page: OpenPage, seen: Schedule, key: str, rule: Rule, zone: str | None) -> None:
    try:
        service.change(
            page.desk.database,
            page.desk.actor,
            seen.id,
            rule=rule,
            time_zone=zone,
            version=seen.version,
            now=datetime.now(UTC),
        )
    except Conflict as error:
        show_refusal(Conflict(error.what, fix="“Show the latest” brings what was saved; nothing of yours was kept."))
        return
    except DaysheetError as error:
        show_refusal(error)
        return
    del st.session_state[key]
    tell_next(f"{seen.kind.title} is saved: {rule.words}.")
    st.rerun()

"""What staff did: claims worked and notes written, and the hours by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from lib.analytics.figures.figure import Figure, Measure, Part, Unit, fold, sums
from lib.analytics.figures.rankings import only, ranked
from lib.analytics.reading.columns import said_count
from lib.analytics.reading.filters import Filters, Mark, MarkValue, conditions_on
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, view_named

CLAIMS = view_named("rcm_productivity_view")
TIME = view_named("user_time_spread_view")
#: Of a user on a claim; a claim without notes was worked on too.
NOTES = Measure(column="note_count_cntunq", title="Notes", every=True)
MINUTES = Measure(column="minutes_spent", title="Minutes")
_WEEKS = 13
_NOTE_DAY = "A claim counts for each user who wrote on it, in the week of that user's latest note."


def recent(filters: Filters, newest: date) -> Filters:
    """The filters; where no days are chosen, those of the last thirteen weeks, the running one among them."""
    if filters.first_day or filters.last_day:
        return filters
    monday = newest - timedelta(days=newest.weekday())
    return replace(filters, first_day=monday - timedelta(weeks=_WEEKS - 1), last_day=newest, clock=Clock.POSTED)


def claims_by_user(reader: Reader, filters: Filters, *, within: Mark | None = None) -> Figure:
    """How many claims each user worked on, those with the most first."""
    narrowed = only(within, "created_by_user")
    parts = ranked(
        reader,
        CLAIMS,
        filters,
        NOTES,
        "created_by_user",
        nothing="No user",
        within=narrowed,
        clock=Clock.POSTED,
        by_rows=True,
    )
    return Figure(
        name="claims_by_user",
        title="Claims worked by user, latest note",
        view=CLAIMS.name,
        measure=NOTES,
        parts=tuple(replace(part, beside=said_count(int(part.amount), "note")) for part in parts),
        unit=Unit.COUNT,
        basis="Day of the latest note (always)",
        noun="claim",
        note=_NOTE_DAY,
        unheeded=conditions_on(CLAIMS, filters, clock=Clock.POSTED).unheeded,
        within=narrowed,
        clock=Clock.POSTED,
    )


def claims_by_week(reader: Reader, filters: Filters, newest: date) -> Figure:
    """How many claims were worked on, by week; the running week is immature."""
    parts = []
    for group in sums(reader, CLAIMS, filters, NOTES, ["note_week"], clock=Clock.POSTED):
        week = group.values["note_week"]
        if isinstance(week, date):
            parts.append(_week(week, group.rows, group.amount, {"note_week": week}, newest))
    return Figure(
        name="claims_by_week",
        title="Claims worked by week, latest note",
        view=CLAIMS.name,
        measure=NOTES,
        parts=tuple(parts),
        unit=Unit.COUNT,
        series=("",),
        basis="Day of the latest note (always)",
        noun="claim",
        unheeded=conditions_on(CLAIMS, filters, clock=Clock.POSTED).unheeded,
        clock=Clock.POSTED,
    )


def claims_by_user_and_week(reader: Reader, filters: Filters, newest: date) -> Figure:
    """The same for each user and week, as a table: users are its rows, weeks its columns."""
    groups = sums(reader, CLAIMS, filters, NOTES, ["created_by_user", "note_week"], clock=Clock.POSTED)
    parts = []
    for group in groups:
        week = group.values["note_week"]
        if isinstance(week, date):
            part = _week(week, group.rows, group.amount, group.values, newest)
            user = group.values["created_by_user"]
            parts.append(replace(part, label="No user" if user is None else str(user), series=part.label))
    return Figure(
        name="claims_by_user_and_week",
        title="Claims worked by user and week, latest note",
        view=CLAIMS.name,
        measure=NOTES,
        parts=tuple(_in_order(parts)),
        unit=Unit.COUNT,
        series=tuple(sorted({part.series for part in parts})),
        basis="Day of the latest note (always)",
        noun="claim",
        unheeded=conditions_on(CLAIMS, filters, clock=Clock.POSTED).unheeded,
        clock=Clock.POSTED,
    )


def time_by_user(reader: Reader, filters: Filters, *, within: Mark | None = None) -> Figure:
    """Hours of each user by task, those with the most first; amounts are minutes, as the report has them."""
    narrowed = only(within, "user_name")
    groups = sums(reader, TIME, filters, MINUTES, ["user_name", "task_name"], within=narrowed, clock=Clock.POSTED)
    parts = [
        Part(
            label=str(group.values["user_name"] or "No user"),
            series=str(group.values["task_name"] or "No task"),
            mark=Mark(values=group.values),
            rows=group.rows,
            amount=group.amount,
        )
        for group in groups
    ]
    return _time("time_by_user", "Hours by user and task", fold(_in_order(parts), "user_name"), filters, narrowed)


def time_by_task(reader: Reader, filters: Filters, *, within: Mark | None = None) -> Figure:
    """Hours by task, the most first."""
    narrowed = only(within, "task_name")
    parts = ranked(reader, TIME, filters, MINUTES, "task_name", nothing="No task", within=narrowed, clock=Clock.POSTED)
    return _time("time_by_task", "Hours by task", parts, filters, narrowed)


def tasks(figure: Figure) -> tuple[str, ...]:
    """The tasks of a figure of time, those with the most hours first."""
    minutes: dict[str, Decimal] = {}
    for part in figure.parts:
        minutes[part.series] = minutes.get(part.series, Decimal(0)) + part.amount
    return tuple(sorted(minutes, key=lambda task: (-minutes[task], task)))


def _time(name: str, title: str, parts: Sequence[Part], filters: Filters, within: Mark | None) -> Figure:
    figure = Figure(
        name=name,
        title=f"{title}, day of the work",
        view=TIME.name,
        measure=MINUTES,
        parts=tuple(replace(part, value=part.amount / 60) for part in parts),
        unit=Unit.HOURS,
        basis="Day of the work (always)",
        noun="time record",
        unheeded=conditions_on(TIME, filters, clock=Clock.POSTED).unheeded,
        within=within,
        clock=Clock.POSTED,
    )
    return replace(figure, series=tasks(figure))


def _in_order(parts: Sequence[Part]) -> list[Part]:
    """By label and series: databases sort text in orders of their own."""
    return sorted(parts, key=lambda part: (part.label, part.series))


def _week(week: date, rows: int, notes: Decimal, values: Mapping[str, MarkValue], newest: date) -> Part:
    over = week + timedelta(days=6) <= newest
    return Part(
        label=week.isoformat(),
        mark=Mark(values=values),
        rows=rows,
        amount=notes,
        value=Decimal(rows),
        immature=not over,
        said=(said_count(int(notes), "note"),),
    )

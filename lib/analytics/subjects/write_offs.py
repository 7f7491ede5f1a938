"""Adjustments and write-offs: by kind and month, by payer, and what was taken back of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from lib.analytics.figures.figure import Figure, Group, Measure, Part, fold, sums
from lib.analytics.figures.rankings import only
from lib.analytics.reading.columns import said_count
from lib.analytics.reading.filters import Filters, Mark, MarkValue, conditions_on
from lib.analytics.reading.months import is_over, month_label
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, view_named

VIEW = view_named("write_off_trends_view")
WRITTEN_OFF = Measure(column="write_off_amount", title="Written off")
TAKEN_BACK = "taken back"
CONTRACTUAL = "contractual"
#: As they are drawn, what no agreement asks for last; what is taken back stands below zero.
KINDS = (
    CONTRACTUAL,
    "secondary payer",
    "sequestration",
    "denial",
    "timely filing",
    "small balance",
    "bad debt",
    "charity",
    "other",
)


def by_month(reader: Reader, filters: Filters, newest: date, *, contractual: bool = True) -> Figure:
    """What was written off by kind and month of posting; takebacks of any kind are negative and stand apart."""
    columns = ["posted_month", "kind", "is_takeback"]
    groups = _kept(sums(reader, VIEW, filters, WRITTEN_OFF, columns, clock=Clock.POSTED), contractual)
    parts = []
    taken: dict[date, list[Group]] = {}
    for group in groups:
        month = group.values["posted_month"]
        if not isinstance(month, date):
            continue
        if group.values["is_takeback"]:
            taken.setdefault(month, []).append(group)
        else:
            parts.append(_part(month, str(group.values["kind"]), group.values, [group], newest))
    for month, found in taken.items():
        kinds = tuple(sorted(str(group.values["kind"]) for group in found))
        values = {"posted_month": month, "kind": kinds, "is_takeback": True}
        parts.append(_part(month, TAKEN_BACK, values, found, newest))
    shown = {part.series for part in parts}
    unknown = sorted(shown - {*KINDS, TAKEN_BACK})
    left_out = "" if contractual else ", contractual left out"
    return Figure(
        name="write_offs_by_month",
        title=f"Adjustments and write-offs by kind and month posted{left_out}",
        view=VIEW.name,
        measure=WRITTEN_OFF,
        parts=tuple(sorted(parts, key=lambda part: (part.label, part.series))),
        series=tuple(kind for kind in (*KINDS, *unknown, TAKEN_BACK) if kind in shown),
        basis=f"{Clock.POSTED.label} (always)",
        noun="adjustment",
        note=_stand_ins(reader, filters),
        unheeded=conditions_on(VIEW, filters, clock=Clock.POSTED).unheeded,
        clock=Clock.POSTED,
    )


def by_payer(reader: Reader, filters: Filters, *, contractual: bool = True, within: Mark | None = None) -> Figure:
    """What was written off by payer, the most first; takebacks are negative and stand apart."""
    column = VIEW.column_of(Dimension.PAYER)
    assert column is not None
    narrowed = only(within, column)
    groups = _kept(
        sums(reader, VIEW, filters, WRITTEN_OFF, [column, "kind", "is_takeback"], within=narrowed, clock=Clock.POSTED),
        contractual,
    )
    together: dict[tuple[MarkValue, MarkValue], list[Group]] = {}
    for group in groups:
        together.setdefault((group.values[column], group.values["is_takeback"]), []).append(group)
    every = tuple(sorted({str(group.values["kind"]) for group in groups}))
    parts = [
        Part(
            label=str(payer or "No payer"),
            series=TAKEN_BACK if back else "written off",
            mark=Mark(values={column: payer, "is_takeback": back, "kind": every}),
            rows=sum(group.rows for group in found),
            amount=sum((group.amount for group in found), Decimal(0)),
        )
        for (payer, back), found in together.items()
    ]
    return Figure(
        name="write_offs_by_payer",
        title=f"Adjustments and write-offs by payer{'' if contractual else ', contractual left out'}",
        view=VIEW.name,
        measure=WRITTEN_OFF,
        parts=fold(sorted(parts, key=lambda part: (part.label, part.series)), column),
        series=("written off", TAKEN_BACK),
        basis=f"{Clock.POSTED.label} (always)",
        noun="adjustment",
        unheeded=conditions_on(VIEW, filters, clock=Clock.POSTED).unheeded,
        within=narrowed,
        clock=Clock.POSTED,
    )


def _stand_ins(reader: Reader, filters: Filters) -> str:
    """What has to be said where a saved report does not tell what an adjustment came to."""
    conditions = conditions_on(VIEW, filters, clock=Clock.POSTED)
    question = questions("performance")["write_off_stand_ins"].format(view=VIEW.name, conditions=conditions.sql)
    rows = reader.ask(question, conditions.parameters).first["row_count"]
    if not rows:
        return ""
    return (
        f"{said_count(rows, 'adjustment')} without Adjustment Amount: Patient Total Credits of the same row is taken "
        "for it, our reading. Add the column Adjustment Amount to the saved report to have what was posted."
    )


def _kept(groups: list[Group], contractual: bool) -> list[Group]:
    return groups if contractual else [group for group in groups if group.values["kind"] != CONTRACTUAL]


def _part(
    month: date,
    series: str,
    values: Mapping[str, MarkValue | tuple[MarkValue, ...]],
    groups: Sequence[Group],
    newest: date,
) -> Part:
    return Part(
        label=month_label(month),
        series=series,
        mark=Mark(values=values),
        rows=sum(group.rows for group in groups),
        amount=sum((group.amount for group in groups), Decimal(0)),
        immature=not is_over(month, newest),
    )

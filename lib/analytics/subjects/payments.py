"""Payments: what came over the months, from whom, how fast it was posted, what stands on no charge, what was expected.

Refunds and reversals are negative payments and stay that way (docs/kpis.md, ground rules).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lib.analytics.figures.figure import Figure, Group, Measure, Part, Unit, fold, sums
from lib.analytics.reading.filters import Filters, Mark, conditions_on
from lib.analytics.reading.months import month_label
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, view_named

VIEW = view_named("payment_trends_view")
#: The clocks by which payments are counted.
CLOCKS = (Clock.POSTED, Clock.RECEIVED)
PAID = Measure(column="payment_total_paid", title="Paid")
#: Payment lines are counted also where they bring no money: a denial has to be posted too.
LINES = Measure(column="payment_total_paid", title="Paid", every=True)
ALLOWED = Measure(column="payment_allowed_amount", title="Allowed")
APPLIED = Measure(column="payment_total_applied", title="Applied")
UNAPPLIED = Measure(column="payment_unapplied_amount", title="Unapplied")
#: A payment is the sum of these.
KINDS = (
    Measure(column="insurance_paid_amount", title="Insurance"),
    Measure(column="patient_paid_amount", title="Patient"),
)
_MONTHS = {Clock.POSTED: "posted_month", Clock.RECEIVED: "received_month"}
_WORDS = {Clock.POSTED: "by month of posting", Clock.RECEIVED: "by month received"}
_NOUN = "payment line"
_AGES = ("0-30", "31-60", "61-90", "91-120", "over 120", "no date")
TOO_EARLY = "before receipt (data error)"
#: Days from receipt to posting: the last day of each bucket, and its name.
_TURNAROUNDS = ((0, "same day"), (1, "1 day"), (2, "2 days"), (5, "3 to 5 days"), (10, "6 to 10 days"))
_TURNAROUNDS_LONG = ((30, "11 to 30 days"), (None, "over 30 days"))


class Split(StrEnum):
    """By what payments are told apart."""

    PAYER = "payer"
    PAID_BY = "paid by"
    PRACTICE = "practice"
    PROVIDER = "provider"
    FACILITY = "facility"
    CLIENT = "client"

    @property
    def label(self) -> str:
        """The split for people."""
        return self.value.capitalize()

    @property
    def words(self) -> str:
        """The split inside a sentence."""
        return "who paid" if self is Split.PAID_BY else self.value

    @property
    def column(self) -> str:
        """Its column; the payer is the charge's primary one, whoever paid."""
        column = "payer_name" if self.dimension is None else VIEW.column_of(self.dimension)
        assert column is not None
        return column

    @property
    def dimension(self) -> Dimension | None:
        """What it is among the filters; who paid is none of them."""
        return None if self is Split.PAID_BY else Dimension[self.name]


def clock_of(filters: Filters) -> Clock:
    """The clock by which payments are counted; posting where the chosen one does not apply to them."""
    return filters.clock if filters.clock in CLOCKS else Clock.POSTED


def trend(reader: Reader, filters: Filters) -> Figure:
    """Payments of insurers and of patients by month, what was taken back below zero."""
    clock = clock_of(filters)
    month = _MONTHS[clock]
    names = {
        ("Insurance", False): "Insurance",
        ("Patient", False): "Patient",
        ("Insurance", True): "Taken back by insurers",
        ("Patient", True): "Refunded to patients",
    }
    parts = []
    for kind in KINDS:
        for group in sums(reader, VIEW, filters, kind, [month, "is_reversal"], clock=clock):
            when = group.values[month]
            if not isinstance(when, date):
                continue
            reversal = bool(group.values["is_reversal"])
            parts.append(
                Part(
                    label=month_label(when),
                    series=names[kind.title, reversal],
                    mark=Mark(values={month: when, "is_reversal": True if reversal else (False, None)}),
                    rows=group.rows,
                    amount=group.amount,
                    measure=kind,
                )
            )
    return _figure(
        "trend",
        f"Payments {_WORDS[clock]}, refunds and reversals below zero",
        filters,
        sorted(_merged(parts), key=lambda part: part.label),
        PAID,
        clock,
        series=tuple(name for name in names.values() if any(part.series == name for part in parts)),
    )


def by_split(
    reader: Reader, filters: Filters, split: Split, *, client_names: Mapping[str, str], within: Mark | None = None
) -> Figure:
    """Payments less refunds and reversals by the split, the largest first."""
    clock = clock_of(filters)
    found = sums(reader, VIEW, filters, PAID, [split.column], within=within, clock=clock)
    return _figure(
        f"by_{split.name.lower()}",
        f"Payments by {split.words}, less refunds and reversals",
        filters,
        fold((_part(group, split, client_names) for group in found), split.column),
        PAID,
        clock,
        within=within,
    )


def turnaround(reader: Reader, filters: Filters) -> Figure:
    """Payment lines by days from receipt to posting; what was posted before it was received has a wrong date."""
    column = "posting_turnaround_days"
    buckets: dict[str, list[Group]] = {}
    for group in sums(reader, VIEW, filters, LINES, [column], clock=Clock.POSTED):
        buckets.setdefault(_turnaround(group.values[column]), []).append(group)
    every = sum(group.rows for found in buckets.values() for group in found)
    order = [TOO_EARLY, *(name for _, name in (*_TURNAROUNDS, *_TURNAROUNDS_LONG)), "a date is missing"]
    parts = []
    for label in order:
        found = buckets.get(label, [])
        rows = sum(group.rows for group in found)
        if found:
            parts.append(
                Part(
                    label=label,
                    mark=Mark(values={column: tuple(_day_count(group.values[column]) for group in found)}),
                    rows=rows,
                    amount=sum((group.amount for group in found), Decimal(0)),
                    value=Decimal(rows),
                    beside=f"{Decimal(rows) / every * 100:.1f} %",
                )
            )
    return _figure(
        "turnaround",
        "Payment lines by days from receipt to posting",
        filters,
        parts,
        LINES,
        Clock.POSTED,
        unit=Unit.COUNT,
    )


def applied(reader: Reader, filters: Filters) -> Figure:
    """What of the payments of each month stands on charges, and what does not."""
    clock = clock_of(filters)
    month = _MONTHS[clock]
    parts = []
    for measure in (APPLIED, UNAPPLIED):
        for group in sums(reader, VIEW, filters, measure, [month], clock=clock):
            when = group.values[month]
            if isinstance(when, date):
                parts.append(
                    Part(
                        label=month_label(when),
                        series=measure.title,
                        mark=Mark(values=group.values),
                        rows=group.rows,
                        amount=group.amount,
                        measure=measure,
                    )
                )
    return _figure(
        "applied",
        f"Applied and unapplied payments {_WORDS[clock]}",
        filters,
        sorted(parts, key=lambda part: part.label),
        APPLIED,
        clock,
        series=(APPLIED.title, UNAPPLIED.title),
    )


def unapplied(reader: Reader, filters: Filters) -> Figure:
    """Money that stands on no charge by its age since posting, of all days."""
    found = sums(reader, VIEW, filters, UNAPPLIED, ["unapplied_bucket"], clock=Clock.POSTED, dated=False)
    by_bucket = {group.values["unapplied_bucket"]: group for group in found}
    return _figure(
        "unapplied",
        "Unapplied payments by age, days since posting",
        filters,
        [
            Part(
                label=f"{bucket} days" if bucket[-1].isdigit() else bucket,
                mark=Mark(values=group.values),
                rows=group.rows,
                amount=group.amount,
            )
            for bucket in _AGES
            if (group := by_bucket.get(bucket))
        ],
        UNAPPLIED,
        Clock.POSTED,
        dated=False,
        note="All that is unapplied, whatever days are chosen." if filters.first_day or filters.last_day else "",
    )


def expected(reader: Reader, filters: Filters, *, within: Mark | None = None) -> Figure:
    """What payers allowed against what was paid, by primary payer; patients pay their share of what was allowed."""
    clock, column = clock_of(filters), Split.PAYER.column
    parts = []
    for measure in (ALLOWED, PAID):
        for group in sums(reader, VIEW, filters, measure, [column], within=within, clock=clock):
            # Where there is no payer nothing is expected of one.
            if group.values[column] is not None:
                parts.append(replace(_part(group, Split.PAYER, {}), series=measure.title, measure=measure))
    folded = fold(parts, column)
    shares = {label: _share(part for part in folded if part.label == label) for label in {p.label for p in folded}}
    return _figure(
        "expected",
        "Allowed against paid, by payer",
        filters,
        [replace(part, beside=shares[part.label]) for part in folded],
        ALLOWED,
        clock,
        series=(ALLOWED.title, PAID.title),
        within=within,
    )


def taken_back(reader: Reader, filters: Filters, *, within: Mark | None = None) -> Figure:
    """Refunds and reversals by payer, as the negative amounts that they are."""
    clock, column = clock_of(filters), Split.PAYER.column
    negative = Mark(values={**(within.values if within else {}), "is_reversal": True})
    found = sums(reader, VIEW, filters, PAID, [column, "taken_back"], within=negative, clock=clock)
    parts = [
        replace(
            _part(group, Split.PAYER, {}),
            series=str(group.values["taken_back"]),
            mark=Mark(values={**group.values, "is_reversal": True}),
        )
        for group in found
    ]
    return _figure(
        "taken_back",
        "Refunds and reversals by payer",
        filters,
        fold(parts, column),
        PAID,
        clock,
        series=tuple(sorted({part.series for part in parts})),
        within=within,
    )


def _figure(
    name: str, title: str, filters: Filters, parts: Sequence[Part], measure: Measure, clock: Clock, **more: Any
) -> Figure:
    dated = more.get("dated", True)
    return Figure(
        name=name,
        title=title,
        view=VIEW.name,
        measure=measure,
        parts=tuple(parts),
        basis=clock.label,
        noun=_NOUN,
        unheeded=conditions_on(VIEW, filters, clock=clock, dated=dated).unheeded,
        clock=clock,
        **more,
    )


def _part(group: Group, split: Split, client_names: Mapping[str, str]) -> Part:
    value = group.values[split.column]
    named = client_names.get(str(value)) if split is Split.CLIENT else value
    missing = "Not said who paid" if split is Split.PAID_BY else f"No {split}"
    return Part(label=str(named or missing), mark=Mark(values=group.values), rows=group.rows, amount=group.amount)


def _merged(parts: Iterable[Part]) -> list[Part]:
    """One part for each label and series."""
    found: dict[tuple[str, str], Part] = {}
    for part in parts:
        key = (part.label, part.series)
        before = found.get(key)
        found[key] = (
            replace(before, rows=before.rows + part.rows, amount=before.amount + part.amount) if before else part
        )
    return list(found.values())


def _turnaround(days: Any) -> str:
    if days is None:
        return "a date is missing"
    if days < 0:
        return TOO_EARLY
    return next(name for most, name in (*_TURNAROUNDS, *_TURNAROUNDS_LONG) if most is None or days <= most)


def _day_count(days: Any) -> int | None:
    return None if days is None else int(days)


def _share(parts: Iterable[Part]) -> str:
    by_series = {part.series: part.amount for part in parts}
    allowed, paid = by_series.get(ALLOWED.title, Decimal(0)), by_series.get(PAID.title, Decimal(0))
    return f"{paid / allowed * 100:.1f} % of allowed paid" if allowed > 0 else "nothing allowed"

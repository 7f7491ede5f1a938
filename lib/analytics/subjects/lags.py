"""How long it takes until a charge is entered and billed, and what is not billed yet.

Lags are whole days of charge lines; which lines count, and in which days, is as in the key figures (docs/kpis.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lib.analytics.figures.figure import Figure, Group, Part, Unit, sums
from lib.analytics.kpis.spread import Spread
from lib.analytics.reading.columns import said_count
from lib.analytics.reading.filters import Filters, Mark, MarkValue, conditions_on
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock
from lib.analytics.subjects.billing import CHARGES, LINES, VIEW, lines_by_lag


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """Days from `least` to `most`, both inclusive; None is without end."""

    title: str
    least: int | None
    most: int | None

    def holds(self, days: int) -> bool:
        """Whether so many days are in it."""
        return (self.least is None or days >= self.least) and (self.most is None or days <= self.most)


#: The fine buckets, with what lies before day 0 apart: one of its dates must be wrong.
BUCKETS = tuple(
    Bucket(title=title, least=least, most=most)
    for title, least, most in (
        ("before day 0: a date is wrong", None, -1),
        ("0-5 days", 0, 5),
        ("6-10 days", 6, 10),
        ("11-14 days", 11, 14),
        ("15-21 days", 15, 21),
        ("22-30 days", 22, 30),
        ("31-45 days", 31, 45),
        ("46-60 days", 46, 60),
        ("61-90 days", 61, 90),
        ("over 90 days", 91, None),
    )
)


def charge_lag(reader: Reader, filters: Filters) -> Figure:
    """Charge lines by days from service to entry, in fine buckets, with median and 90th percentile."""
    groups = [
        group
        for group in lines_by_lag(reader, filters, "charge_lag_days")
        if group.values["charge_lag_days"] is not None
    ]
    return _distribution(
        "charge_lag",
        "Charge lag: charges by days from service to entry",
        "charge_lag_days",
        groups,
        filters,
        Clock.ENTERED,
    )


def billing_lag(reader: Reader, filters: Filters) -> Figure:
    """Charge lines with a payer by days from entry to first bill; the unbilled have none and stand apart."""
    groups = sums(
        reader,
        VIEW,
        filters,
        LINES,
        ["billing_lag_days", "is_self_pay", "is_unbilled"],
        within=Mark(values={"is_self_pay": False, "is_unbilled": False}),
        clock=Clock.BILLED,
    )
    billed = [group for group in groups if group.values["billing_lag_days"] is not None]
    return _distribution(
        "billing_lag",
        "Billing lag: charges by days from entry to first bill",
        "billing_lag_days",
        billed,
        filters,
        Clock.BILLED,
    )


def unbilled(reader: Reader, filters: Filters) -> Figure:
    """Gross charges with a payer and no first bill, by days since entry; always those of the as-of day."""
    groups = sums(
        reader,
        VIEW,
        filters,
        CHARGES,
        ["unbilled_days", "is_unbilled"],
        within=Mark(values={"is_unbilled": True}),
        dated=False,
    )
    spread = Spread.of(
        (days, group.rows, group.amount) for group in groups if isinstance(days := group.values["unbilled_days"], int)
    )
    ages = f"{_days(spread.percentile(50))} old at the median, {spread.longest} at most"
    return Figure(
        name="unbilled",
        title="Unbilled gross charges by days since entry",
        view=VIEW.name,
        measure=CHARGES,
        parts=_in_buckets(groups, "unbilled_days"),
        basis="As of the day of the data",
        note=f"{said_count(spread.count, 'charge')}, {ages}." if spread.count else "",
        unheeded=_unheeded(filters, dated=False),
        dated=False,
    )


def _distribution(
    name: str, title: str, column: str, groups: Sequence[Group], filters: Filters, clock: Clock
) -> Figure:
    spread, wrong = Spread.of(
        (days, group.rows, group.amount) for group in groups if isinstance(days := group.values[column], int)
    ).sorted_out()
    note = ""
    if spread.count:
        note = f"Median {_days(spread.percentile(50))}, 90th percentile {_days(spread.percentile(90))}."
        if wrong:
            note += f" {said_count(wrong, 'charge')} with a date that must be wrong left out of both."
    return Figure(
        name=name,
        title=title,
        view=VIEW.name,
        measure=LINES,
        parts=_in_buckets(groups, column, by_rows=True),
        unit=Unit.COUNT,
        basis=f"{clock.label} (always)",
        note=note,
        unheeded=_unheeded(filters, clock=clock),
        clock=clock,
    )


def _in_buckets(groups: Sequence[Group], column: str, *, by_rows: bool = False) -> tuple[Part, ...]:
    """The groups in fine buckets; those without a number of days come last."""
    found: list[Part] = []
    for bucket in BUCKETS:
        inside = [g for g in groups if isinstance(days := g.values[column], int) and bucket.holds(days)]
        if inside:
            found.append(_bucket(bucket.title, column, inside, by_rows=by_rows))
    undated = [group for group in groups if group.values[column] is None]
    if undated:
        found.append(_bucket("no date", column, undated, by_rows=by_rows))
    return tuple(found)


def _bucket(label: str, column: str, groups: Sequence[Group], *, by_rows: bool) -> Part:
    values: Mapping[str, MarkValue] = groups[0].values
    rows = sum(group.rows for group in groups)
    amount = sum((group.amount for group in groups), Decimal(0))
    return Part(
        label=label,
        mark=Mark(values={**values, column: tuple(sorted({g.values[column] for g in groups}, key=str))}),
        rows=rows,
        amount=amount,
        value=Decimal(rows) if by_rows else None,
        said=(f"${amount:,.2f} gross charges",) if by_rows else (),
    )


def _unheeded(filters: Filters, *, clock: Clock = Clock.ENTERED, dated: bool = True) -> tuple[str, ...]:
    return conditions_on(VIEW, filters, clock=clock, dated=dated).unheeded


def _days(days: Decimal | None) -> str:
    return f"{days:,.1f} days".replace(".0 days", " days") if days is not None else "no value"

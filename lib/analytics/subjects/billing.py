"""What was charged by month, and which part of it was entered late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lib.analytics.figures.figure import MOST_LABELS, Figure, Group, Measure, Part, Unit, sums
from lib.analytics.figures.rankings import column_of, only
from lib.analytics.reading.filters import Filters, Mark, MarkValue, conditions_on
from lib.analytics.reading.months import is_over, month_label
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, view_named

VIEW = view_named("gross_billing_view")
#: The clocks on which charges are added up.
CLOCKS = (Clock.DOS, Clock.ENTERED, Clock.BILLED)
CHARGES = Measure(column="charge_amount", title="Gross charges")
#: Charge lines, those of no amount too.
LINES = Measure(column="charge_amount", title="Gross charges", every=True)
LATE_DAYS = 3
_MONTHS = {Clock.DOS: "dos_month", Clock.ENTERED: "entry_month", Clock.BILLED: "bill_month"}


def gross_by_month(reader: Reader, filters: Filters, newest: date) -> Figure:
    """Gross charges by month on the chosen clock; the month that is not over is immature."""
    clock = filters.clock if filters.clock in CLOCKS else Clock.DOS
    column = _MONTHS[clock]
    groups = sums(reader, VIEW, filters, CHARGES, [column], clock=clock)
    without = sum((group.amount for group in groups if group.values[column] is None), Decimal(0))
    parts = []
    for group in groups:
        month = group.values[column]
        if isinstance(month, date):
            over = is_over(month, newest)
            parts.append(
                Part(
                    label=month_label(month),
                    mark=Mark(values=group.values),
                    rows=group.rows,
                    amount=group.amount,
                    immature=not over,
                    said=() if over else ("the month is not over",),
                )
            )
    return Figure(
        name="gross",
        title=f"Gross charges by month, {clock.label.lower()}",
        view=VIEW.name,
        measure=CHARGES,
        parts=tuple(parts),
        series=("",),
        basis=clock.label,
        note=f"${without:,.2f} without {clock.label.lower()} is not in it." if without else "",
        unheeded=conditions_on(VIEW, filters, clock=clock).unheeded,
        clock=clock,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tally:
    """Charge lines of a label: all of them, and those that were late."""

    value: MarkValue
    rows: int
    late_rows: int
    late_amount: Decimal

    @property
    def share(self) -> Decimal:
        """Which part of them was late."""
        return Decimal(self.late_rows) / self.rows


def late_by_month(reader: Reader, filters: Filters, late_days: int) -> Figure:
    """The share of charge lines entered more than so many days after service, by month of entry."""
    groups = lines_by_lag(reader, filters, "entry_month")
    late = _late(groups, late_days)
    parts = [
        _share(month_label(tally.value), "entry_month", tally.value, tally, late)
        for tally in _tallies(groups, "entry_month", late_days)
        if isinstance(tally.value, date)
    ]
    return _late_figure("late_by_month", "by month of entry", filters, late_days, sorted(parts, key=lambda p: p.label))


def late_by(
    reader: Reader, filters: Filters, dimension: Dimension, late_days: int, *, within: Mark | None = None
) -> Figure:
    """The same by practice, provider, payer or facility: those with the most late lines, the largest share first."""
    column = column_of(VIEW, dimension)
    narrowed = only(within, column)
    groups = lines_by_lag(reader, filters, column, within=narrowed)
    late = _late(groups, late_days)
    tallies = sorted(
        _tallies(groups, column, late_days), key=lambda tally: (-tally.late_rows, -tally.rows, str(tally.value))
    )
    most = len(tallies) if len(tallies) <= MOST_LABELS else MOST_LABELS - 1
    shown = sorted(tallies[:most], key=lambda tally: -tally.share)
    rest = tallies[most:]
    parts = [
        _share(str(tally.value) if tally.value is not None else f"No {dimension}", column, tally.value, tally, late)
        for tally in shown
    ]
    if rest:
        together = _Tally(
            value=None,
            rows=sum(tally.rows for tally in rest),
            late_rows=sum(tally.late_rows for tally in rest),
            late_amount=sum((tally.late_amount for tally in rest), Decimal(0)),
        )
        values = tuple(tally.value for tally in rest)
        parts.append(_share(f"other ({len(rest)})", column, values, together, late, others=len(rest)))
    return _late_figure(
        f"late_by_{dimension}", f"by {dimension.label.lower()}", filters, late_days, parts, within=narrowed
    )


def lines_by_lag(reader: Reader, filters: Filters, column: str, *, within: Mark | None = None) -> list[Group]:
    """Charge lines by a column and by days from service to entry."""
    columns = list(dict.fromkeys([column, "charge_lag_days"]))
    return sums(reader, VIEW, filters, LINES, columns, within=within, clock=Clock.ENTERED)


def _late(groups: Iterable[Group], late_days: int) -> tuple[MarkValue, ...]:
    """The lags that are late, as the rows have them."""
    lags = {group.values["charge_lag_days"] for group in groups}
    return tuple(sorted(days for days in lags if isinstance(days, int) and days > late_days))


def _tallies(groups: Iterable[Group], column: str, late_days: int) -> list[_Tally]:
    """Lines with a lag, by the values of a column."""
    by_value: dict[MarkValue, list[Group]] = {}
    for group in groups:
        if group.values["charge_lag_days"] is not None:
            by_value.setdefault(group.values[column], []).append(group)
    tallies = []
    for value, found in by_value.items():
        late = [each for each in found if isinstance(days := each.values["charge_lag_days"], int) and days > late_days]
        tallies.append(
            _Tally(
                value=value,
                rows=sum(each.rows for each in found),
                late_rows=sum(each.rows for each in late),
                late_amount=sum((each.amount for each in late), Decimal(0)),
            )
        )
    return tallies


def _share(
    label: str,
    column: str,
    value: MarkValue | tuple[MarkValue, ...],
    tally: _Tally,
    late: tuple[MarkValue, ...],
    *,
    others: int = 0,
) -> Part:
    return Part(
        label=label,
        mark=Mark(values={column: value, "charge_lag_days": late}),
        rows=tally.late_rows,
        amount=tally.late_amount,
        value=tally.share,
        beside=f"{tally.late_rows:,} of {tally.rows:,}",
        said=(f"of {tally.rows:,} charges entered",),
        others=others,
    )


def _late_figure(
    name: str, by: str, filters: Filters, late_days: int, parts: Sequence[Part], *, within: Mark | None = None
) -> Figure:
    return Figure(
        name=name,
        title=f"Charges entered more than {late_days} days after service, {by}",
        view=VIEW.name,
        measure=LINES,
        parts=tuple(parts),
        unit=Unit.PERCENT,
        series=("",),
        basis=f"{Clock.ENTERED.label} (always)",
        noun="late charge",
        unheeded=conditions_on(VIEW, filters, clock=Clock.ENTERED).unheeded,
        within=within,
        clock=Clock.ENTERED,
    )

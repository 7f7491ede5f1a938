"""Volume × yield: who is charged for a lot, and what comes back of it, split at the medians.

As reporting.quadrant_performance_view says it for a whole client, here within the filters. Our reading of a report
whose formula is not public: volume is gross charges, yield is paid ÷ charged, one at the median counts as high.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lib.analytics.figures.figure import Figure, Measure, Part, Unit
from lib.analytics.figures.rankings import column_of
from lib.analytics.figures.tables import TableColumn
from lib.analytics.reading.filters import Filters, Mark, conditions_on
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, Dimension, view_named

VIEW = view_named("quadrant_payments_view")
#: Payment lines, those of nothing too: a charge that was not paid has volume and no yield.
PAID = Measure(column="payment_total_paid", title="Paid", every=True)
DIMENSIONS = (Dimension.FACILITY, Dimension.PRACTICE, Dimension.PAYER, Dimension.PROVIDER)
HIGH_HIGH = "high volume, high yield"
HIGH_LOW = "high volume, low yield"
LOW_HIGH = "low volume, high yield"
LOW_LOW = "low volume, low yield"
NO_CHARGES = "no charges"
QUADRANTS = (HIGH_HIGH, HIGH_LOW, LOW_HIGH, LOW_LOW)


@dataclass(frozen=True, kw_only=True, slots=True)
class Medians:
    """Where the quadrants meet."""

    volume: Decimal
    rate: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class _Member:
    name: str | None
    charges: int
    charged: Decimal
    paid: Decimal
    #: Payment lines that name it, and what they add up to.
    lines: int
    of_lines: Decimal

    @property
    def rate(self) -> Decimal | None:
        return self.paid / self.charged if self.charged > 0 else None


def quadrants(reader: Reader, filters: Filters, dimension: Dimension) -> Figure:
    """Each member of a dimension by what it was charged (`across`) and which share of it was paid (`value`).

    Of several clients, members of the same name are one, and clients whose saved report lacks the dimension are left
    out. A member without charges has no yield and splits nothing.
    """
    column = column_of(VIEW, dimension)
    conditions = conditions_on(VIEW, filters, clock=Clock.POSTED)
    question = questions("performance")["quadrant_members"].format(
        member=column, view=VIEW.name, conditions=conditions.sql, counts=_counts(filters)
    )
    rows = reader.ask(question, conditions.parameters).records()
    clients = {row["client_id"] for row in rows}
    named = tuple(sorted({row["client_id"] for row in rows if row["member"] is not None}))
    members = _members([row for row in rows if row["client_id"] in named])
    split = _medians(members)
    parts = []
    for member in sorted(members, key=lambda each: (-each.charged, each.name is None, each.name or "")):
        parts.append(
            Part(
                label=member.name or f"No {name_of(dimension).lower()}",
                series=_quadrant(member, split),
                mark=Mark(values={column: member.name, "client_id": named}),
                rows=member.lines,
                amount=member.of_lines,
                value=member.rate,
                across=member.charged,
                said=(f"${member.paid:,.2f} paid of ${member.charged:,.2f} charged, {member.charges:,} charges",),
            )
        )
    return Figure(
        name=f"quadrants_{dimension}",
        title=f"Volume and yield by {name_of(dimension).lower()}, date posted",
        view=VIEW.name,
        measure=PAID,
        parts=tuple(parts),
        unit=Unit.PERCENT,
        series=QUADRANTS,
        basis=f"{Clock.POSTED.label} (always)",
        noun="payment line",
        note=" ".join(_notes(split, dimension, len(clients), len(named))),
        unheeded=conditions.unheeded,
        clock=Clock.POSTED,
    )


def members_table(figure: Figure, dimension: Dimension) -> tuple[TableColumn, ...]:
    """The members as a table, in the figure's order; a yield is a fraction."""
    title, parts = name_of(dimension), figure.parts
    return (
        TableColumn(name=title.lower(), title=title, unit=None, values=[part.label for part in parts]),
        TableColumn(name="charged", title="Charged", unit=Unit.MONEY, values=[part.across for part in parts]),
        TableColumn(name="yield", title="Yield", unit=Unit.PERCENT, values=[part.value for part in parts]),
        TableColumn(name="paid", title="Paid", unit=Unit.MONEY, values=[part.amount for part in parts]),
        TableColumn(name="payment_lines", title="Payment lines", unit=Unit.COUNT, values=[part.rows for part in parts]),
        TableColumn(name="quadrant", title="Quadrant", unit=None, values=[part.series for part in parts]),
    )


def name_of(dimension: Dimension) -> str:
    """What a dimension is called here, where facilities are locations."""
    return "Location" if dimension is Dimension.FACILITY else dimension.label


def medians(parts: Iterable[Part]) -> Medians | None:
    """The medians at which the parts of a figure are split; None where none has a yield."""
    shown = [(part.across, part.value) for part in parts if part.across is not None and part.value is not None]
    if not shown:
        return None
    return Medians(volume=_median([across for across, _ in shown]), rate=_median([rate for _, rate in shown]))


def _counts(filters: Filters) -> str:
    """Which line stands for a charge whose lines are alike: the first of those within the days."""
    return "is_first_line OR earlier_posted < :first_day" if filters.first_day else "is_first_line"


def _members(rows: Iterable[Mapping[str, Any]]) -> list[_Member]:
    together: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in rows:
        together.setdefault(row["member"], []).append(row)
    return [
        _Member(
            name=name,
            charges=sum(int(row["charge_count"]) for row in of_member),
            charged=sum((Decimal(row["charged"]) for row in of_member), Decimal(0)),
            paid=sum((Decimal(row["paid"]) for row in of_member), Decimal(0)),
            lines=sum(int(row["line_count"]) for row in of_member),
            of_lines=sum((Decimal(row["line_paid"]) for row in of_member), Decimal(0)),
        )
        for name, of_member in together.items()
    ]


def _notes(split: Medians | None, dimension: Dimension, clients: int, named: int) -> list[str]:
    notes = []
    if split is not None:
        notes.append(f"Split at the medians: ${split.volume:,.0f} charged, {split.rate * 100:.1f} % of it paid.")
    if named < clients:
        lacking = clients - named
        who = "The saved report" if clients == 1 else f"The saved reports of {lacking} of {clients} clients"
        notes.append(
            f"{who} {'lacks' if clients == 1 else 'lack'} the column {_LABELS[dimension]}; add it to see them here."
        )
    return notes


_LABELS = {
    Dimension.FACILITY: "Facility Name",
    Dimension.PRACTICE: "Practice Name",
    Dimension.PAYER: "Charge Primary Payer Name",
    Dimension.PROVIDER: "Rendering Provider Name",
}


def _medians(members: Iterable[_Member]) -> Medians | None:
    rated = [(member.charged, rate) for member in members if (rate := member.rate) is not None]
    if not rated:
        return None
    return Medians(volume=_median([charged for charged, _ in rated]), rate=_median([rate for _, rate in rated]))


def _median(values: Sequence[Decimal]) -> Decimal:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _quadrant(member: _Member, split: Medians | None) -> str:
    if split is None or member.rate is None:
        return NO_CHARGES
    high = member.charged >= split.volume
    if member.rate >= split.rate:
        return HIGH_HIGH if high else LOW_HIGH
    return HIGH_LOW if high else LOW_LOW

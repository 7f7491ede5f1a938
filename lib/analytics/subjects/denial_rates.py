"""Denial rates: how often payers deny at first sight, over the months and by whom, and what could be prevented.

Of first remittances and comparable: initial denials only, neither duplicates nor coordination of benefits. A rejected
claim never got there, and an adjustment is no denial (docs/kpis.md). Everything goes by the day of posting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lib.analytics.figures.figure import Figure, Group, Measure, Part, Target, Unit, fold, rows_of, sums
from lib.analytics.kpis.definitions import definition_named
from lib.analytics.kpis.model import Window
from lib.analytics.reading.filters import Filters, Mark
from lib.analytics.reading.months import month_end, month_label
from lib.analytics.reading.questions import questions
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, View, view_named
from lib.analytics.subjects.denials import Split, both, figure_of, part_of

VIEW = view_named("first_remittances_view")
DENIED = Measure(column="denied_amount", title="Denied", every=True)
REMITTED = Measure(column="charge_amount", title="Gross charges", every=True)
#: A cohort of denials is mature so many days after its last day (docs/kpis.md, ground rules).
MATURE_DAYS = 60
#: What charges of a claim have in common where they are alike (first_remittances_view).
_OF_CLAIM = frozenset(
    {
        "client_id",
        "claim_month",
        "practice_name",
        "facility_name",
        "charge_primary_payer_name",
        "rendering_provider_name",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Preventable:
    """Of what was denied initially, what the office could have prevented: gross charges, exact."""

    preventable: Decimal
    denied: Decimal
    charges: int
    window: Window

    @property
    def share(self) -> Decimal | None:
        """The preventable share; None where nothing was denied."""
        return self.preventable / self.denied if self.denied else None


def rates(reader: Reader, filters: Filters, day: date) -> Figure:
    """The denial rate of claims and of gross charges by month of the first remittance, as known on `day`."""
    claims = _claims(reader, filters, "claim_month", None)
    charged = _remitted(reader, filters, "first_month", None)
    denied_with = _by(reader, VIEW, filters, DENIED, "claim_month", both(None, is_denied_with_claim=True))
    denied = _by(reader, VIEW, filters, DENIED, "first_month", both(None, is_denied=True))
    parts = []
    for month in sorted(claims):
        counted = claims[month]
        found = denied_with.get(month)
        parts.append(
            Part(
                label=month_label(month),
                series="Claims",
                mark=Mark(values={"claim_month": month, "is_denied_with_claim": True}),
                rows=found.rows if found else 0,
                amount=found.amount if found else Decimal(0),
                value=_ratio(counted.denied, counted.all),
                said=(f"{counted.denied:,} of {counted.all:,} claims",),
                immature=_immature(month, day),
            )
        )
    for month in sorted(charged):
        found = denied.get(month)
        amount = found.amount if found else Decimal(0)
        parts.append(
            Part(
                label=month_label(month),
                series="Gross charges",
                mark=Mark(values={"first_month": month, "is_denied": True}),
                rows=found.rows if found else 0,
                amount=amount,
                value=_ratio(amount, charged[month].amount),
                said=(
                    f"${amount:,.2f} of ${charged[month].amount:,.2f}",
                    f"{found.rows if found else 0:,} of {charged[month].rows:,} charges",
                ),
                immature=_immature(month, day),
            )
        )
    target = definition_named("denial_rate_claims").target
    return figure_of(
        "rates",
        "Denial rate by month of the first remittance, of claims and of gross charges",
        VIEW,
        filters,
        parts,
        measure=DENIED,
        unit=Unit.PERCENT,
        series=("Claims", "Gross charges"),
        note="Initial denials without duplicates and coordination of benefits; "
        "rejected claims were never decided on, and adjustments are no denials.",
        noun="denied charge",
        target=Target(value=target.value, title="Target") if target else None,
    )


def rate_by(reader: Reader, filters: Filters, split: Split, *, within: Mark | None = None) -> Figure:
    """The denial rate of claims by the split, those with most denied charges, the highest rate first."""
    column = split.column
    mark = both(within, is_denied_with_claim=True)
    parts = [
        part_of(split, group, further={"is_denied_with_claim": True})
        for group in sums(reader, VIEW, filters, DENIED, [column], within=mark, clock=Clock.POSTED)
    ]
    claims = _claims(reader, filters, column, within)
    total = sum(each.all for each in _claims(reader, filters, "client_id", None).values())
    rated = []
    for part in fold(parts, column):
        value = part.mark.values[column]
        if isinstance(value, tuple):
            # A claim may have charges of several of the folded values, and counts once.
            every = _claims(reader, filters, "client_id", both(within, **{column: value})).values()
            counted = _Claims(all=sum(each.all for each in every), denied=sum(each.denied for each in every))
        else:
            counted = claims[value]
        of = total if split.of_denials else counted.all
        rated.append(replace(part, value=_ratio(counted.denied, of), beside=f"{counted.denied:,} of {of:,} claims"))
    rated.sort(key=lambda part: (part.others > 0, -(part.value or 0)))
    return figure_of(
        f"rate_by_{split.name.lower()}",
        f"Denial rate of claims by {split.words}",
        VIEW,
        filters,
        rated,
        measure=DENIED,
        unit=Unit.PERCENT,
        noun="denied charge",
        note="Of all claims with a first remittance, those denied for it." if split.of_denials else "",
        within=within,
    )


def dollars_by(reader: Reader, filters: Filters, split: Split, *, within: Mark | None = None) -> Figure:
    """Gross charges denied initially by the split, the largest first, each with its share of what was remitted."""
    column = split.column
    found = sums(reader, VIEW, filters, DENIED, [column], within=both(within, is_denied=True), clock=Clock.POSTED)
    charged = _remitted(reader, filters, "client_id" if split.of_denials else column, within)
    total = sum((each.amount for each in charged.values()), Decimal(0))
    parts = []
    for part in fold((part_of(split, group, further={"is_denied": True}) for group in found), column):
        value = part.mark.values[column]
        named = value if isinstance(value, tuple) else (value,)
        of = total if split.of_denials else sum((charged[each].amount for each in named), Decimal(0))
        rate = _ratio(part.amount, of)
        beside = f"{rate * 100:.1f} % of remitted" if rate is not None and not split.of_denials else ""
        parts.append(replace(part, beside=beside))
    return figure_of(
        f"dollars_by_{split.name.lower()}",
        f"Gross charges denied initially, by {split.words}",
        VIEW,
        filters,
        parts,
        measure=DENIED,
        noun="denied charge",
        within=within,
    )


def preventable(reader: Reader, filters: Filters, window: Window) -> Preventable:
    """The preventable share of what was denied initially in a window of first remittances."""
    narrowed = replace(filters, first_day=window.first, last_day=window.last)
    found = sums(
        reader,
        VIEW,
        narrowed,
        DENIED,
        ["is_preventable"],
        within=both(None, is_denied=True),
        clock=Clock.POSTED,
    )
    return Preventable(
        preventable=sum((group.amount for group in found if group.values["is_preventable"]), Decimal(0)),
        denied=sum((group.amount for group in found), Decimal(0)),
        charges=sum(group.rows for group in found),
        window=window,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claims:
    all: int
    denied: int


def _claims(reader: Reader, filters: Filters, group: str, within: Mark | None) -> dict[Any, _Claims]:
    """Claims with a first remittance and those denied by it, by the value of a column."""
    asked = rows_of(VIEW, filters, REMITTED, within, clock=Clock.POSTED)
    told_apart = {group, *(within.values if within else ())} - _OF_CLAIM
    question = questions("denials")["claims" if told_apart else "claims_of_many"].format(
        group=group,
        view=VIEW.name,
        conditions=asked.sql,
        counts="is_first_of_claim OR claim_posted_before < :first_day" if filters.first_day else "is_first_of_claim",
    )
    return {
        value: _Claims(all=int(claims), denied=int(denied))
        for value, claims, denied in reader.ask(question, asked.parameters).rows
    }


def _remitted(reader: Reader, filters: Filters, column: str, within: Mark | None) -> dict[Any, Group]:
    return _by(reader, VIEW, filters, REMITTED, column, within)


def _by(
    reader: Reader, view: View, filters: Filters, measure: Measure, column: str, within: Mark | None
) -> dict[Any, Group]:
    found = sums(reader, view, filters, measure, [column], within=within, clock=Clock.POSTED)
    return {group.values[column]: group for group in found}


def _ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


def _immature(month: date, day: date) -> bool:
    return month_end(month) > day - timedelta(days=MATURE_DAYS)

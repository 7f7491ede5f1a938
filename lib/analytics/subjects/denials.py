"""Denials: what payers deny and what for, what can be prevented, and what becomes of it.

Of every denial, also repeated ones and those that rates leave out; a rejected claim never got there, and an adjustment
is no denial (docs/kpis.md). Everything goes by the day of posting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lib.analytics.figures.figure import Figure, Group, Measure, Part, fold, sums
from lib.analytics.reading.filters import Filters, Mark, conditions_on
from lib.analytics.reading.months import month_label
from lib.analytics.reading.reader import Reader
from lib.analytics.reading.views import Clock, View, view_named
from lib.analytics.subjects.denial_words import about_category, about_code

#: Every denial: charge and day of posting.
DENIED_VIEW = view_named("denied_charges_view")
CLOCKS = (Clock.POSTED,)
EVERY = Measure(column="charge_amount", title="Denied", every=True)
_ANY_DENIAL = Mark(values={"is_denial": True})
_OUTCOMES = ("overturned", "upheld", "appeal open", "not appealed")
_KINDS = ("initial", "repeated", "duplicate or coordination", "first remittance unknown")
_PREVENTABLE = ("preventable", "not preventable")
_BASIS = f"{Clock.POSTED.label} (always)"


class Split(StrEnum):
    """By what denials are told apart."""

    PAYER = "payer"
    CATEGORY = "category"
    CODE = "code"
    PROVIDER = "provider"
    CPT = "CPT code"

    @property
    def label(self) -> str:
        """The split for people."""
        return self.value if self is Split.CPT else self.value.capitalize()

    @property
    def words(self) -> str:
        """The split inside a sentence."""
        return "reason code" if self is Split.CODE else self.value

    @property
    def column(self) -> str:
        """Its column, the same in every view of denials."""
        return {
            Split.PAYER: "charge_primary_payer_name",
            Split.CATEGORY: "category",
            Split.CODE: "reason_code",
            Split.PROVIDER: "rendering_provider_name",
            Split.CPT: "charge_cpt_code",
        }[self]

    @property
    def of_denials(self) -> bool:
        """Whether only denials have it, so that a rate of it is of all that was remitted."""
        return self in (Split.CATEGORY, Split.CODE)


class Told(StrEnum):
    """What the dollars of a month are told apart by."""

    KIND = "first or repeated"
    PREVENTABLE = "preventable"


def dollars_by_month(reader: Reader, filters: Filters, told: Told) -> Figure:
    """Gross charges of every denial by month of posting: initial, repeated and left out of rates, or preventable."""
    columns = ["is_initial", "counts_in_rate"] if told is Told.KIND else ["is_preventable"]
    groups = sums(
        reader, DENIED_VIEW, filters, EVERY, ["posted_month", *columns], within=_ANY_DENIAL, clock=Clock.POSTED
    )
    order = _KINDS if told is Told.KIND else _PREVENTABLE
    parts: dict[tuple[date, str], Part] = {}
    for group in groups:
        month = group.values["posted_month"]
        if not isinstance(month, date):
            continue
        series, values = _kind(group) if told is Told.KIND else _prevented(group)
        before = parts.get((month, series))
        parts[month, series] = Part(
            label=month_label(month),
            series=series,
            mark=Mark(values={"posted_month": month, "is_denial": True, **values}),
            rows=group.rows + (before.rows if before else 0),
            amount=group.amount + (before.amount if before else Decimal(0)),
        )
    return figure_of(
        f"dollars_by_month_{told.name.lower()}",
        f"Denied charges by month of posting, {told.value}",
        DENIED_VIEW,
        filters,
        [parts[key] for key in sorted(parts, key=lambda key: (key[0], order.index(key[1])))],
        measure=EVERY,
        series=tuple(each for each in order if any(series == each for _, series in parts)),
        noun="denied charge",
    )


def pareto(reader: Reader, filters: Filters, split: Split, *, within: Mark | None = None) -> Figure:
    """Every denial by category or code, the largest first, with the share that all bars down to each one make."""
    column = split.column
    within_denials = both(within, is_denial=True)
    found = sums(reader, DENIED_VIEW, filters, EVERY, [column], within=within_denials, clock=Clock.POSTED)
    total = sum((group.amount for group in found), Decimal(0))
    so_far = Decimal(0)
    parts = []
    for part in fold((part_of(split, group, further={"is_denial": True}) for group in found), column):
        so_far += part.amount
        parts.append(replace(part, beside=f"{so_far / total * 100:.1f} % so far" if total else ""))
    return figure_of(
        f"pareto_{split.name.lower()}",
        f"All denied charges by {split.words}, with the share of all so far",
        DENIED_VIEW,
        filters,
        parts,
        measure=EVERY,
        noun="denied charge",
        within=within,
    )


def outcomes(reader: Reader, filters: Filters) -> Figure:
    """What became of denials by category: overturned or upheld on appeal, appeal open, not appealed."""
    found = sums(reader, DENIED_VIEW, filters, EVERY, ["category", "outcome"], within=_ANY_DENIAL, clock=Clock.POSTED)
    parts = [
        replace(
            part_of(Split.CATEGORY, group, further={"is_denial": True, "outcome": group.values["outcome"]}),
            series=str(group.values["outcome"]),
        )
        for group in found
    ]
    return figure_of(
        "outcomes",
        "What became of denied charges, by category",
        DENIED_VIEW,
        filters,
        fold(parts, "category"),
        measure=EVERY,
        series=tuple(each for each in _OUTCOMES if any(part.series == each for part in parts)),
        noun="denied charge",
    )


def part_of(split: Split, group: Group, *, further: Mapping[str, Any]) -> Part:
    """A group as a part: its value as label, what a code is about, and `further` values of its mark."""
    value = group.values[split.column]
    label = str(value or f"No {split.words}")
    said: tuple[str, ...] = ()
    if split is Split.CODE and (about := about_code(value)):
        label, said = f"{value} {about}", (f"Reason code {value}, in our words: {about}",)
    elif split is Split.CPT and value:
        label = f"CPT {value}"
    elif split is Split.CATEGORY and (about := about_category(value)):
        said = (about,)
    return Part(
        label=label,
        mark=Mark(values={split.column: value, **further}),
        rows=group.rows,
        amount=group.amount,
        said=said,
    )


def _kind(group: Group) -> tuple[str, dict[str, Any]]:
    if not group.values["counts_in_rate"]:
        return "duplicate or coordination", {"counts_in_rate": False}
    initial = group.values["is_initial"]
    series = "first remittance unknown" if initial is None else "initial" if initial else "repeated"
    return series, {"counts_in_rate": True, "is_initial": initial}


def _prevented(group: Group) -> tuple[str, dict[str, Any]]:
    found = bool(group.values["is_preventable"])
    return _PREVENTABLE[0 if found else 1], {"is_preventable": found}


def figure_of(
    name: str,
    title: str,
    view: View,
    filters: Filters,
    parts: Sequence[Part],
    *,
    measure: Measure,
    noun: str,
    within: Mark | None = None,
    **more: Any,
) -> Figure:
    """A figure by the day of posting, whatever clock is chosen."""
    return Figure(
        name=name,
        title=title,
        view=view.name,
        measure=measure,
        parts=tuple(parts),
        basis=_BASIS,
        noun=noun,
        unheeded=conditions_on(view, filters, clock=Clock.POSTED).unheeded,
        within=within,
        clock=Clock.POSTED,
        **more,
    )


def both(within: Mark | None, **values: Any) -> Mark:
    """A mark that finds what both do; `values` win."""
    return Mark(values={**(within.values if within else {}), **values})
